"""The command ``harness``."""

import json
import sys
from pathlib import Path

import pytest

from harness.command_line import main


def test_plugins_lists_implementations_with_their_origin(capsys):
    assert main(["plugins"]) == 0
    assert "vectorized (impls.vectorized)\n  implementation vectorized" in capsys.readouterr().out


def test_plugins_as_json_has_what_was_set_aside_and_why(capsys, tmp_path):
    broken = tmp_path / "broken.py"
    broken.write_text("raise ValueError('no')")
    assert main(["plugins", "--json", "--impl", str(broken)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {"keras", "loops", "vectorized"} <= {plugin["name"] for plugin in found["loaded"]}
    (aside,) = found["quarantined"]
    assert aside["name"] == "broken"
    assert "ValueError: no" in aside["reason"]


def test_doctor_is_content_with_a_complete_installation(capsys, tmp_path):
    assert main(["doctor", "--reports", str(tmp_path / "reports")]) == 0
    assert capsys.readouterr().out.endswith("all is well\n")


def test_doctor_says_what_is_wrong(capsys, tmp_path):
    (tmp_path / "oracle.sqlite").write_bytes(b"no database, but long enough to be looked at" * 9)
    broken = tmp_path / "broken.py"
    broken.write_text("import no_such_module")
    assert main(["doctor", "--reports", str(tmp_path), "--impl", str(broken)]) == 1
    text = capsys.readouterr().out
    assert "No module named 'no_such_module'" in text
    wrong = [line for line in text.splitlines() if line.startswith("WRONG")]
    assert len(wrong) == 2
    assert "broken" in wrong[0]
    assert "was damaged" in wrong[1]


def test_run_and_list_are_pytest_on_the_cases(pytester):
    pytester.mkdir("cases").joinpath("test_it.py").write_text(
        "from harness import Dense, grid, verifies\n"
        "@verifies(grid(Dense, input_shape=(5,), units=3))\ndef test_dense(): ...\n"
    )
    harness = Path(sys.executable).with_name("harness")
    listed = pytester.run(harness, "list", "--impl", "vectorized")
    assert listed.ret == 0
    listed.stdout.fnmatch_lines(["cases/test_it.py::test_dense[[]dense-5-float32-vectorized]"])
    refused = pytester.run(harness, "run", "--impl", "vectrized")
    assert refused.ret == pytest.ExitCode.USAGE_ERROR
    refused.stderr.fnmatch_lines(["*Did you mean vectorized?*"])


def test_an_unknown_command_is_refused_with_the_known_ones(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["plugns"])
    assert stopped.value.code == 2
    assert "plugins" in capsys.readouterr().err


def test_an_unknown_option_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(["doctor", "--report", "x", "--nothing"])
    assert "--nothing" in capsys.readouterr().err
