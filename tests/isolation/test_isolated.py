"""An implementation in a process of its own is like any other: same answers, same refusals, same messages."""

import contextlib
import io
import os
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sources import SOURCE, case, indented

from harness import Conv2D, Flatten, Layerwise, MaxPooling2D, Network, PluginError, Unsupported, make_problem
from harness.implementation.contract import run
from harness.judging.judge import Subject, judge
from harness.plugins.found import Loaded, Quarantined
from harness.plugins.loading import attempt_named, load_and_choose
from harness.verification import Reference, Verification, in_float64
from harness.workers import isolated
from harness.workers.isolated import Loader
from harness.workers.limits import MOST_DEATHS, Limits

OPERATORS = """
from harness import Layerwise
from harness.layerwise import operators_in
from impls import vectorized
mine = Layerwise("mine", version="7", operators=operators_in(vectorized), default={default})
"""


def test_answers_have_the_bits_of_the_same_implementation_in_this_process(plugin, vectorized):
    (isolated,) = plugin(OPERATORS.format(default=True)).implementations
    network = Network((7, 6, 3), (Conv2D(4, 3, activation="relu"), MaxPooling2D(2), Flatten()))
    for dtype in ("float32", "float64"):
        problem = make_problem(case().with_(network=network, dtype=dtype, steps=2))
        here, there = run(vectorized, problem), run(isolated, problem)
        assert there.observables.keys() == here.observables.keys()
        for name, array in here.observables.items():
            assert there.observables[name].dtype == array.dtype
            assert there.observables[name].shape == array.shape
            assert there.observables[name].tobytes() == array.tobytes()
            assert not there.observables[name].flags.writeable


def test_what_it_declares_comes_over(plugin, vectorized):
    (isolated,) = plugin(OPERATORS.format(default=False)).implementations
    assert (isolated.name, isolated.version, isolated.default) == ("mine", "7", False)
    assert Subject.of(isolated, case()) == replace(Subject.of(vectorized, case()), name="mine", version="7")


def test_a_coarser_arithmetic_and_hidden_observables_come_over(mine):
    beside = (
        "from dataclasses import replace\n"
        "class Coarse(Implementation):\n"
        "    def arithmetic(self, case): return replace(super().arithmetic(case), product_gain=3.0)\n"
        "    def exposes(self, case, observable): return observable.kind != 'update'\n"
        "Implementation = Coarse"
    )
    subject = Subject.of(mine(beside=beside), case())
    assert subject.arithmetic.product_gain == 3.0
    assert subject.exposes
    assert not any("update" in name for name in subject.exposes)


@pytest.mark.parametrize(
    ("beside", "status", "words"),
    [
        ("def arithmetic(self, case): return 5", "error", "expected to return an Arithmetic, got int"),
        ("def arithmetic(self, case): raise ValueError('no idea')", "error", "ValueError: no idea"),
        ("def exposes(self, case, observable): os._exit(3)", "crash", "exit code 3"),
        ("def exposes(self, case, observable): time.sleep(60)", "timeout", "--time-limit"),
    ],
)
def test_a_declaration_that_fails_is_what_became_of_the_case(mine, beside, status, words):
    beside = f"class Odd(Implementation):\n    {beside}\nImplementation = Odd"
    isolated = mine(beside=beside, seconds=1.0)
    problem = make_problem(case())
    subject = Subject.of(isolated, problem.case)
    rows = judge(problem, subject, run(isolated, problem)).rows
    assert {row.verdict for row in rows} == {status}
    assert words in rows[0].reason


def test_a_problem_in_another_format_than_its_case_is_run_in_that_format(mine):
    problem = make_problem(case())
    trace = run(mine(), problem.astype("float64"))
    assert {array.dtype.name for array in trace.observables.values()} == {"float64"}
    assert run(mine(), in_float64(problem)).status == "ok"


def test_declining_is_unsupported_and_running_it_directly_raises_it(mine):
    isolated = mine("from harness import Unsupported; raise Unsupported('not today')")
    trace = run(isolated, make_problem(case()))
    assert (trace.status, trace.reason) == ("unsupported", "not today")
    with pytest.raises(Unsupported, match="not today"):
        isolated.run(make_problem(case()))


def test_an_error_has_the_same_text_as_in_this_process(mine, tmp_path):
    isolated = mine("raise RuntimeError('broken')")
    trace = run(isolated, make_problem(case()))
    loaded = attempt_named("mine", str(tmp_path / "mine.py"))
    assert isinstance(loaded, Loaded)
    here = run(loaded.implementations[0], make_problem(case()))
    assert (trace.status, trace.reason) == (here.status, here.reason)


def test_writing_into_inputs_is_found_there_and_harms_nobody_here(mine):
    problem = make_problem(case())
    before = problem.batches[0].x.copy()
    trace = run(mine("x = problem.batches[0].x; x.flags.writeable = True; x[0] = 7"), problem)
    assert trace.reason == "mine wrote into its inputs; expected it to copy what it changes"
    trace = run(mine("problem.batches[0].x[0] = 7"), problem)
    assert trace.reason.endswith("inputs are read-only: copy what you change")
    assert (problem.batches[0].x == before).all()


def test_arrays_of_every_kind_come_over_with_their_format_and_shape(mine):
    isolated = mine(
        "return {'a': np.arange(6).reshape(2, 3).T, 'b': np.float32(5), 'c': np.zeros((0, 3)), "
        "'d': np.array([1, 2], '>f4'), 'e': np.array([None, 1]), 'f': np.array(['x', 'yz']), 'g': np.array([True]), "
        "'h': np.array(1 + 2j)}"
    )
    found = run(isolated, make_problem(case())).observables
    assert (found["a"] == np.arange(6).reshape(2, 3).T).all()
    assert (found["b"].shape, found["b"].dtype, found["b"][()]) == ((), np.float32, 5)
    assert found["c"].shape == (0, 3)
    assert found["d"].tolist() == [1, 2]
    assert (found["e"].shape, found["e"].dtype) == ((2,), object)
    assert found["f"].tolist() == ["x", "yz"]
    assert found["g"].tolist() == [True]
    assert found["h"][()] == 1 + 2j


def test_what_it_prints_is_printed_here(mine):
    heard = io.StringIO()
    with contextlib.redirect_stdout(heard):
        run(mine("print('hello'); print('wörld', file=sys.stderr)"), make_problem(case()))
    assert heard.getvalue() == "hello\nwörld\n"


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells which processes there are")
def test_a_guardian_ends_as_its_worker_did(mine):
    isolated = mine("if seed: os.kill(os.getpid(), seed)\nos._exit(5)")
    for number in (0, signal.SIGTERM, signal.SIGKILL, signal.SIGABRT, signal.SIGUSR2):
        isolated.arithmetic(case(int(number)))
        process = isolated._process._process
        run(isolated, make_problem(case(int(number))))
        assert process.returncode == (-number or 5)
        isolated._deaths.clear()


def test_a_process_that_dies_on_three_cases_in_a_row_is_not_started_again(mine, right):
    isolated = mine("if seed: os._exit(3)")
    assert right(run(isolated, make_problem(case(0))), 0)
    for number in range(1, MOST_DEATHS + 1):
        assert "exit code 3" in run(isolated, make_problem(case(number))).reason
    for number in (MOST_DEATHS + 1, 0):
        trace = run(isolated, make_problem(case(number)))
        assert trace.status == "crash"
        assert trace.reason.startswith(
            "mine was given up: its process ended on 3 cases in a row. The last time: mine's"
        )


def test_deaths_on_one_case_or_with_an_answer_between_them_do_not_count_together(mine, right):
    isolated = mine("if seed % 3: os._exit(3)")
    for number in (1, 1, 1, 1, 2, 0, 4, 5, 3):
        trace = run(isolated, make_problem(case(number)))
        assert "exit code 3" in trace.reason if number % 3 else right(trace, number)


def test_a_file_that_is_gone_when_it_is_needed_again_is_told(mine, tmp_path):
    isolated = mine("os.remove(__file__); os._exit(3)")
    assert "exit code 3" in run(isolated, make_problem(case(0))).reason
    trace = run(isolated, make_problem(case(1)))
    assert trace.status == "crash"
    assert "could not be loaded again" in trace.reason
    assert "there is no such file" in trace.reason


def test_a_process_that_cannot_be_started_again_costs_its_case(mine, tmp_path, monkeypatch):
    place = tmp_path / "place"
    place.mkdir()
    monkeypatch.chdir(place)
    isolated = mine("os._exit(3)")
    monkeypatch.chdir(tmp_path)
    assert "exit code 3" in run(isolated, make_problem(case(0))).reason
    place.rmdir()
    trace = run(isolated, make_problem(case(1)))
    expected = f"mine could not be started: its directory {place} does not exist"
    assert (trace.status, trace.reason) == ("error", expected)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("import os; os._exit(3)", "loading it failed: mine's process ended with exit code 3"),
        ("import ctypes; ctypes.string_at(0)", "killed by SIGSEGV"),
        ("while True: pass", "took more than 1 s"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("import numpy as np; a = [np.ones(2**21) for _ in range(10**6)]", "used more than 256 MiB"),
        ("def harness_writers(): return []\ndef harness_implementations(): return []", "it offers no implementation"),
    ],
)
def test_a_file_that_cannot_be_loaded_is_set_aside_with_the_reason(plugin, monkeypatch, source, words):
    if source.startswith("while"):
        monkeypatch.setattr(isolated, "LOADING_SECONDS", 1.0)
    found = plugin(source, mebibytes=256)
    assert isinstance(found, Quarantined)
    assert words in found.reason


def test_cases_of_a_file_come_over_and_writers_are_told_to_need_this_process(plugin):
    more = "\ndef harness_implementations(): return [mine]\n"
    cases = "from harness import Case, Dense, Network\nCASE = Case(Network((6,), Dense(3)), name='theirs')\n"
    found = plugin(OPERATORS.format(default=True) + cases + more + "def harness_cases(): return [CASE]")
    assert [each.name for each in found.cases] == ["theirs"]
    writers = "from harness.report import default_writers as w\ndef harness_writers(): return list(w.default_writers())"
    found = plugin(OPERATORS.format(default=True) + more + writers)
    assert isinstance(found, Quarantined)
    assert "it offers writers" in found.reason
    assert "--in-process" in found.reason


def test_several_implementations_of_a_file_have_a_process_each(plugin, vectorized):
    source = OPERATORS.format(default=True) + "other = Layerwise('other', operators=operators_in(vectorized))"
    one, other = plugin(source).implementations
    assert run(one, make_problem(case())).status == run(other, make_problem(case())).status == "ok"
    assert one._process.worker != other._process.worker


def test_a_folder_and_a_module_are_loaded_by_name(tmp_path, monkeypatch):
    folder = tmp_path / "my_package"
    folder.mkdir()
    (folder / "__init__.py").write_text("from .inside import mine")
    (folder / "inside.py").write_text(OPERATORS.format(default=True))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path.parent)
    for named in (str(folder), "my_package"):
        _, chosen = load_and_choose([named], Loader(Limits()))
        assert [each.name for each in chosen] == ["mine"]
        assert run(chosen[0], make_problem(case())).status == "ok"
        chosen[0].close()
    with pytest.raises(PluginError, match="names no implementation"):
        load_and_choose(["my_packag"])


def test_verification_judges_it_like_any_other(mine, vectorized):
    # In the place of Keras: with the same operators, and not the same object.
    reference = Layerwise("keras", operators=vectorized.operators)
    verification = Verification(Reference(reference, None))
    rows = verification.rows(case(), mine("if seed == 1: os.abort()"))
    assert {row.verdict for row in rows} == {"pass"}
    rows = verification.rows(case(1), mine("if seed == 1: os.abort()"))
    assert {row.verdict for row in rows} == {"crash"}


PROGRAM = """
import sys
sys.path.insert(0, {folder!r})
from harness import make_problem
from harness.implementation.contract import run
from harness.workers.isolated import Loader
from harness.workers.limits import Limits
from sources import case
(mine,) = Loader(Limits(60.0))("mine", {path!r}).implementations
run(mine, make_problem(case()))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells which processes there are")
@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("stuck", ["ctypes.PyDLL(None).pause()", "time.sleep(60)"])
def test_no_process_outlives_the_harness_however_that_ends(interruptible, tmp_path, ending, stuck):
    path, pids = tmp_path / "mine.py", tmp_path / "pids"
    action = f"""
child = subprocess.Popen(['sleep', '60'], start_new_session=True)
open({str(pids)!r} + '.new', 'w').write(f'{{os.getpid()}} {{child.pid}} {{os.getppid()}}')
os.rename({str(pids)!r} + '.new', {str(pids)!r})
{stuck}
"""
    path.write_text(SOURCE.format(beside="", action=indented(action)))
    program = textwrap.dedent(PROGRAM.format(folder=str(Path(__file__).parent), path=str(path)))
    harness = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.DEVNULL)
    _wait_until(pids.exists)
    harness.send_signal(ending)
    assert harness.wait(20) != 0
    _wait_until(lambda: not [pid for pid in pids.read_text().split() if _lives(pid)])


def _wait_until(true) -> None:
    until = time.monotonic() + 20
    while not true():
        assert time.monotonic() < until
        time.sleep(0.02)


def _lives(process: str) -> bool:
    try:
        os.kill(int(process), 0)
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False
