"""What may have made a row wrong, and what would make it right."""
