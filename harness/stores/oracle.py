"""The oracle: Keras's observables, stored so that a run whose results are here imports no TensorFlow."""

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import safetensors
import safetensors.numpy

from harness.cases.problem import Array
from harness.errors import HarnessError

SCHEMA_VERSION = 1


class Oracle:
    """A table of tensors by key in one SQLite file, safe for several processes on a local disk.

    A row that does not match its checksum is treated as absent and replaced when its value is computed again. A file
    that is no database is set aside under another name. ``findings`` tells of both.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.findings: list[str] = []
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = self._connect()
        except (OSError, sqlite3.OperationalError) as error:
            raise HarnessError(
                f"the store of Keras's results {path} cannot be written: {error}. Choose another folder with --reports."
            ) from error

    def _connect(self) -> sqlite3.Connection:
        try:
            return _open(self.path)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            damaged = self.path.with_suffix(".damaged")
            self.path.replace(damaged)
            for suffix in ("-wal", "-shm"):
                self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
            self.findings.append(
                f"{self.path} was damaged ({error}); it was set aside as {damaged.name} and begun anew"
            )
            return _open(self.path)

    def get(self, key: str) -> dict[str, Array] | None:
        """Return the tensors stored under this key, or None."""
        try:
            row = self._connection.execute("SELECT checksum, tensors FROM oracle WHERE key = ?", (key,)).fetchone()
        except sqlite3.DatabaseError as error:
            self.findings.append(f"{self.path} could not be read ({error}); the result was computed again")
            return None
        if row is None:
            return None
        checksum, blob = row
        if not isinstance(blob, bytes) or hashlib.blake2b(blob, digest_size=16).digest() != checksum:
            self.findings.append(f"{self.path} held a damaged result ({key[:12]}); it was computed again")
            return None
        return _unpack(blob)

    def put(self, key: str, tensors: Mapping[str, Array]) -> None:
        """Store tensors under a key, on disk when this returns."""
        blob = _pack(tensors)
        checksum = hashlib.blake2b(blob, digest_size=16).digest()
        try:
            with self._connection:
                self._connection.execute("INSERT OR REPLACE INTO oracle VALUES (?, ?, ?)", (key, checksum, blob))
        except sqlite3.DatabaseError as error:
            self.findings.append(f"{self.path} could not be written ({error}); the result is not stored")

    def __len__(self) -> int:
        (count,) = self._connection.execute("SELECT count(*) FROM oracle").fetchone()
        return int(count)

    def close(self) -> None:
        """Close the file; nothing is lost without it."""
        self._connection.close()


def oracle_key(*parts: object) -> str:
    """Return the key that belongs to all of these together."""
    return hashlib.sha256(json.dumps([str(part) for part in parts]).encode()).hexdigest()


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=30)
    try:
        # Where write-ahead logging is refused (network file systems), SQLite stays with its rollback journal.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version not in (0, SCHEMA_VERSION):
            connection.execute("DROP TABLE IF EXISTS oracle")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS oracle (key TEXT PRIMARY KEY, checksum BLOB NOT NULL, tensors BLOB NOT NULL)"
        )
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.commit()
    except BaseException:
        connection.close()
        raise
    return connection


def _pack(tensors: Mapping[str, Array]) -> bytes:
    # safetensors writes the memory it is given, in whatever order it lies, so that it must be contiguous.
    contiguous = {name: np.ascontiguousarray(array) for name, array in tensors.items()}
    shapes = json.dumps({name: array.shape for name, array in tensors.items()})
    return bytes(safetensors.numpy.save(contiguous, metadata={"shapes": shapes}))


def _unpack(blob: bytes) -> dict[str, Array]:
    header = json.loads(blob[8 : 8 + int.from_bytes(blob[:8], "little")])
    shapes = json.loads(header["__metadata__"]["shapes"])
    # A scalar comes back with one axis.
    tensors = {name: array.reshape(shapes[name]) for name, array in safetensors.numpy.load(blob).items()}
    for array in tensors.values():
        array.flags.writeable = False
    return tensors
