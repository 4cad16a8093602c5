"""Faults of losses, one file an operator."""
