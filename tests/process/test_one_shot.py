"""A command over two folders: what it may do to a case, and what is then told."""

import os
import time
from pathlib import Path

import pytest

from harness.cases.case import Case
from harness.cases.network import Network
from harness.cases.problem import make_problem
from harness.errors import HarnessError
from harness.implementation.contract import run
from harness.operators.layers import Dense
from harness.workers.programs import Process

TENSOR = 'struct.pack("<8s{n}q", b"hntensor", 1, 4, {dims}, *{shape}) + bytes({bytes})'


def tensor(shape, size=None):
    count = 4 * eval("*".join(map(str, shape)) or "1") if size is None else size
    return TENSOR.format(n=3 + len(shape), dims=len(shape), shape=shape, bytes=count)


def test_a_program_that_writes_right_answers_passes(one_shot, verdicts):
    assert set(verdicts(one_shot("give()")).values()) == {"pass"}


def test_a_wrong_number_fails_where_it_is(one_shot, verdicts):
    found = verdicts(one_shot(f"give(**{{'1.gradient.dense.kernel': {tensor((6, 4))}}})"))
    assert found["1/gradient/dense/kernel"] == "fail"
    assert found["1/forward/dense"] == "pass"


def test_a_tensor_that_is_not_written_is_missing_and_the_others_count(one_shot, verdicts):
    found = verdicts(one_shot("give()\nos.remove(answer / '1.loss')"))
    assert [name for name, verdict in found.items() if verdict == "missing"] == ["1/loss"]
    assert found["1/forward/dense"] == "pass"


def test_what_nobody_asked_for_is_extra(one_shot, verdicts):
    assert verdicts(one_shot(f"give(**{{'1.gradient.moon': {tensor((2,))}}})"))["1/gradient/moon"] == "extra"


def test_a_transposed_tensor_is_told_as_its_shape(one_shot, verdicts):
    assert (
        verdicts(one_shot(f"give(**{{'1.gradient.dense.kernel': {tensor((4, 6))}}})"))["1/gradient/dense/kernel"]
        == "shape"
    )


def test_hidden_observables_are_unobserved(one_shot, verdicts):
    process = one_shot("give()\nos.remove(answer / '1.backward.dense')", hides=["*/backward/*"])
    found = verdicts(process)
    assert found["1/backward/dense"] == found["1/backward/loss"] == "unobserved"
    assert found["1/forward/dense"] == "pass"


def test_a_program_that_declines_is_unsupported_with_its_reason(one_shot, problem):
    trace = run(one_shot("(answer / 'unsupported').write_text('no dense layers yet\\n')"), problem)
    assert (trace.status, trace.reason) == ("unsupported", "no dense layers yet")


def test_a_program_that_tells_its_error_is_quoted(one_shot, problem):
    trace = run(one_shot("(answer / 'error').write_text('no memory')"), problem)
    assert (trace.status, trace.reason) == ("error", "no memory")


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ("pass", "error", "got nothing"),
        ("give()\nsys.stderr.write('disk full\\n'); sys.exit(3)", "error",
         "ended with exit code 3; its last output:\ndisk full"),
        ("print('on stdout'); sys.exit(1)", "error", "on stdout"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "crash", "was killed by SIGSEGV"),
        ("give()\nos.abort()", "crash", "was killed by SIGABRT"),
        ("give(**{'1.loss': b'hello'})", "error", "1.loss: expected a header of 32 bytes, got 5"),
        ("give(**{'1.loss': bytes(100)})", "error", "1.loss: expected a tensor, which begins with b'hntensor'"),
        (f"give(**{{'1.forward.dense': {tensor((2, 4), 7)}}})", "error", "got 7: truncated?"),
        (f"give(**{{'1.forward.dense': {tensor((2, 4), 64)}}})", "error", "got 64: more than it says"),
        ("give(**{'a file.txt': b''})", "error", "expected the name of a tensor, such as 1.loss, got 'a file.txt'"),
        ("os.mkdir(answer / 'folder')", "error", "expected a file, got something else named folder"),
        ("os.mkfifo(answer / '1.loss')", "error", "expected a file, got something else named 1.loss"),
        ("os.symlink('/dev/zero', answer / '1.loss')", "error", "expected a file that can be read, got 1.loss"),
        ("answer.rmdir()", "error", "expected the folder to be written as it was"),
        ("for n in range(500): (answer / str(n)).touch()", "error", "expected at most"),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_a_row_that_says_what(one_shot, problem, body, status, message):
    trace = run(one_shot(body), problem)
    assert trace.status == status
    assert message in trace.reason
    assert not trace.observables


def test_the_shape_that_was_asked_for_is_told_beside_what_came(one_shot, problem):
    trace = run(one_shot(f"give(**{{'1.forward.dense': {tensor((2, 4), 7)}}})"), problem)
    assert "(float32 with shape (2, 4) was asked for)" in trace.reason


def test_a_file_of_a_hundred_gigabytes_is_not_read(one_shot, problem):
    trace = run(one_shot("give()\nos.truncate(answer / '1.loss', 10**11)"), problem)
    assert trace.status == "error"
    assert "got 100,000,000,000 for 1.loss" in trace.reason


def test_a_shape_of_more_than_all_memory_is_refused(one_shot, problem):
    trace = run(one_shot(f"give(**{{'1.loss': {tensor((2**40, 2**20), 4)}}})"), problem)
    assert trace.status == "error"
    assert "truncated" in trace.reason


def test_a_program_that_takes_too_long_is_stopped_and_its_last_words_are_kept(one_shot, problem):
    start = time.monotonic()
    trace = run(one_shot("print('thinking', flush=True)\ntime.sleep(60)", seconds=0.5), problem)
    assert time.monotonic() - start < 5
    assert trace.status == "timeout"
    assert "took more than 0.5 s and was stopped; its last output:\nthinking" in trace.reason


def test_a_flood_of_output_is_drained_and_forgotten_but_for_its_end(one_shot, problem):
    body = "sys.stderr.write('x' * 10**7)\nsys.stderr.write('\\nthe end\\n')\nsys.exit(1)"
    trace = run(one_shot(body), problem)
    assert "the end" in trace.reason
    assert len(trace.reason) < 2**15


def test_what_it_prints_is_shown_with_the_test(one_shot, problem, capsys):
    run(one_shot("print('step 1')\ngive()"), problem)
    assert capsys.readouterr().out == "step 1\n"


def gone(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().split()[2] == "Z"
    except FileNotFoundError:
        return True


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="processes are looked up in /proc")
def test_what_a_program_leaves_behind_is_ended(one_shot, problem, tmp_path):
    left = tmp_path / "left"
    body = f"child = subprocess.Popen(['sleep', '60'])\npathlib.Path({str(left)!r}).write_text(str(child.pid))\ngive()"
    start = time.monotonic()
    assert run(one_shot(body), problem).status == "ok"
    assert time.monotonic() - start < 5
    until = time.monotonic() + 5
    while not gone(int(left.read_text())) and time.monotonic() < until:
        time.sleep(0.01)
    assert gone(int(left.read_text()))


def test_three_cases_in_a_row_that_take_too_long_are_enough(one_shot):
    process = one_shot("time.sleep(60)", seconds=0.05)
    traces = [run(process, make_problem(Case(Network((3,), (Dense(2),)), seed=seed))) for seed in range(5)]
    assert [trace.status for trace in traces] == ["timeout"] * 5
    assert "given up" not in traces[2].reason
    assert "mine was given up after 3 cases in a row" in traces[3].reason
    assert traces[4].seconds == 0


def test_one_case_that_takes_too_long_again_and_again_gives_up_nothing(one_shot, problem):
    process = one_shot("time.sleep(60)", seconds=0.05)
    assert not any("given up" in run(process, problem).reason for _ in range(5))


@pytest.mark.parametrize("way", ["folders", "worker"])
def test_a_command_that_does_not_exist_is_told_with_where_it_was_looked_for(problem, tmp_path, way):
    trace = run(Process("mine", ["./network"], way=way, directory=tmp_path), problem)
    assert trace.status == "error"
    assert trace.reason == f"mine could not be started: there is no ./network in {tmp_path}. Is it built?"
    trace = run(Process("mine", ["no-such-program"], way=way), problem)
    assert "there is no no-such-program in any folder of PATH" in trace.reason


@pytest.mark.parametrize(
    ("content", "mode", "message"),
    [
        ("#!/bin/sh\n", 0o644, "is not executable. Try: chmod +x ./network"),
        ("#!/no/such/program\n", 0o755, "needs a program to run it"),
        ("neither this nor that", 0o755, "is no program for this machine"),
    ],
)
def test_a_command_that_cannot_be_executed_is_told_with_why(problem, tmp_path, content, mode, message):
    (tmp_path / "network").write_text(content)
    (tmp_path / "network").chmod(mode)
    trace = run(Process("mine", ["./network"], directory=tmp_path), problem)
    assert trace.status == "error"
    assert message in trace.reason


def test_a_directory_that_does_not_exist_is_told(problem, tmp_path):
    trace = run(Process("mine", ["sh"], directory=tmp_path / "nowhere"), problem)
    assert trace.reason == f"mine could not be started: its directory {tmp_path / 'nowhere'} does not exist"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"command": "./network"}, "expected command to be a list"),
        ({"command": []}, "expected command to be a list"),
        ({"command": [7]}, "expected command to be a list of words"),
        ({"way": "folder"}, "Did you mean folders?"),
        ({"seconds": 0}, "expected seconds to be a number above 0, got seconds=0"),
        ({"hides": "*/loss"}, "expected hides to be a list"),
    ],
)
def test_a_mistake_in_the_arguments_is_told_at_once(arguments, message):
    with pytest.raises(HarnessError) as caught:
        Process("mine", **{"command": ["./network"], **arguments})
    assert message in str(caught.value)


def test_nothing_stays_in_the_folder_for_temporary_files(one_shot, problem, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert run(one_shot("give()"), problem).status == "ok"
    assert list(tmp_path.iterdir()) == []
