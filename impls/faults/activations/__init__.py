"""Faults of activations, one file an operator."""
