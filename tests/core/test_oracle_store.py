"""The store gives back what was put in, notices damage, and never stands in the way of a result."""

import re
import sqlite3
import subprocess
import sys
from contextlib import closing

import numpy as np
import pytest

from harness.cases.problem import make_problem
from harness.errors import HarnessError
from harness.implementation.contract import Implementation
from harness.stores.oracle import Oracle, oracle_key
from harness.verification import Reference


@pytest.fixture
def path(tmp_path):
    return tmp_path / "reports" / "oracle.sqlite"


@pytest.fixture
def oracle(path):
    with closing(Oracle(path)) as opened:
        yield opened


TENSORS = {
    "scalar": np.array(2.5),
    "float32 scalar": np.array(2.5, np.float32),
    "one": np.array([1.0]),
    "vector": np.arange(3, dtype=np.float32),
    "transposed": np.arange(12.0).reshape(3, 4).T,
    "every second": np.arange(24.0).reshape(2, 3, 4)[:, ::-1, ::2],
    "broadcast": np.broadcast_to(np.float32(3), (2, 3)),
    "fortran": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    "not finite": np.array([np.nan, np.inf, -np.inf, -0.0]),
    "classes": np.array([3, 1], np.int64),
}


@pytest.mark.parametrize("name", TENSORS)
def test_a_tensor_comes_back_with_its_bits_shape_and_format(oracle, name):
    oracle.put("key", {name: TENSORS[name]})
    back = oracle.get("key")[name]
    assert (back.shape, back.dtype) == (TENSORS[name].shape, TENSORS[name].dtype)
    assert back.tobytes() == TENSORS[name].tobytes()
    assert not back.flags.writeable


def test_many_tensors_come_back_under_their_names_from_another_connection(path, oracle):
    oracle.put("key", TENSORS)
    with closing(Oracle(path)) as other:
        back = other.get("key")
    assert back.keys() == TENSORS.keys()
    for name, tensor in TENSORS.items():
        np.testing.assert_array_equal(back[name], tensor)


def test_a_key_that_was_never_put_gives_nothing(oracle):
    assert oracle.get("key") is None
    assert oracle.findings == []


def test_putting_again_replaces(oracle):
    oracle.put("key", {"a": np.zeros(2)})
    oracle.put("key", {"b": np.ones(3)})
    assert list(oracle.get("key")) == ["b"]
    assert len(oracle) == 1


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE oracle SET tensors = CAST(substr(tensors, 1, 60) || x'ff' || substr(tensors, 62) AS BLOB)",
        "UPDATE oracle SET tensors = substr(tensors, 1, 40)",
        "UPDATE oracle SET tensors = x''",
        "UPDATE oracle SET tensors = 'words'",
        "UPDATE oracle SET tensors = 5",
        "UPDATE oracle SET checksum = x'00'",
    ],
)
def test_a_damaged_row_is_found_and_taken_for_absent_and_can_be_put_again(path, oracle, damage):
    oracle.put("key", {"a": np.arange(20.0)})
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(damage)
    assert oracle.get("key") is None
    assert oracle.findings == [f"{path} held a damaged result (key); it was computed again"]
    oracle.put("key", {"a": np.arange(20.0)})
    np.testing.assert_array_equal(oracle.get("key")["a"], np.arange(20.0))


def test_a_file_that_is_no_database_is_set_aside_and_the_store_begins_anew(path):
    path.parent.mkdir()
    path.write_text("this is no database, but somebody's notes" * 50)
    with closing(Oracle(path)) as oracle:
        oracle.put("key", {"a": np.zeros(2)})
        assert oracle.get("key") is not None
        assert "was damaged" in oracle.findings[0]
        assert "set aside as oracle.damaged" in oracle.findings[0]
    assert path.with_suffix(".damaged").read_text().startswith("this is no database")


def test_a_store_of_another_schema_is_begun_anew(path, oracle):
    oracle.put("key", {"a": np.zeros(2)})
    oracle.close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA user_version = 99")
    with closing(Oracle(path)) as other:
        assert other.get("key") is None
        other.put("key", {"a": np.zeros(2)})
        assert len(other) == 1


def test_a_folder_that_cannot_be_made_is_a_message_with_a_way_out(tmp_path):
    (tmp_path / "reports").write_text("a file where the folder should be")
    with pytest.raises(HarnessError, match=r"cannot be written: .*Choose another folder with --reports\."):
        Oracle(tmp_path / "reports" / "oracle.sqlite")


def test_a_store_whose_path_is_a_folder_is_a_message_with_a_way_out(path):
    path.mkdir(parents=True)
    with pytest.raises(HarnessError, match=re.escape(f"the store of Keras's results {path} cannot be written")):
        Oracle(path)


def test_a_store_that_becomes_unwritable_loses_no_result_and_says_so(oracle):
    oracle._connection.execute("PRAGMA query_only = ON")
    oracle.put("key", {"a": np.zeros(2)})
    assert "could not be written" in oracle.findings[0]


WRITER = """
import sys
from pathlib import Path
import numpy as np
from harness.stores.oracle import Oracle
oracle = Oracle(Path(sys.argv[1]))
for number in range(40):
    oracle.put(f"{sys.argv[2]}/{number}", {"a": np.full(50, float(number))})
print(*oracle.findings)
"""


def test_two_processes_write_at_once_and_nothing_is_lost(path):
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), name], stdout=subprocess.PIPE, text=True)
        for name in ("first", "second")
    ]
    assert [writer.communicate(timeout=60)[0].strip() for writer in writers] == ["", ""]
    with closing(Oracle(path)) as oracle:
        assert len(oracle) == 80
        for name in ("first", "second"):
            for number in range(40):
                np.testing.assert_array_equal(oracle.get(f"{name}/{number}")["a"], np.full(50, float(number)))


def test_keys_differ_with_every_part_and_with_their_borders():
    keys = {
        oracle_key("case", 1, "keras 3", "float64"),
        oracle_key("other", 1, "keras 3", "float64"),
        oracle_key("case", 2, "keras 3", "float64"),
        oracle_key("case", 1, "keras 4", "float64"),
        oracle_key("case", 1, "keras 3", "float32"),
        oracle_key("case1", "keras 3", "float64"),
        oracle_key("case", "1keras 3", "float64"),
    }
    assert len(keys) == 7


class Counting(Implementation):
    """The vectorized operators as a reference that counts its runs."""

    name = "keras"

    def __init__(self, action) -> None:
        self.action = action
        self.runs = 0

    def run(self, problem):
        self.runs += 1
        return self.action(problem)


def test_a_result_is_computed_once_and_then_looked_up(case, oracle, vectorized):
    counting = Counting(vectorized.run)
    computed, stored = (Reference(counting, oracle).trace(make_problem(case)) for _ in range(2))
    assert counting.runs == 1
    assert len(oracle) == 1
    assert stored.observables.keys() == computed.observables.keys()
    for name, array in computed.observables.items():
        np.testing.assert_array_equal(stored.observables[name], array, strict=True)


def test_without_a_store_every_result_is_computed(case, vectorized):
    counting = Counting(vectorized.run)
    for _ in range(2):
        Reference(counting, None).trace(make_problem(case))
    assert counting.runs == 2


def test_another_format_version_seed_or_case_is_another_result(case, oracle, vectorized, monkeypatch):
    counting = Counting(vectorized.run)
    reference = Reference(counting, oracle)
    problem = make_problem(case)
    reference.trace(problem)
    reference.trace(problem.astype("float64"))
    reference.trace(make_problem(case.with_(seed=1)))
    reference.trace(make_problem(case.with_(steps=2)))
    counting.version = "another"
    reference.trace(problem)
    monkeypatch.setattr("harness.verification.GENERATOR_VERSION", -1)
    reference.trace(problem)
    assert counting.runs == 6
    reference.trace(make_problem(case.with_(name="renamed")))
    assert counting.runs == 6


def test_a_failure_is_not_stored(case, oracle):
    reference = Reference(Counting(lambda problem: None), oracle)
    assert reference.trace(make_problem(case)).status == "error"
    assert len(oracle) == 0
