"""Implementations in files, loaded in workers that end with the test."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sources import SOURCE, case, indented

from harness import Implementation, make_problem
from harness.implementation.contract import run
from harness.plugins.found import Loaded, Quarantined
from harness.workers.isolated import Isolated, Loader
from harness.workers.limits import Limits
from impls.vectorized import harness_implementations


@pytest.fixture
def plugin(tmp_path: Path):
    """Loads a source in a worker, and closes it."""
    opened: list[Isolated] = []

    def load(source: str, seconds: float = 5.0, mebibytes: int = 1024) -> Loaded | Quarantined:
        path = tmp_path / "mine.py"
        path.write_text(source)
        found = Loader(Limits(seconds, mebibytes))("mine", str(path))
        if isinstance(found, Loaded):
            opened.extend(found.implementations)
        return found

    yield load
    for isolated in opened:
        isolated.close()


@pytest.fixture
def mine(plugin) -> Callable[..., Isolated]:
    """An implementation that does something before it answers rightly."""

    def load(action: str = "pass", beside: str = "", **limits) -> Isolated:
        found = plugin(SOURCE.format(action=indented(action), beside=beside), **limits)
        assert isinstance(found, Loaded), found
        (implementation,) = found.implementations
        return implementation

    return load


@pytest.fixture(scope="session")
def vectorized() -> Implementation:
    return harness_implementations()[0]


@pytest.fixture(scope="session")
def right(vectorized):
    """Whether a Trace has the bits that the vectorized operators give in this process."""

    def compare(trace, number: int) -> bool:
        expected = run(vectorized, make_problem(case(number))).observables
        same_names = trace.status == "ok" and expected.keys() == trace.observables.keys()
        return same_names and all((trace.observables[name] == array).all() for name, array in expected.items())

    return compare
