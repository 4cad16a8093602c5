"""Losses with their rounding errors, one file each, under the names they have in ``harness.operators.losses``."""
