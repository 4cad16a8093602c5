"""What the README shows, works."""

import re
from pathlib import Path

import pytest

from harness import Dense, Report, grid, verify
from harness.plugins.loading import load_plugins

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FIRST, SECOND = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def test_the_implementation_passes_what_it_has(tmp_path):
    (tmp_path / "mine.py").write_text(FIRST)
    mine = load_plugins([str(tmp_path / "mine.py")]).implementations["mine"]
    report = verify(mine, grid(Dense, input_shape=(7,), units=[1, 3], use_bias=[True, False]))
    assert report.passed, str(report)
    assert report.counts["pass"] > 0


def test_the_example_without_pytest_gives_a_good_report(capsys):
    names: dict[str, object] = {}
    exec(SECOND, names)
    report = names["report"]
    assert isinstance(report, Report)
    assert report.passed
    assert "GOOD" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["make cases", "make test"])
def test_the_two_commands_are_what_continuous_integration_runs(command):
    assert command in README
    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.search(rf"^{command.removeprefix('make ')}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)


def test_every_document_that_is_linked_is_there():
    links = re.findall(r"\]\((?!https?://)([^)#]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_required_dependency_is_in_the_table():
    required = re.search(r"^dependencies = \[(.*?)\]", (ROOT / "pyproject.toml").read_text(), re.DOTALL | re.M)[1]
    names = re.findall(r'"([a-z-]+)', required)
    assert [name for name in names if f"| {name} |" not in README] == []
