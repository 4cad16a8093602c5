"""Optimizers, one weight at a time."""
