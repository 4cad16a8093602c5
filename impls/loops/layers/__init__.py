"""Layers as nested loops."""
