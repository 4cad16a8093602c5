"""What an implementation is, and how one is run."""
