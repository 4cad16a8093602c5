"""One small case, right answers as files, and programs of a few lines that give them or something else."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.cases.case import Case
from harness.cases.network import Network
from harness.cases.problem import Problem, make_problem
from harness.implementation.contract import run
from harness.judging.judge import Subject, judge
from harness.operators.layers import Dense
from harness.workers.programs import Process
from harness.workers.programs.description import file_name
from harness.workers.programs.tensor import pack
from impls.vectorized import harness_implementations

# Nothing but the interpreter, so that starting it takes little.
PYTHON = (sys.executable, "-I", "-S", "-c")

ONE_SHOT = """
import os, pathlib, signal, struct, subprocess, sys, time
given, answer = map(pathlib.Path, sys.argv[2:])
def give(**changed):
    for file in pathlib.Path(sys.argv[1]).iterdir():
        (answer / file.name).write_bytes(file.read_bytes())
    for name, content in changed.items():
        (answer / name.replace("_of_", ".")).write_bytes(content)
{body}
"""

WORKER = """
import os, pathlib, signal, struct, sys, time
read, write = sys.stdin.buffer.read, sys.stdout.buffer.write
RIGHT = {{file.name: file.read_bytes() for file in pathlib.Path(sys.argv[1]).iterdir()}}
def question():
    files = {{}}
    if len(read(16)) < 16:
        sys.exit()
    while True:
        name, content = struct.unpack("<qq", read(16))
        if not name:
            return files
        name = read(name).decode()
        files[name] = read(content)
def frame(files):
    parts = [b"hnfolder", struct.pack("<q", 1)]
    for name, content in files.items():
        parts += [struct.pack("<qq", len(name), len(content)), name.encode(), content]
    return b"".join(parts) + bytes(16)
def give(**changed):
    write(frame({{**RIGHT, **{{name.replace("_of_", "."): content for name, content in changed.items()}}}}))
    sys.stdout.buffer.flush()
number = 0
while True:
    files = question()
    number += 1
{body}
"""


@pytest.fixture(scope="session")
def case() -> Case:
    return Case(Network((6,), (Dense(4, "relu"), Dense(3))), batch_size=2, name="a-case")


@pytest.fixture(scope="session")
def problem(case) -> Problem:
    return make_problem(case)


@pytest.fixture(scope="session")
def right(tmp_path_factory, problem) -> Path:
    """A folder with every observable of the case, correct to rounding."""
    folder = tmp_path_factory.mktemp("right")
    for name, array in run(harness_implementations()[0], problem).observables.items():
        (folder / file_name(name)).write_bytes(pack(array))
    return folder


@pytest.fixture
def one_shot(right) -> Callable[..., Process]:
    """Make an implementation of lines that may call ``give()``, and use ``given`` and ``answer``, two paths."""

    def made(body: str, **options) -> Process:
        return Process("mine", [*PYTHON, ONE_SHOT.format(body=body), right], **options)

    return made


@pytest.fixture
def worker(right):
    """Make an implementation of lines that are run for each question, and may call ``give()``; closed at the end."""
    started: list[Process] = []

    def made(body: str, **options) -> Process:
        indented = "".join(f"    {line}\n" for line in body.splitlines())
        started.append(Process("mine", [*PYTHON, WORKER.format(body=indented), right], way="worker", **options))
        return started[-1]

    yield made
    for process in started:
        process.close()


@pytest.fixture(scope="session")
def verdicts(problem) -> Callable[..., dict[str, str]]:
    """Run an implementation on a problem, and return the verdicts by observable."""

    def judged(implementation, asked: Problem = problem) -> dict[str, str]:
        rows = judge(asked, Subject.of(implementation, asked.case), run(implementation, asked)).rows
        return {row.observable.name: row.verdict for row in rows}

    return judged
