"""Layers in NumPy, each before its activation."""
