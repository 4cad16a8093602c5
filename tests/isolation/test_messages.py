"""Messages: what is packed is unpacked, and nothing else is."""

import json
import os
import threading

import numpy as np
import pytest

from harness.cases.observables import Observable
from harness.workers.incoming import BrokenAnswer, Incoming
from harness.workers.limits import most_bytes
from harness.workers.messages import MAGIC, PREFIX, Message, pack, padded, reading


def unpacked(data: bytes, most: int = 2**20) -> Message:
    source, sink = os.pipe()
    with open(source, "rb") as file, open(sink, "wb", buffering=0) as pipe:
        sender = threading.Thread(target=pipe.write, args=(data,))
        sender.start()
        try:
            message = Incoming(reading(most, most)).read(file.fileno())
        finally:
            sender.join()
    assert message is not None
    return message


def framed(listed: object, body: bytes = b"") -> bytes:
    head = json.dumps({"arrays": listed}).encode()
    return PREFIX.pack(MAGIC, len(head), len(body)) + head + body


def test_what_was_packed_comes_back_read_only_and_with_its_head():
    arrays = {"a": np.arange(5, dtype=np.float32), "ünï": np.array(2.5), "f": np.asfortranarray(np.eye(3)[:2])}
    frame = unpacked(pack(Message({"do": "run", "number": 5}, arrays)))
    assert frame.head == {"do": "run", "number": 5}
    assert frame.arrays.keys() == arrays.keys()
    for name, array in arrays.items():
        assert frame.arrays[name].dtype == array.dtype
        assert (frame.arrays[name] == array).all()
        assert not frame.arrays[name].flags.writeable


def test_arrays_begin_at_multiples_of_64_bytes():
    frame = unpacked(pack(Message({}, {"a": np.ones(3, np.int8), "b": np.ones(3)})))
    addresses = [array.ctypes.data for array in frame.arrays.values()]
    assert addresses[1] - addresses[0] == padded(3) == 64


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"garbage " * 2, "expected a frame, got the bytes"),
        (PREFIX.pack(MAGIC, 2**30, 0), "a head of at most 1,048,576 bytes, got 1,073,741,824"),
        (PREFIX.pack(MAGIC, 2, 2**40), "arrays of at most 1,048,576 bytes, got 1,099,511,627,776"),
        (PREFIX.pack(MAGIC, 2, 0) + b"[]", "a JSON object"),
        (PREFIX.pack(MAGIC, 2, 0) + b"{}", "a list of arrays, got None"),
        (PREFIX.pack(MAGIC, 2, 0) + b"\xff\xfe", "a head of JSON"),
        (framed("arrays"), "a list of arrays, got arrays"),
        (framed([["a", "<f4"]]), "a name, a format and a shape"),
        (framed([["a", "<f4", [-1]]]), "a name, a format and a shape"),
        (framed([["a", "<f4", [1.5]]]), "a name, a format and a shape"),
        (framed([["a", "<f4", [True]]]), "a name, a format and a shape"),
        (framed([["a", "no such", [1]]]), "the format of a, got 'no such'"),
        (framed([["a", "|V0", [10**9]]]), "a name, a format and a shape"),
        (framed([["a", "f4,(9,9)f8", [1]]]), "the format of a, got 'f4,(9,9)f8'"),
        (framed([["a", "|M8[no]", [1]]]), "the format of a, got '|M8[no]'"),
        (framed([["a" * 201, "<f4", [1]]]), "a name, a format and a shape"),
        (PREFIX.pack(MAGIC, 10**5, 0) + b"[" * 10**5, "a head of JSON"),
        (framed([["a", "<f4", [5]]]), "it ends later"),
        (framed([["a", "<f4", [2**61, 2**61]]]), "it ends later"),
        (framed([["a", "|O", [2**61, 2**61]]]), "expected a with shape"),
        (framed([["a", "<f4", [0, 2**61]]]), "expected a with shape"),
        (framed([["a", "<f4", [1]], ["a", "<f4", [1]]], bytes(128)), "got a twice"),
        (framed([["a", "<f4", [1]]], bytes(128)), "expected 128 bytes of arrays, got a list of arrays with 64"),
    ],
)
def test_what_is_no_message_is_refused_with_what_was_expected_and_what_came(data, words):
    with pytest.raises(BrokenAnswer) as raised:
        unpacked(data)
    assert words in str(raised.value)


def test_an_answer_may_have_twice_what_was_asked_for_in_float64_and_a_mebibyte():
    observables = (Observable("a", "forward", (5, 3), 1, "a"), Observable("b", "loss", (), 1, "loss"))
    assert most_bytes(observables) == 2 * 8 * (15 + 1) + 2**20
