"""What ``harness doctor`` looks at, each well and each wrong."""

import importlib.metadata
import os
import sqlite3

import pytest

from harness.cli import installation
from harness.cli.installation import distributions, limits, machine, reports
from harness.stores.oracle import Oracle
from harness.workers.limits import Limits


@pytest.fixture
def versions(monkeypatch):
    """Returns a function that sets which versions are installed; None for a package that is not."""
    requirements = ["some-array>=2.0", "some-framework>=1.5; extra == 'fast'", "some-linter; extra == 'test'"]
    monkeypatch.setattr(importlib.metadata, "requires", lambda _: requirements)

    def installed(**given):
        def version(name):
            if given[name.replace("-", "_")] is None:
                raise importlib.metadata.PackageNotFoundError(name)
            return given[name.replace("-", "_")]

        monkeypatch.setattr(importlib.metadata, "version", version)

    class Metadata:
        def get_all(self, name):
            return ["fast", "test"]

    monkeypatch.setattr(importlib.metadata, "metadata", lambda _: Metadata())
    return installed


@pytest.mark.parametrize(
    ("array", "framework", "expected"),
    [
        ("2.1", "1.5", {}),
        ("2.1", None, {}),
        (None, "1.5", {"some-array is not installed: pip install 'some-array>=2.0'"}),
        ("1.9", "1.5", {"some-array 1.9 (expected >=2.0): pip install 'some-array>=2.0'"}),
        ("2.1", "1.4", {"some-framework 1.4 (expected >=1.5): pip install 'nn-harness[fast]'"}),
    ],
)
def test_a_package_is_wrong_where_it_is_too_old_or_required_and_missing(versions, array, framework, expected):
    versions(some_array=array, some_framework=framework)
    checks = list(distributions())
    assert {check.text for check in checks if not check.healthy} == set(expected)
    assert len(checks) == 2


def test_a_missing_optional_package_says_which_extra_brings_it(versions):
    versions(some_array="2.1", some_framework=None)
    _, optional = distributions()
    assert optional.healthy
    assert optional.text == "some-framework is not installed; pip install 'nn-harness[fast]' brings it"


def test_python_is_right_here_and_wrong_where_it_is_too_old(monkeypatch):
    assert machine().healthy
    monkeypatch.setattr("sys.version_info", (3, 10, 0))
    assert not machine().healthy


def test_a_memory_limit_beyond_the_machine_is_wrong():
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    assert limits(Limits(mebibytes=memory)).healthy
    check = limits(Limits(mebibytes=memory + 1))
    assert not check.healthy
    assert "Run with a lower --memory-limit." in check.text


def test_where_memory_is_not_told_no_limit_is_wrong(monkeypatch):
    monkeypatch.delattr(os, "sysconf")
    check = limits(Limits(mebibytes=2**40))
    assert check.healthy
    assert check.text.endswith("how much memory this machine has is not told here")


def test_a_folder_that_is_a_file_is_wrong(tmp_path):
    (tmp_path / "file").touch()
    (check,) = reports(tmp_path / "file")
    assert not check.healthy
    assert "Choose another with --reports." in check.text


class WithoutLog(Oracle):
    """A store where SQLite refuses its write-ahead log, as on a network file system."""

    def _connect(self):
        connection = sqlite3.connect(self.path)
        connection.execute("CREATE TABLE oracle (key)")
        return connection


@pytest.mark.parametrize(
    ("store", "more"),
    [(Oracle, ""), (WithoutLog, "; without a write-ahead log (delete instead), as on a network file system")],
)
def test_the_results_of_a_store_are_counted_and_a_missing_write_ahead_log_is_told(tmp_path, monkeypatch, store, more):
    path = tmp_path / "oracle.sqlite"
    path.touch()
    monkeypatch.setattr(installation, "Oracle", store)
    *_, check = reports(tmp_path)
    assert check.healthy
    assert check.text.partition(": processes")[0] == f"store {path}: 0 results, 0.0 MiB{more}"


def test_the_rows_of_a_killed_run_are_told(tmp_path):
    (tmp_path / "unfinished-5.jsonl").touch()
    *_, left = reports(tmp_path)
    assert left.healthy
    assert "unfinished-5.jsonl: rows of a run that was killed" in left.text
