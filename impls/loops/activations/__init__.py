"""Activations, one element at a time."""
