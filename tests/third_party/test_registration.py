"""A room registers where its library is installed, stays silent where it is not, and imports nothing heavy by that."""

import importlib.util
import subprocess
import sys

import pytest

from tests.third_party.conftest import ROOMS, installed, offered

LIBRARIES = {"torch", "jax", "onnx", "onnxruntime", "keras", "tensorflow"}


@pytest.mark.parametrize("name", ROOMS)
def test_nothing_is_offered_where_a_library_is_missing(name, monkeypatch):
    for missing in ROOMS[name][1]:
        known = importlib.util.find_spec
        monkeypatch.setattr(
            importlib.util, "find_spec", lambda found, m=missing, k=known: None if found == m else k(found)
        )
        assert offered(name) == []
        monkeypatch.undo()


@pytest.mark.parametrize("name", ROOMS)
def test_where_they_are_one_implementation_of_that_name_is_offered_and_left_out_of_runs_that_do_not_name_it(name):
    implementation = installed(name)
    assert implementation.name == name
    assert not implementation.default
    assert all(package in implementation.version for package in ROOMS[name][1])


def imported_by(rooms):
    code = "import sys\n" + "\n".join(f"import {room}; {room}.harness_implementations()" for room in rooms)
    code += "\nprint(*sorted({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    return set(done.stdout.split())


def test_offering_imports_no_library():
    assert imported_by(room for room, _ in ROOMS.values()).isdisjoint(LIBRARIES)
