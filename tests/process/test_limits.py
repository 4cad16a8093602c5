"""The limits of a run reach the programs in it, and what is told is which program it was and what it printed last."""

import os
import sys
import time

import pytest

from harness.implementation.contract import run
from harness.plugins.found import Loaded
from harness.workers.isolated import Loader
from harness.workers.limits import Limits, limit_all

LONG = "print('thinking', file=sys.stderr, flush=True); time.sleep(60)"
LARGE = (
    "print('filling', file=sys.stderr, flush=True); kept = []\n"
    "while True: kept.append(os.urandom(2**20)); time.sleep(0.001)"
)
SOURCE = """
from harness import Process
mine = Process("mine", {command!r}, way={way!r})
"""


@pytest.fixture(params=["folders", "worker"])
def program(request, one_shot, worker):
    """Makes a program of either way."""

    def made(body, **options):
        return (one_shot if request.param == "folders" else worker)(body, **options)

    return made


@pytest.mark.parametrize(
    ("own", "limit", "told"),
    [(None, 0.5, "0.5 s (--time-limit)"), (60, 0.5, "0.5 s (--time-limit)"), (0.5, 60, "0.5 s")],
)
def test_the_lower_of_the_runs_limit_of_time_and_the_programs_own_holds(program, problem, own, limit, told):
    process = program(LONG, seconds=own)
    limit_all([process], Limits(seconds=limit))
    start = time.monotonic()
    trace = run(process, problem)
    assert time.monotonic() - start < 5
    assert (trace.status, trace.reason) == (
        "timeout", f"mine took more than {told} and was stopped; its last output:\nthinking",
    )  # fmt: skip


def test_what_a_program_printed_before_it_was_stopped_is_shown_as_that_of_a_file_is(program, problem, capsys):
    assert run(program(LONG, seconds=0.5), problem).status == "timeout"
    assert capsys.readouterr().out == "thinking\n"


def test_the_runs_limit_of_memory_holds_for_a_program(program, problem):
    process = program(LARGE)
    limit_all([process], Limits(10.0, 100))
    trace = run(process, problem)
    assert trace.status == "crash"
    assert trace.reason == (
        "mine used more than 100 MiB of memory (--memory-limit) and was stopped; its last output:\nfilling"
    )


def test_a_program_within_the_limits_answers_as_without(program, problem):
    process = program("give()")
    limit_all([process, object()], Limits(10.0, 100))
    assert run(process, problem).status == "ok"


@pytest.mark.parametrize("way", ["folders", "worker"])
@pytest.mark.parametrize(
    ("body", "limits", "told"),
    [
        (LONG, Limits(1.0), "mine took more than 1 s (--time-limit) and was stopped; its last output:\nthinking"),
        (LARGE, Limits(10.0, 100), "mine used more than 100 MiB of memory (--memory-limit) and was stopped; "
         "its last output:\nfilling"),
    ],
    ids=["time", "memory"],
)  # fmt: skip
def test_in_a_worker_of_its_own_it_is_the_program_whose_end_is_told(tmp_path, problem, way, body, limits, told):
    path = tmp_path / "mine.py"
    path.write_text(SOURCE.format(command=[sys.executable, "-c", f"import os, sys, time\n{body}"], way=way))
    loaded = Loader(limits)("mine", str(path))
    assert isinstance(loaded, Loaded), loaded
    (mine,) = loaded.implementations
    trace = run(mine, problem)
    mine.close()
    assert trace.reason == told


def test_a_worker_whose_program_does_not_keep_the_limits_is_stopped_all_the_same(tmp_path, problem):
    path = tmp_path / "mine.py"
    path.write_text(
        "import time\nfrom harness import Implementation\n"
        "class Mine(Implementation):\n    name = 'mine'\n    def limit(self, limits): pass\n"
        "    def run(self, problem): time.sleep(60)\nmine = Mine()\n"
    )
    (mine,) = Loader(Limits(0.5))("mine", str(path)).implementations
    trace = run(mine, problem)
    mine.close()
    assert trace.status == "timeout"
    assert trace.reason.startswith("mine took more than 2.5 s (--time-limit)")


def test_without_waitid_as_on_older_macos_a_program_is_waited_for_and_ended_with_what_it_started(
    monkeypatch, one_shot, problem, tmp_path
):
    monkeypatch.delattr(os, "waitid", raising=False)
    pid = tmp_path / "pid"
    body = f"child = subprocess.Popen(['sleep', '60'])\npathlib.Path({str(pid)!r}).write_text(str(child.pid))\ngive()"
    assert run(one_shot(body), problem).status == "ok"
    assert run(one_shot("sys.exit(3)"), problem).reason.startswith("mine's process ended with exit code 3")
    assert run(one_shot("time.sleep(60)", seconds=0.3), problem).status == "timeout"
    until = time.monotonic() + 5
    while _lives(int(pid.read_text())):
        assert time.monotonic() < until
        time.sleep(0.01)


def _lives(process):
    try:
        os.kill(process, 0)
        with open(f"/proc/{process}/stat", encoding="ascii") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False
