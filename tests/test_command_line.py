"""The command ``harness``."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from harness.cli import main
from harness.workers import isolated

ROOT = Path(__file__).parents[1]
RIGHT = "from harness import Layerwise\nmine = Layerwise('mine', '7', default=False)\n"


def test_plugins_lists_implementations_with_their_origin(capsys):
    assert main(["plugins"]) == 0
    assert "vectorized (impls.vectorized)\n  implementation vectorized" in capsys.readouterr().out


def test_plugins_as_json_has_what_is_loaded_and_what_was_set_aside_and_why(capsys, tmp_path):
    broken, right = tmp_path / "broken.py", tmp_path / "right.py"
    broken.write_text("raise ValueError('no')")
    right.write_text(RIGHT)
    assert main(["plugins", "--json", "--impl", str(broken), "--impl", str(right)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found.keys() == {"loaded", "quarantined", "left_out"}
    loaded = {plugin["name"]: plugin for plugin in found["loaded"]}
    assert loaded.keys() >= {"keras", "loops", "vectorized", "faults"}
    assert loaded["right"] == {
        "name": "right",
        "origin": str(right),
        "implementations": [{"name": "mine", "version": "7", "default": False}],
        "operators": [],
        "cases": [],
        "faults": [],
        "writers": [],
    }
    (aside,) = found["quarantined"]
    assert aside.keys() == {"name", "origin", "reason"}
    assert (aside["name"], aside["origin"]) == ("broken", str(broken))
    assert "ValueError: no" in aside["reason"]


@pytest.mark.parametrize("in_process", [[], ["--in-process"]], ids=["worker", "in process"])
def test_what_a_plugin_prints_is_no_part_of_the_list(capsys, tmp_path, in_process):
    talking = tmp_path / "talking.py"
    talking.write_text("print('hello')\n" + RIGHT)
    assert main(["plugins", "--json", "--impl", str(talking), *in_process]) == 0
    shown = capsys.readouterr()
    assert "talking" in {plugin["name"] for plugin in json.loads(shown.out)["loaded"]}
    assert "hello" in shown.err


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import os; os.abort()", "killed by SIGABRT"),
        ("import os; os._exit(7)", "exit code 7"),
        ("while True: pass", "1 s"),
    ],
    ids=["aborts", "exits", "hangs"],
)
def test_a_file_that_would_end_this_process_is_only_set_aside(capsys, tmp_path, monkeypatch, source, reason):
    monkeypatch.setattr(isolated, "LOADING_SECONDS", 1.0)
    (tmp_path / "hostile.py").write_text(source)
    arguments = ["--impl", str(tmp_path / "hostile.py")]
    assert main(["plugins", *arguments]) == 0
    (line,) = (line for line in capsys.readouterr().out.splitlines() if "hostile.py) was set aside" in line)
    assert reason in line
    assert main(["doctor", "--reports", str(tmp_path / "reports"), *arguments]) == 1
    assert line in capsys.readouterr().out.replace("WRONG ", "")


def test_what_was_loaded_from_a_file_is_not_left_running(capsys, tmp_path):
    (tmp_path / "right.py").write_text(f"import os, pathlib\npathlib.Path({str(tmp_path)!r}, 'pid').write_text"
                                       f"(str(os.getpid()))\n{RIGHT}")  # fmt: skip
    assert main(["plugins", "--impl", str(tmp_path / "right.py")]) == 0
    assert "implementation mine, version 7; runs only when named" in capsys.readouterr().out
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_a_name_that_nobody_offers_is_a_mistake(capsys, tmp_path):
    assert main(["plugins", "--impl", "vectrized"]) == 2
    assert "--impl vectrized names no implementation. Did you mean vectorized?" in capsys.readouterr().err
    assert main(["doctor", "--reports", str(tmp_path), "--impl", "vectrized"]) == 1
    assert "WRONG --impl vectrized names no implementation" in capsys.readouterr().out
    assert main(["plugins", "--impl", "vectorized"]) == 0


def test_doctor_is_content_with_a_complete_installation(capsys, tmp_path):
    assert main(["doctor", "--reports", str(tmp_path / "reports")]) == 0
    text = capsys.readouterr().out
    assert text.endswith("all is well\n")
    assert not (tmp_path / "reports").exists()


def test_doctor_looks_at_limits_and_optional_libraries_and_stores(capsys, tmp_path):
    assert main(["doctor", "--reports", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    for part in (
        "10 s (--time-limit), 2,048 MiB (--memory-limit)",
        f"reports folder {tmp_path}: can be written",
        f"store {tmp_path / 'oracle.sqlite'}: not there yet",
        *(f"ok    {name} " for name in ("numpy", "tensorflow", "torch", "jax", "onnx", "onnxruntime")),
    ):
        assert any(part in line for line in lines), part
    assert not any("pandas-stubs" in line for line in lines)


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
    assert text.endswith("checks found something wrong\n")


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


def test_the_version_is_that_of_the_package(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["--version"])
    assert stopped.value.code == 0
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert capsys.readouterr().out == f"harness {declared}\n"


def test_an_unknown_command_is_refused_with_the_known_ones(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["plugns"])
    assert stopped.value.code == 2
    assert "plugins" in capsys.readouterr().err


def test_an_unknown_option_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(["doctor", "--report", "x", "--nothing"])
    assert "--nothing" in capsys.readouterr().err


@pytest.mark.parametrize(("module", "warned"), [("harness", False), ("harness.errors", True)])
def test_pytest_begun_by_the_command_can_no_longer_rewrite_this_package_and_does_not_say_so(module, warned, tmp_path):
    (tmp_path / "conftest.py").write_text(f"import pytest\npytest.register_assert_rewrite({module!r})\n")
    (tmp_path / "test_nothing.py").write_text("def test_nothing(): ...\n")
    program = "import sys; from harness.cli import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", program, "run"], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0
    assert ("cannot be rewritten" in done.stdout) is warned
