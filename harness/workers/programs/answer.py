"""What a program may answer, and the Trace that comes of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from harness.cases.case import Case
from harness.cases.observables import required
from harness.implementation.trace import Trace
from harness.workers.incoming import BrokenAnswer
from harness.workers.limits import LONGEST_NAME, MOST_TEXT, most_arrays, most_bytes
from harness.workers.programs.description import file_name, observable_name
from harness.workers.programs.tensor import DIMENSION_BYTES, HEADER, MOST_DIMENSIONS, unpack

# Files with words instead of tensors.
UNSUPPORTED = "unsupported"
ERROR = "error"

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


@dataclass(frozen=True)
class Allowance:
    """How large an answer may be; what is larger is not read.

    Attributes:
        files: how many.
        content: bytes of all of them together.
    """

    files: int
    content: int

    @classmethod
    def of(cls, case: Case) -> "Allowance":
        """Return twice what a right answer in float64 takes, and a little more, so that a wrong one can be shown."""
        wanted = required(case)
        files = most_arrays(wanted)
        header = HEADER.size + DIMENSION_BYTES * MOST_DIMENSIONS
        return cls(files, most_bytes(wanted) + files * header + MOST_TEXT)

    def check_count(self, count: int) -> None:
        """Raise BrokenAnswer if these are too many files."""
        if count > self.files:
            raise BrokenAnswer(f"expected at most {self.files} files, got {count:,}")

    def check_name(self, name: str) -> None:
        """Raise BrokenAnswer unless it may be the name of a tensor."""
        if len(name) > LONGEST_NAME or not _NAME.fullmatch(name):
            raise BrokenAnswer(f"expected the name of a tensor, such as 1.loss, got {name[:LONGEST_NAME]!a}")

    def take(self, name: str, length: int, taken: int) -> int:
        """Return how many bytes are taken with another file.

        Raises:
            BrokenAnswer: they are too many.
        """
        if length < 0:
            raise BrokenAnswer(f"expected a length of 0 or more for {name}, got {length}")
        if taken + length > self.content:
            before = f" after {taken:,} for others" if taken else ""
            raise BrokenAnswer(
                f"expected an answer of at most {self.content:,} bytes, got {length:,} for {name}{before}: wrong shape?"
            )
        return taken + length


def trace_of(files: Mapping[str, bytes | bytearray], case: Case, seconds: float) -> Trace:
    """Return what a program said.

    Args:
        files: by name, as they came.
        case: what it was asked about; it tells the shapes in messages.
        seconds: wall time.

    Raises:
        BrokenAnswer: there is nothing, or something that is no tensor.
    """
    for word in (UNSUPPORTED, ERROR):
        if word in files:
            text = bytes(files[word][:MOST_TEXT]).decode("utf-8", "replace").strip() or "no reason given"
            return Trace("unsupported" if word == UNSUPPORTED else "error", {}, seconds, text)
    if not files:
        raise BrokenAnswer("expected tensors, or a file named unsupported or error, got nothing")
    shapes = {file_name(observable.name): observable.shape for observable in required(case)}
    observables = {}
    for name in sorted(files, key=lambda name: name not in shapes):
        try:
            observables[observable_name(name)] = unpack(files[name])
        except BrokenAnswer as broken:
            asked = f" ({case.dtype} with shape {shapes[name]} was asked for)" if name in shapes else ""
            raise BrokenAnswer(f"{name}: {broken}{asked}") from None
    return Trace("ok", MappingProxyType(observables), seconds)
