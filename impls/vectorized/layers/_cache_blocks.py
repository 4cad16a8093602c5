"""A batch cut into blocks of images, so that what is built from a block stays in the processor's cache until used."""

from collections.abc import Iterator

# Fits a third-level cache beside what the matrix product copies of it; smaller blocks make small, slower products.
BLOCK_BYTES = 2**21


def blocks(batch: int, bytes_for_each: int) -> Iterator[slice]:
    """Yield slices of the batch whose images need at most BLOCK_BYTES together, at least one image each."""
    images = max(1, BLOCK_BYTES // bytes_for_each)
    for start in range(0, batch, images):
        yield slice(start, start + images)
