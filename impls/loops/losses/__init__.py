"""Losses as sums over samples and outputs."""
