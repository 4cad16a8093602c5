"""Faults of layers, one file an operator."""
