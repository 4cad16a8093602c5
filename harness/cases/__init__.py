"""What is run: cases, their networks, and the seeded arrays they are run on."""
