"""What processes use is found on Linux and, by what is there, elsewhere; where nothing tells it, that is said."""

import os
import subprocess
import sys

import pytest

from harness.workers import usage
from harness.workers.limits import MOST_PROCESSES, Limits
from harness.workers.usage import Usage, descendants, unwatched, used_by
from harness.workers.watch import TooLong, TooMuch, Watch

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="it is about /proc")


@pytest.fixture
def child():
    process = subprocess.Popen([sys.executable, "-c", "print(flush=True); input()"], stdin=-1, stdout=-1,
                               start_new_session=True)  # fmt: skip
    assert process.stdout is not None
    process.stdout.readline()
    yield process.pid
    process.communicate(b"\n")


def without(monkeypatch, *places):
    """Let files be missing whose paths begin so."""

    def opened(path, *arguments, **options):
        if str(path).startswith(places):
            raise FileNotFoundError(path)
        return open(path, *arguments, **options)

    monkeypatch.setattr(usage, "open", opened, raising=False)


@linux_only
def test_a_child_is_found_and_weighed(child):
    assert child in descendants(os.getpid())
    assert 2 < used_by([child], child, 1e6).mebibytes < 200


@pytest.mark.parametrize("platform", ["darwin", "freebsd14"])
def test_elsewhere_ps_weighs_a_process_group(monkeypatch, child, platform):
    known = used_by([child], child, 1e6) if sys.platform == "linux" else None
    monkeypatch.setattr(sys, "platform", platform)
    found = used_by([], child, 1e6)
    assert found.processes == 1
    assert known is None or found.mebibytes == pytest.approx(known.mebibytes, rel=0.2)
    assert descendants(os.getpid()) == []
    assert unwatched() == ""


def test_each_column_of_ps_has_an_option_of_its_own_because_a_header_reaches_to_the_end_of_its_argument(monkeypatch):
    asked = []

    def run(command, **options):
        asked.append(command)
        return subprocess.CompletedProcess(command, 0, "  7   2048\n  8 4096\n\n", "")

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(sys, "platform", "darwin")
    assert used_by([], 7, 1e6) == Usage(1, 2.0)
    assert asked == [["ps", "-A", "-o", "pgid=", "-o", "rss="]]


@pytest.mark.parametrize("error", [FileNotFoundError("ps"), subprocess.TimeoutExpired("ps", 5)])
def test_where_ps_tells_nothing_it_is_said_that_nothing_is_limited(monkeypatch, error):
    def run(*_, **__):
        raise error

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(sys, "platform", "darwin")
    assert unwatched().startswith("memory and the number of processes are not limited here: ps is not there")


@linux_only
def test_where_proc_tells_nothing_it_is_said_that_nothing_is_limited(monkeypatch):
    assert unwatched() == ""
    without(monkeypatch, "/proc")
    assert unwatched().startswith("memory and the number of processes are not limited here: /proc is not there")


@linux_only
def test_where_the_kernel_does_not_tell_which_children_there_are_it_is_said(monkeypatch):
    monkeypatch.setattr(os.path, "exists", lambda path: not str(path).endswith("/children"))
    assert unwatched().startswith("memory of child processes is not limited here")


@linux_only
def test_a_kernel_that_does_not_tell_what_is_shared_counts_it_more_than_once_and_not_as_nothing(monkeypatch, child):
    without(monkeypatch, f"/proc/{child}/smaps_rollup", f"/proc/{os.getpid()}/smaps_rollup")
    both = used_by([child, os.getpid()], child, 0.0)
    alone = [used_by([process], child, 1e6).mebibytes for process in (child, os.getpid())]
    assert both.mebibytes == pytest.approx(sum(alone), rel=0.1)


@pytest.mark.parametrize(
    ("used", "words"),
    [
        (Usage(1, 101.0), "used more than 100 MiB"),
        (Usage(MOST_PROCESSES + 1, 5.0), f"started more than {MOST_PROCESSES} processes"),
    ],
)
def test_a_watch_refuses_what_is_too_much(monkeypatch, used, words):
    monkeypatch.setattr("harness.workers.watch.LOOK_SECONDS", 0.0)
    with pytest.raises(TooMuch, match=words):
        Watch(Limits(5.0, 100), lambda: used).left()


def test_a_watch_is_silent_within_the_limits_and_ends_with_the_time(monkeypatch):
    monkeypatch.setattr("harness.workers.watch.LOOK_SECONDS", 0.0)
    assert Watch(Limits(5.0, 100), lambda: Usage(MOST_PROCESSES, 100.0)).left() >= 0
    with pytest.raises(TooLong):
        Watch(Limits(1e-9, 100), lambda: Usage(1, 1.0)).left()
