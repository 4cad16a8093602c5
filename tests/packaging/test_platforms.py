"""What a platform lacks is skipped with the reason, and not even imported."""

from pathlib import Path

import pytest

CONFTEST = Path(__file__).parents[1] / "conftest.py"


@pytest.mark.parametrize(("platform", "outcomes"), [("win32", {"skipped": 1, "passed": 1}), ("darwin", {"errors": 1})])
def test_worker_processes_are_left_out_on_windows_alone(pytester, platform, outcomes):
    seen_by_conftest = CONFTEST.read_text().replace("sys.platform", repr(platform))
    pytester.makeconftest(seen_by_conftest)
    pytester.mkdir("isolation").joinpath("test_it.py").write_text("import no_such_module")
    pytester.mkdir("core").joinpath("test_other.py").write_text("def test_it(): ...")
    result = pytester.runpytest_subprocess("-rs")
    result.assert_outcomes(**outcomes)
    if platform == "win32":
        result.stdout.fnmatch_lines(["SKIPPED*worker processes need fork*which Windows lacks"])
