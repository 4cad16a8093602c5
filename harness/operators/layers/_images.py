"""Large batches of images a few at a time, so that the arrays of an error stay in the processor's cache."""

from collections.abc import Callable

from harness.numerics.estimate import Estimate, joined

# Elements of a block's images: a dozen float64 arrays of it fit into two megabytes.
ELEMENTS = 2**15


def few_at_a_time(function: Callable[..., Estimate], elements: int, *given: Estimate) -> Estimate:
    """Return what ``function`` makes of estimates, image by image.

    Args:
        function: of as many estimates as are given.
        elements: of the larger of one image's arrays.
        given: with the batch as the first axis.
    """
    first = given[0].value
    together = max(1, ELEMENTS // elements)
    if together >= len(first):
        return function(*given)
    parts = [function(*(each[begin : begin + together] for each in given)) for begin in range(0, len(first), together)]
    return joined(parts)
