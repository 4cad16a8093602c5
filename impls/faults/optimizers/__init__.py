"""Faults of optimizers, one file an operator."""
