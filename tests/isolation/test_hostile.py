"""Whatever an implementation does costs one case: the next one is answered rightly, by this process or another."""

import sys
import time

import pytest
from hostile import HOSTILE
from sources import case

from harness import make_problem
from harness.implementation.contract import run
from harness.workers.usage import descendants

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="/proc tells which processes there are")


@pytest.mark.parametrize("kind", HOSTILE)
def test_one_case_is_lost_with_a_reason_and_the_next_is_right(mine, right, kind):
    hostile = HOSTILE[kind]
    implementation = mine(
        "if seed == 1:\n    " + hostile.action.strip().replace("\n", "\n    "), seconds=hostile.seconds
    )
    assert right(run(implementation, make_problem(case(0))), 0)
    start = time.monotonic()
    trace = run(implementation, make_problem(case(1)))
    assert time.monotonic() - start < hostile.seconds + 8
    told = "\n".join((trace.reason, *(trace.changed or ())))
    assert trace.status in hostile.statuses, told
    for words in hostile.words:
        assert words in told
    if trace.status == "ok":
        assert right(trace, 1)
        assert trace.changed is not None
    else:
        assert len(told) < 20_000
    if kind == "breaks a builtin":
        # What is broken in the process stays broken as long as it lives.
        implementation.close()
    assert right(run(implementation, make_problem(case(2))), 2)


def test_there_are_25_kinds_and_more():
    assert len(HOSTILE) >= 25


@linux_only
@pytest.mark.parametrize(
    "action",
    [
        "subprocess.Popen(['sleep', '60'])",
        "subprocess.Popen(['sleep', '60'], start_new_session=True)",
        "if not os.fork():\n    os.setsid()\n    if not os.fork():\n        time.sleep(60)\n    os._exit(0)",
        "threading.Thread(target=time.sleep, args=(60,)).start()",
        "import atexit; atexit.register(time.sleep, 60)",
    ],
)
def test_what_is_left_behind_is_gone_once_the_implementation_is_closed(mine, right, action):
    implementation = mine(action)
    assert right(run(implementation, make_problem(case(0))), 0)
    guardian = implementation._process._process.pid
    left = descendants(guardian)
    assert left
    implementation.close()
    assert not [process for process in (guardian, *left) if alive(process)]


def alive(process):
    try:
        with open(f"/proc/{process}/stat", encoding="ascii") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False
