"""Cases found in files without pytest."""

import pytest

from harness.calibration.case_files import cases_in
from harness.errors import HarnessError


def test_cases_of_functions_and_classes_are_found_and_slow_ones_counted(case_file):
    found = cases_in([case_file])
    assert [case.name for case in found.cases] == ["dense-5-float32", "conv2d-5x4x2-float64"]
    assert found.slow == 2


def test_a_folder_holds_the_files_below_it_and_none_twice(case_file):
    found = cases_in([case_file.parent, case_file])
    assert len(found.cases) == 2


def test_cases_of_plugins_come_where_a_file_asks_for_them(case_file, tmp_path):
    (case,) = (case for case in cases_in([case_file]).cases if case.dtype == "float32")
    asking = tmp_path / "test_plugins.py"
    asking.write_text("from harness import plugin_cases, verifies\n@verifies(plugin_cases)\ndef test_it(): ...\n")
    assert list(cases_in([asking], [case]).cases) == [case]


def test_the_projects_own_suite_is_what_pytest_collects(request):
    found = cases_in([request.config.rootpath / "cases"])
    assert len(found.cases) >= 2001
    assert found.slow > 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "found none. Mark functions with @verifies"),
        ("import nowhere", "could not be imported: ModuleNotFoundError: No module named 'nowhere'"),
    ],
)
def test_a_file_without_cases_is_refused(tmp_path, text, message):
    path = tmp_path / "test_it.py"
    path.write_text(text)
    with pytest.raises(HarnessError, match=message):
        cases_in([path])
