"""Frames: the files of a folder one after the other, for a program that stays; integers are little-endian.

8 bytes    b"hnfolder"
int64      version, 1
for each file
    int64      length of its name
    int64      length of its content
    name       ASCII, no zero at the end
    content    as in the folder
int64      0
int64      0
"""

import struct

from harness.workers.incoming import BrokenAnswer, Reading
from harness.workers.limits import LONGEST_NAME
from harness.workers.programs.answer import Allowance
from harness.workers.programs.description import Files

MAGIC = b"hnfolder"
VERSION = 1
HEADER = struct.Struct("<8sq")
LENGTHS = struct.Struct("<qq")
END = (0, 0)


def pack(files: Files) -> bytes:
    """Return files as one frame."""
    parts = [HEADER.pack(MAGIC, VERSION)]
    for name, content in files.items():
        parts += [LENGTHS.pack(len(name), len(content)), name.encode("ascii"), content]
    return b"".join([*parts, LENGTHS.pack(*END)])


def reading(allowance: Allowance) -> Reading[dict[str, bytearray]]:
    """Yield how many bytes to read next, to be sent exactly those, and return the files by name.

    Nothing is asked for that the allowance does not cover.

    Raises:
        BrokenAnswer: it is no frame, or a larger one.
    """
    magic, version = HEADER.unpack((yield HEADER.size))
    if magic != MAGIC:
        raise BrokenAnswer(
            f"expected a frame on standard output, which begins with {MAGIC!r}, got {magic!r}; print to standard error"
        )
    if version != VERSION:
        raise BrokenAnswer(f"expected version {VERSION} of a frame, got {version}")
    files: dict[str, bytearray] = {}
    taken = 0
    while (lengths := LENGTHS.unpack((yield LENGTHS.size))) != END:
        name_length, length = lengths
        if not 0 < name_length <= LONGEST_NAME:
            raise BrokenAnswer(f"expected a name of 1 to {LONGEST_NAME} bytes, got {name_length:,}")
        name = (yield name_length).decode("latin-1")
        allowance.check_name(name)
        if name in files:
            raise BrokenAnswer(f"expected every tensor once, got {name} twice")
        allowance.check_count(len(files) + 1)
        taken = allowance.take(name, length, taken)
        files[name] = yield length
    return files
