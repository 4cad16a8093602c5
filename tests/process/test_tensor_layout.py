"""The layout of a tensor, from its definition: what is written, and what is refused."""

import struct

import numpy as np
import pytest

from harness.workers.incoming import BrokenAnswer
from harness.workers.programs.tensor import pack, unpack


def written(code=4, shape=(2, 3), numbers=None, magic=b"hntensor", version=1):
    count = int(np.prod(shape)) * abs(code)
    return struct.pack(f"<8s{3 + len(shape)}q", magic, version, code, len(shape), *shape) + (
        bytes(count) if numbers is None else numbers
    )


def test_the_bytes_are_those_of_the_definition():
    array = np.array([[1.5, -2.0, 0.25]], np.float32)
    assert pack(array) == b"hntensor" + struct.pack("<5q3f", 1, 4, 2, 1, 3, 1.5, -2.0, 0.25)
    assert pack(np.float64(0.1) * np.ones(())) == b"hntensor" + struct.pack("<3qd", 1, 8, 0, 0.1)
    assert pack(np.array([7, -1])) == b"hntensor" + struct.pack("<6q", 1, -8, 1, 2, 7, -1)


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
@pytest.mark.parametrize("shape", [(), (5,), (2, 3, 4), (0, 3)])
def test_what_was_packed_comes_back_to_the_bit_and_read_only(dtype, shape):
    array = np.arange(np.prod(shape), dtype=dtype).reshape(shape)
    back = unpack(pack(array))
    assert (back.dtype, back.shape, back.tobytes()) == (array.dtype, array.shape, array.tobytes())
    assert not back.flags.writeable


def test_an_array_that_lies_in_memory_in_another_order_is_written_in_c_order():
    turned = np.arange(6.0).reshape(2, 3).T
    assert np.array_equal(unpack(pack(turned)), turned)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "32 bytes, got 0: truncated"),
        (written()[:20], "32 bytes, got 20: truncated"),
        (written()[:40], "header of 48 bytes, got 40: truncated"),
        (written()[:-1], "24 bytes of numbers for shape (2, 3) in float32, got 23: truncated"),
        (written() + b"0", "got 25: more than it says"),
        (written(magic=b"NUMPY\0\0\0"), "begins with b'hntensor', got b'NUMPY"),
        (written(version=2), "version 1 of the layout, got 2"),
        (written(code=3, numbers=b""), "4 (float32), 8 (float64) or -8 (int64), got 3"),
        (written(shape=(-2, -3)), "dimensions of 0 or more, got (-2, -3)"),
        (written(shape=(1,) * 9), "0 to 8 dimensions, got 9"),
        (written(shape=(2**62, 2**62), numbers=b""), "got 0: truncated"),
    ],
)
def test_what_is_no_tensor_is_refused_with_what_was_expected(content, message):
    with pytest.raises(BrokenAnswer) as caught:
        unpack(content)
    assert message in str(caught.value)
