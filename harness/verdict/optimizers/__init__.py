"""Optimizers with their rounding errors, one file each, named as in ``harness.operators.optimizers``."""
