"""What a worker says is taken for what it is, and what it leaves behind is no matter of the next case."""

import time

import pytest
from sources import SOURCE, case

from harness import Layerwise, make_problem
from harness.implementation.contract import run
from harness.judging.judge import Subject, judge
from harness.plugins.found import Quarantined
from harness.verification import Reference, Verification
from harness.workers import isolated
from harness.workers.answers import refusal_in, trace_in
from harness.workers.messages import Message

FAKED = """
import harness.judging.row, harness.judging.judge, harness.judging.purity
import harness.implementation.trace, harness.verdict.figures
answer["1/gradient/dense/kernel"] = answer["1/gradient/dense/kernel"] * 2
harness.verdict.figures.too_far = harness.judging.judge.too_far = lambda *_: ""
harness.judging.judge.judge = lambda *_: []
harness.judging.row.Row.failed = property(lambda self: False)
np.testing.assert_allclose = np.allclose = lambda *_, **__: True
"""


def test_whatever_is_replaced_in_its_process_fakes_no_pass_because_it_is_judged_here(mine, vectorized):
    reference = Layerwise("keras", operators=vectorized.operators)
    rows = Verification(Reference(reference, None)).rows(case(), mine(FAKED))
    failed = [row.observable.name for row in rows if row.failed]
    assert failed[0] == "1/gradient/dense/kernel"


def test_what_only_claims_to_be_an_array_is_judged_as_what_it_is(mine):
    implementation = mine("class Claim:\n    __class__ = np.ndarray\nanswer['1/loss'] = Claim()")
    problem = make_problem(case())
    rows = judge(problem, Subject.of(implementation, problem.case), run(implementation, problem)).rows
    assert next((row.observable.name, row.verdict) for row in rows if not row.passed) == ("1/loss", "dtype")


def test_a_file_that_answers_the_question_what_it_offers_by_itself_is_set_aside(plugin):
    told = 'b\'{"arrays": [], "number": 1}\''
    source = (
        "import contextlib, os, struct\nfor descriptor in range(3, 64):\n"
        "    with contextlib.suppress(OSError):\n"
        f"        os.write(descriptor, struct.pack('<4sIQ', b'hnf1', 27, 0) + {told})\n"
    )
    found = plugin(source)
    assert isinstance(found, Quarantined)
    assert "loading it was answered with nonsense" in found.reason


def test_a_file_is_told_when_this_machine_cannot_limit_it(plugin, monkeypatch, capsys):
    monkeypatch.setattr(isolated, "unwatched", lambda: "memory is not limited here")
    plugin(SOURCE.format(action="pass", beside=""))
    assert capsys.readouterr().out == "harness: mine: memory is not limited here\n"
    monkeypatch.undo()
    plugin(SOURCE.format(action="pass", beside=""))
    assert capsys.readouterr().out == ""


def test_what_a_worker_says_unasked_or_its_death_between_two_cases_is_no_matter_of_the_next(mine, right):
    implementation = mine("threading.Timer(0.2, os._exit, (3,)).start()")
    assert right(run(implementation, make_problem(case(0))), 0)
    time.sleep(0.5)
    assert right(run(implementation, make_problem(case(1))), 1)


def test_surroundings_are_put_back_in_the_same_process(mine, right):
    implementation = mine("os.umask(1)")
    assert right(run(implementation, make_problem(case(0))), 0)
    worker = implementation._process.worker
    assert right(run(implementation, make_problem(case(1))), 1)
    assert implementation._process.worker == worker


def test_a_process_whose_surroundings_cannot_be_put_back_is_replaced(mine, right, tmp_path, monkeypatch):
    place = tmp_path / "place"
    place.mkdir()
    monkeypatch.chdir(place)
    implementation = mine(f"if seed == 0:\n    os.chdir('/')\n    os.rename({str(place)!r}, {str(place)!r} + '-gone')")
    monkeypatch.chdir(tmp_path)
    trace = run(implementation, make_problem(case(0)))
    assert right(trace, 0)
    assert trace.changed == ("the working directory",)
    (tmp_path / "place-gone").rename(place)
    assert implementation._process is None
    assert right(run(implementation, make_problem(case(1))), 1)


RIGHT_OFFER = {
    "implementations": [{"name": "mine", "version": "1", "default": True, "limited": False}], "others": [], "cases": [],
}  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        {"implementations": 5},
        {"implementations": [5]},
        {"implementations": [{"name": "mine"}]},
        {"implementations": [{**RIGHT_OFFER["implementations"][0], "name": 5}]},
        {"implementations": [{**RIGHT_OFFER["implementations"][0], "name": "mine\n"}]},
        {"implementations": [{**RIGHT_OFFER["implementations"][0], "name": "m" * 201}]},
        {"others": None},
        {"cases": [5]},
    ],
)
def test_an_offer_in_another_form_is_nonsense(changes):
    assert refusal_in(Message(RIGHT_OFFER, {})) == ""
    assert refusal_in(Message(RIGHT_OFFER | changes, {})).startswith("loading it was answered with nonsense")


RIGHT_ANSWER = {"status": "ok", "seconds": 0.1, "reason": "", "findings": [], "written": False, "changed": None}


@pytest.mark.parametrize("name", RIGHT_ANSWER)
@pytest.mark.parametrize("value", [7, {}])
def test_an_answer_in_another_form_is_an_error_that_says_which_form(name, value):
    assert trace_in(Message(RIGHT_ANSWER, {}), 0.2).status == "ok"
    trace = trace_in(Message(RIGHT_ANSWER | {name: value}, {}), 0.2)
    assert trace.status == "error"
    assert trace.reason.startswith("expected its answer to have status, seconds, reason, findings, written and changed")


def test_texts_without_end_are_cut():
    trace = trace_in(Message(RIGHT_ANSWER | {"findings": ["x" * 10**6] * 1000, "reason": "y" * 10**6}, {}), 0.2)
    assert sum(map(len, trace.findings)) < 10**6
    assert len(trace.reason) < 10**5
