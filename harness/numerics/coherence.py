"""Roundings that add up instead of averaging out, because the terms of a sum agree in what is rounded off.

The model is in ``harness.numerics.summation``.
"""

import math

import numpy as np

from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Factor, Floats

# Worst measured error of repeated terms: a quarter of the worst case, here at twice the deviation.
REPEATED = 1 / 8
# How many elements are looked at, and what share of them agrees by chance: three deviations of a mean, or a tenth.
SAMPLE = 1024
SAMPLE_OF_TERMS = 2**14
CHANCE = 3.0
CHANCE_OF_FACTORS = 0.1
# Partial sums pass through several powers of two, each with a last digit of its own.
BINADES = 3


def repeats(n: int, arithmetic: Arithmetic, *factors: Floats) -> float:
    """Return the share of products of elements of each factor, other than 0, that agree with another one.

    Two agree if they differ by less than a small part of the last digit of a sum of n of them.
    """
    digit = n * arithmetic.unit_roundoff / 64
    least = 1.0
    for factor in factors:
        least = min(least, _repeated(factor, digit))
        if least == 0:
            break
    return least


def _repeated(array: Floats, digit: float) -> float:
    # An odd step meets all places of a pattern of even length; unlike ``ravel``, ``flat`` copies only what is taken.
    sample = np.abs(array.flat[:: array.size // SAMPLE | 1])
    sample = np.sort(sample[sample != 0])
    if sample.size < 2:
        return 0.0
    share = np.count_nonzero(sample[1:] - sample[:-1] <= digit * sample[1:]) / sample.size
    return float(max(share - CHANCE_OF_FACTORS, 0.0))


def drift(each: Floats, sums: Floats, arithmetic: Arithmetic) -> Factor:
    """Return the mean of what is rounded off of terms beside the largest partial sum, from 0 to 1, (columns,).

    Args:
        each: terms (n, columns).
        sums: partial sums (parts, columns).
        arithmetic: of the implementation.
    """
    rows = max(SAMPLE_OF_TERMS // max(each.shape[1], 1), 16)
    sample = each[:: len(each) // rows | 1]
    by_chance = CHANCE / math.sqrt(len(sample))
    if by_chance >= 1:
        return 0.0
    largest = np.abs(sums).max(axis=0)
    _, exponent = np.frexp(largest * arithmetic.unit_roundoff)
    mean = np.zeros(largest.shape)
    for binade in range(BINADES):
        digits = np.ldexp(sample, binade - exponent)
        digits -= np.rint(digits)
        # A tie goes either way.
        digits[np.abs(digits) == 0.5] = 0.0
        np.maximum(mean, np.abs(digits.sum(axis=0)), out=mean)
    mean *= 2 / len(sample)
    mean -= by_chance
    return np.maximum(mean, 0.0, out=mean)
