"""A command that stays: frames over its standard input and output, and what goes wrong with them."""

import os
import struct
import time

import pytest

from harness.cases.case import Case
from harness.cases.network import Network
from harness.cases.problem import make_problem
from harness.implementation.contract import run
from harness.operators.layers import Dense
from harness.workers.incoming import BrokenAnswer
from harness.workers.programs.answer import Allowance
from harness.workers.programs.frames import pack, reading


def read_in_full(frame, case):
    wanted = reading(Allowance.of(case))
    need, place = next(wanted), 0
    asked = [need]
    while True:
        piece = bytearray(frame[place : place + need])
        assert len(piece) == need, "the frame ends too early"
        place += need
        try:
            need = wanted.send(piece)
        except StopIteration as complete:
            assert place == len(frame)
            return complete.value, asked
        asked.append(need)


def test_the_bytes_of_a_frame_are_those_of_the_definition():
    expected = b"hnfolder" + struct.pack("<3q", 1, 6, 2) + b"1.loss" + b"ab" + struct.pack("<2q", 0, 0)
    assert pack({"1.loss": b"ab"}) == expected


def test_files_come_back_as_they_were(case):
    files = {"1.loss": b"abc", "unsupported": b"", "1.forward.dense": bytes(200)}
    assert read_in_full(pack(files), case)[0] == files


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (b"Hello, world!\n  ", "begins with b'hnfolder', got b'Hello, w'; print to standard error"),
        (b"hnfolder" + struct.pack("<q", 2), "version 1 of a frame, got 2"),
        (b"hnfolder" + struct.pack("<3q", 1, 201, 1), "a name of 1 to 200 bytes, got 201"),
        (b"hnfolder" + struct.pack("<3q", 1, 0, 1), "a name of 1 to 200 bytes, got 0"),
        (b"hnfolder" + struct.pack("<3q", 1, 6, -1) + b"1.loss", "a length of 0 or more for 1.loss, got -1"),
        (b"hnfolder" + struct.pack("<3q", 1, 6, 2**60) + b"1.loss", "got 1,152,921,504,606,846,976 for 1.loss"),
        (b"hnfolder" + struct.pack("<3q", 1, 7, 0) + b"../loss", "the name of a tensor"),
        (b"hnfolder" + struct.pack("<q", 1) + (struct.pack("<2q", 1, 0) + b"a") * 2, "got a twice"),
    ],
)
def test_what_is_no_frame_is_refused_before_anything_is_allocated_for_it(case, frame, message):
    with pytest.raises(BrokenAnswer) as caught:
        read_in_full(frame, case)
    assert message in str(caught.value)


def test_more_files_than_allowed_are_refused(case):
    with pytest.raises(BrokenAnswer, match="at most"):
        read_in_full(pack({f"x{number}": b"" for number in range(1000)}), case)


def test_never_more_is_asked_for_than_the_answer_may_have(case):
    allowance = Allowance.of(case)
    files = {
        "1.loss": bytes(allowance.content // 2),
        "1.forward.dense": bytes(allowance.content - allowance.content // 2),
    }
    assert sum(map(len, read_in_full(pack(files), case)[0].values())) == allowance.content
    with pytest.raises(BrokenAnswer, match="wrong shape"):
        read_in_full(pack({**files, "1.backward.loss": b"1"}), case)


def test_right_answers_pass_question_after_question_from_one_process(worker, problem, verdicts, capsys):
    process = worker("sys.stderr.write(f'{os.getpid()}\\n'); sys.stderr.flush()\ngive()")
    assert run(process, problem).reason == ""
    assert [set(verdicts(process).values()) for _ in range(3)] == [{"pass"}] * 3
    process.close()
    assert len(set(capsys.readouterr().out.split())) == 1


def test_a_question_larger_than_a_pipe_arrives_while_the_answer_is_under_way(worker):
    big = make_problem(Case(Network((2000,), (Dense(300),)), batch_size=2))
    body = "RIGHT = {'1.x': files['1.x'], 'w': files['weights.dense.kernel']}\ngive()"
    trace = run(worker(body), big)
    assert trace.reason == ""
    assert trace.observables["w"].tobytes() == big.weights["dense"]["kernel"].tobytes()


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ("print('debug output', flush=True); give()", "error", "print to standard error"),
        ("write(b'garbage' * 100); sys.stdout.flush()", "error", "got b'garbageg'"),
        ("sys.stderr.write('out of memory\\n'); sys.exit(3)", "error",
         "exit code 3 without an answer; its last output:\nout of memory"),
        ("sys.exit(77)", "error", "ended with exit code 77 without an answer"),
        ("sys.exit(0)", "error", "ended with exit code 0 without an answer"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "crash", "was killed by SIGSEGV without an answer"),
        ("write(frame(RIGHT)[:-40]); sys.stdout.flush(); os._exit(0)", "error", "in the middle of its answer"),
        ("os.close(1); time.sleep(60)", "crash", "closed the connection through which it answers, and was ended"),
        ("write(frame({})); sys.stdout.flush()", "error", "got nothing"),
        ("give(**{'1.loss': b'short'})", "error", "1.loss: expected a header of 32 bytes, got 5"),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_a_row_that_says_what(worker, problem, body, status, message):
    trace = run(worker(body), problem)
    assert trace.status == status
    assert message in trace.reason


def test_an_endless_answer_costs_no_memory_and_no_time(worker, problem):
    body = "write(b'hnfolder' + struct.pack('<3q', 1, 6, 10**15) + b'1.loss')\nwhile True: write(bytes(10**6))"
    start = time.monotonic()
    trace = run(worker(body), problem)
    assert trace.status == "error"
    assert "got 1,000,000,000,000,000 for 1.loss" in trace.reason
    assert time.monotonic() - start < 5


def test_an_answer_that_trickles_is_stopped_in_time(worker, problem):
    body = "while True: write(b'h'); sys.stdout.flush(); time.sleep(0.2); sys.stderr.write('.'); sys.stderr.flush()"
    start = time.monotonic()
    trace = run(worker(body, seconds=0.5), problem)
    assert trace.status == "timeout"
    assert time.monotonic() - start < 5


def test_after_any_failure_the_next_question_goes_to_a_new_process(worker, problem, tmp_path):
    flag = tmp_path / "flag"
    body = f"flag = pathlib.Path({str(flag)!r})\nif not flag.exists(): flag.touch(); os.abort()\ngive()"
    process = worker(body)
    assert [run(process, problem).status for _ in range(3)] == ["crash", "ok", "ok"]


def test_a_second_answer_is_not_taken_for_that_of_the_next_question(worker, problem):
    process = worker("give()\nif number == 1: give()")
    assert run(process, problem).status == "ok"
    time.sleep(0.3)
    trace = run(process, problem)
    assert trace.status == "error"
    assert "one frame for each problem" in trace.reason


def test_closing_ends_the_process_and_a_later_question_starts_another(worker, problem, capsys):
    process = worker("sys.stderr.write(f'{os.getpid()}\\n'); sys.stderr.flush()\ngive()")
    run(process, problem)
    process.close()
    first = int(capsys.readouterr().out)
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)
    assert run(process, problem).status == "ok"
