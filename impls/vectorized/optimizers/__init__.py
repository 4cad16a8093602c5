"""Optimizers in NumPy."""
