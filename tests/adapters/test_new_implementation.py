"""``harness new-impl`` writes a file that runs at once, and whose report says what to fill in next."""

import pytest

from harness import Case, Dense, Flatten, Network
from harness.cli.command_line import main
from harness.cli.templates.new_implementation import STYLES
from harness.plugins.loading import load_plugins

CASES = {
    "functions": Network((7,), Dense(3)),
    "description": Network((7,), Dense(3)),
    "network": Network((5, 4, 2), (Flatten(), Dense(3, "softmax"))),
    "update": Network((7,), Dense(3)),
    "process": Network((7,), Dense(3)),
}
NEXT = {
    "functions": "dense_forward",
    "description": "dense",
    "network": "build",
    "update": "build",
    "process": "program",
}


@pytest.mark.parametrize("style", STYLES)
def test_the_file_runs_at_once_and_its_report_says_what_comes_next(style, tmp_path, capsys, heard):
    assert main(["new-impl", "my-net", "--style", style, "--folder", str(tmp_path)]) == 0
    path = tmp_path / "my_net.py"
    assert f"--impl {path}" in capsys.readouterr().out
    plugins = load_plugins([str(path)])
    assert plugins.quarantined == ()
    mine = plugins.implementations["my-net"]
    loss = "categorical_crossentropy" if style == "network" else "mean_squared_error"
    told = heard(mine, Case(CASES[style], loss=loss))
    assert told.trace.status == "unsupported"
    assert told.trace.reason.startswith(f"{path}: fill in {NEXT[style]} next")


@pytest.mark.parametrize("style", ["functions", "description"])
def test_something_in_it_passes_already(style, tmp_path, heard):
    from harness.operators.layers import Activation

    main(["new-impl", "fresh", "--style", style, "--folder", str(tmp_path)])
    mine = load_plugins([str(tmp_path / "fresh.py")]).implementations["fresh"]
    assert "1/forward/activation" in heard(mine, Case(Network((7,), Activation("relu")))).passed


def test_a_file_that_is_there_stays(tmp_path, capsys):
    (tmp_path / "mine.py").write_text("mine")
    assert main(["new-impl", "mine", "--folder", str(tmp_path)]) == 2
    assert "not to be there yet" in capsys.readouterr().err
    assert (tmp_path / "mine.py").read_text() == "mine"


@pytest.mark.parametrize("name", ["my net", "1st", "größe", "class", "../x"])
def test_a_name_that_is_none_is_refused(name, tmp_path, capsys):
    assert main(["new-impl", name, "--folder", str(tmp_path)]) == 2
    assert "expected a name of ASCII letters" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_style_that_is_none_is_refused(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["new-impl", "mine", "--style", "modern", "--folder", str(tmp_path)])
    assert "functions" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "message"),
    [("json", "that no module has"), ("conftest", "that no module has"), ("keras-fit", "that no implementation has")],
)
def test_a_name_that_is_taken_is_refused(name, message, tmp_path, capsys):
    assert main(["new-impl", name, "--folder", str(tmp_path)]) == 2
    assert f"new-impl expected a name {message}" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("there", [True, False])
def test_without_a_folder_of_cases_it_says_so(there, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if there:
        (tmp_path / "cases").mkdir()
    assert main(["new-impl", "fresh"]) == 0
    assert ("There is no folder cases here" in capsys.readouterr().out) is not there
