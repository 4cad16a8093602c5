"""Losses in NumPy."""
