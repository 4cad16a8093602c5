"""Activations in NumPy."""
