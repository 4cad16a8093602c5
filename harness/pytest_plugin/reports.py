"""``--reports``: the folder for everything that is written, and the writing."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.errors import HarnessError
from harness.pytest_plugin.options import group_of

if TYPE_CHECKING:
    from harness.report.report import Report
    from harness.report.writer import Writer


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    group_of(parser).addoption(
        "--reports", metavar="DIR", help="where reports and stored results go (default: reports/ in pytest's rootdir)"
    )


def folder_of(config: pytest.Config) -> Path:
    """Return the folder."""
    named = config.option.reports
    return config.invocation_params.dir / named if named else config.rootpath / "reports"


def write(report: "Report", folder: Path, others: "Sequence[Writer]") -> tuple[list[Path], list[str]]:
    """Return the files written, and why others could not be; one writer's failure stops no other.

    Args:
        report: what to write.
        folder: where to.
        others: writers of plugins.
    """
    from harness.report.default_writers import default_writers

    files, errors = [], []
    for writer in (*default_writers(), *others):
        try:
            files.append(writer.write(report, folder))
        except HarnessError as error:
            errors.append(str(error))
        except Exception as error:  # a plugin's writer may raise anything; it ends as a line and a failed run
            errors.append(f"writer {writer.name!r} raised {type(error).__name__}: {error}")
    return files, errors
