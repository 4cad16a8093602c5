"""Without what Linux alone has, as on macOS: no /proc, no subreaper, no signal at the parent's death, no waitid."""

import os
import sys
import time
import types

import pytest
from hostile import HOSTILE
from sources import case

from harness import make_problem
from harness.implementation.contract import run
from harness.workers import guarded, usage

ELSEWHERE = (
    "import json, os, sys, types; sys.path[:] = json.loads(sys.argv[1]); "
    "import harness.workers.guardian as guardian, harness.workers.usage as usage; "
    "usage.sys = guardian.sys = types.SimpleNamespace(platform='darwin'); "
    "hasattr(os, 'waitid') and delattr(os, 'waitid'); "
)


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch):
    monkeypatch.setattr(guarded, "BEGIN", ELSEWHERE + guarded.BEGIN)
    monkeypatch.setattr(usage, "sys", types.SimpleNamespace(platform="darwin"))
    monkeypatch.setattr("harness.workers.watch.LOOK_SECONDS", 0.25)
    monkeypatch.delattr(os, "waitid", raising=False)


@pytest.mark.parametrize(
    "kind",
    [
        "segfault", "os._exit", "kills its parent", "endless loop in C, holding the lock", "stops itself",
        "leaves its process group", "takes all memory", "takes all memory in a child", "floods its output",
        "closes all descriptors", "changes the directory",
    ],
)  # fmt: skip
def test_one_case_is_lost_with_a_reason_and_the_next_is_right(mine, right, kind):
    hostile = HOSTILE[kind]
    action = "if seed == 1:\n    " + hostile.action.strip().replace("\n", "\n    ")
    implementation = mine(action, seconds=hostile.seconds)
    assert right(run(implementation, make_problem(case(0))), 0)
    trace = run(implementation, make_problem(case(1)))
    told = "\n".join((trace.reason, *(trace.changed or ())))
    assert trace.status in hostile.statuses, told
    for words in hostile.words:
        assert words in told
    assert right(run(implementation, make_problem(case(2))), 2)


def test_processes_of_its_group_are_gone_with_it(mine, right, tmp_path):
    pid = tmp_path / "pid"
    implementation = mine(f"open({str(pid)!r}, 'w').write(str(subprocess.Popen(['sleep', '60']).pid))")
    assert right(run(implementation, make_problem(case(0))), 0)
    implementation.close()
    until = time.monotonic() + 5
    while _lives(int(pid.read_text())):
        assert time.monotonic() < until
        time.sleep(0.01)


def _lives(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    if sys.platform != "linux":
        return True
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        return file.read().rpartition(")")[2].split()[0] not in "ZX"
