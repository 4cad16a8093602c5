from harness.report.failure import command, failure_text, stage
from harness.report.severity import times

TEST = "cases/test_it.py::test_it[a-case-mine]"


def test_a_run_without_failures_has_no_text(make_run):
    assert failure_text(make_run({"1/loss": {"verdict": "unobserved", "reason": "not shown"}}), TEST) == ""


def test_a_wrong_gradient_is_told_as_what_how_bad_what_is_right_and_what_to_do(make_run, failing):
    rows = make_run({"1/gradient/conv2d/kernel": failing})
    assert failure_text(rows, TEST) == (
        "  step 1 · gradient of conv2d.kernel · the first wrong stage going backward\n"
        "    worst element [2, 0, 1]     mine -0.01182265     Keras  0.03417206     may differ by 1.1e-05\n"
        "    4,300 times what rounding can explain; a relative error of 6e-07 would have been noticed\n"
        "    not what mine's own values before it give: t = 3.46e+04 exceeds 8\n"
        "    the 6 stages before it are right\n"
        "    Keras in float64 and float32 side with the expected value\n"
        "  to repeat it: pytest 'cases/test_it.py::test_it[a-case-mine]'"
    )


def test_a_wrong_output_names_the_first_wrong_stage_in_both_directions(make_run, failing):
    wrong = ("1/forward/dense", "1/loss", "1/gradient/dense/kernel", "1/backward/dense", "final/loss")
    text = failure_text(make_run(dict.fromkeys(wrong, failing)), TEST)
    assert "step 1 · output of dense · the first wrong stage going forward" in text
    assert "the stage before it is right" in text
    assert "going backward, the first wrong stage is step 1 · gradient of dense.kernel (4,300 times)" in text
    assert "of the 10 stages after it 4 are wrong too" in text


def test_a_wrong_update_alone_is_the_first_wrong_stage_of_the_update(make_run, failing):
    text = failure_text(make_run({"1/update/dense/kernel": failing}), TEST)
    assert "step 1 · dense.kernel after the update · the first wrong stage of the update" in text
    assert "going backward" not in text
    assert "the 9 stages before it are right" in text


def test_stages_that_were_not_judged_are_not_called_right(make_run, failing):
    unseen = {"verdict": "unobserved", "reason": "not shown"}
    rows = make_run({"1/forward/conv2d": unseen, "1/loss": failing})
    assert "of the 2 stages before it 1 are right and 1 were not judged" in failure_text(rows, TEST)


def test_a_missing_observable_says_so_without_figures(make_run):
    text = failure_text(make_run({"1/loss": {"verdict": "missing", "reason": "mine did not return 1/loss"}}), TEST)
    assert "    mine did not return 1/loss\n" in text
    assert "expected" not in text


def test_a_surplus_observable_is_told_when_nothing_else_is_wrong(make_run, make_row):
    surplus = make_row("1/forward/foo", verdict="extra", reason="mine returned 1/forward/foo, not asked for")
    text = failure_text([*make_run(), surplus], TEST)
    assert "  1/forward/foo\n    mine returned 1/forward/foo, not asked for\n" in text
    assert "12 pass" in text


def test_a_run_that_raised_is_told_once_and_not_for_each_observable(make_run):
    text = failure_text(make_run(verdict="error", reason='  File "mine.py", line 3\nTypeError: no dy'), TEST)
    assert text.startswith("  mine raised an error; none of 12 observables can be judged\n")
    assert text.count("TypeError: no dy") == 1


def test_a_text_never_has_more_than_25_lines_and_keeps_its_command(make_run, failing):
    endless = "\n".join(f"line {i}" for i in range(1000))
    for verdict in ("error", "shape", "fail", "nonfinite"):
        for changes in ({}, failing):
            rows = make_run(**(changes | {"verdict": verdict, "reason": endless}))
            lines = failure_text(rows, TEST).split("\n")
            assert len(lines) <= 25
            assert lines[-1].endswith("[a-case-mine]'")


def test_control_characters_reach_the_terminal_as_escapes(make_run):
    text = failure_text(make_run(verdict="error", reason="\x1b[2Jgone\x07 " + "x" * 10_000), TEST)
    assert "\\x1b[2Jgone\\x07" in text
    assert all(c.isprintable() or c == "\n" for c in text)
    assert max(map(len, text.split("\n"))) <= 210


def test_numbers_are_told_apart_however_close_they_are(make_run, failing):
    close = failing | {"expected": 1.0, "got": 1.0 + 2.0**-36, "keras": 1.0}
    assert "mine  1.00000000001     Keras  1     may" in failure_text(make_run({"1/loss": close}), TEST)


def test_what_should_be_there_stands_beside_keras_where_it_is_not_the_same_or_not_known(make_run, failing):
    behind = failing | {"keras": 7.5}
    text = failure_text(make_run({"1/loss": behind}), TEST)
    assert "mine -0.01182265     expected  0.03417206     Keras  7.5     may differ by 1.1e-05\n" in text
    unknown = failing | {"keras": None, "difference": None}
    text = failure_text(make_run({"1/loss": unknown}), TEST)
    assert "mine -0.01182265     expected  0.03417206     may differ by 1.1e-05\n" in text
    assert "Keras " not in text.splitlines()[1]


def test_where_nothing_is_rounded_nothing_may_differ_and_without_a_limit_none_is_named(make_run, failing):
    exact = failing | {"tolerance": 0.0, "ratio": float("inf")}
    assert "Keras  0.03417206     may not differ\n" in failure_text(make_run({"1/loss": exact}), TEST)
    boundless = failing | {"tolerance": None}
    assert "differ" not in failure_text(make_run({"1/loss": boundless}), TEST)


def test_a_loss_off_by_a_simple_factor_is_told_so(make_run, failing):
    for factor, words in ((2.0, "times 2"), (0.5, "times 1/2"), (-1.0, "times -1"), (1 / 5, "times 1/5")):
        off = failing | {"elements": 1, "index": (), "expected": 0.7, "got": 0.7 * factor}
        assert f"got the expected value {words}\n" in failure_text(make_run({"1/loss": off}), TEST)


def test_a_factor_that_is_not_simple_or_of_one_element_among_many_is_not_guessed(make_run, failing):
    for elements, got in ((1, 0.7 * 1.3), (36, 1.4)):
        off = failing | {"elements": elements, "expected": 0.7, "got": got}
        assert "got the expected" not in failure_text(make_run({"1/loss": off}), TEST)


def test_without_a_test_the_case_and_implementation_are_named(make_run, failing):
    assert failure_text(make_run({"1/loss": failing})).endswith("\n  case a-case, by mine")


def test_the_command_is_quoted_for_a_shell():
    assert command("a.py::b[it's $HOME]") == "pytest 'a.py::b[it'\"'\"'s $HOME]'"


def test_factors_have_two_digits():
    texts = ("0.0021", "1.3", "57", "4,300", "1,000,000", "3e+12")
    assert [times(value) for value in (0.00212, 1.34, 57.2, 4321.0, 999_999.0, 3.1e12)] == list(texts)


def test_stages_are_named_in_words(make_row):
    names = {
        "1/forward/conv2d": "step 1 · output of conv2d",
        "1/loss": "step 1 · loss",
        "1/backward/loss": "step 1 · gradient of the prediction",
        "1/backward/conv2d": "step 1 · gradient of conv2d's input",
        "1/gradient/conv2d/kernel": "step 1 · gradient of conv2d.kernel",
        "1/update/conv2d/kernel": "step 1 · conv2d.kernel after the update",
        "final/forward": "after the last step · prediction",
        "final/loss": "after the last step · loss",
    }
    assert {name: stage(make_row(name)) for name in names} == names
    assert stage(make_row("1/backward/conv2d", part="add")) == "step 1 · gradient of conv2d's input from add"
