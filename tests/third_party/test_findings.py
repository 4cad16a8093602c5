"""The programs in docs/findings.md still show what the text says."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

FINDINGS = (Path(__file__).parents[2] / "docs" / "findings.md").read_text()
# "python no-run" is left out: what corrupts memory proves nothing by surviving.
PROGRAMS = {
    re.findall(r"^###? (.+)$", FINDINGS[: found.start()], re.MULTILINE)[-1]: found.group(1)
    for found in re.finditer(r"^```python\n(.*?)^```$", FINDINGS, re.MULTILINE | re.DOTALL)
}


def ended(program):
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)


def needed(program):
    found = {name.partition(".")[0] for name in re.findall(r"^(?:import|from) (\S+)", program, re.MULTILINE)}
    backend = re.search(r'KERAS_BACKEND"\] = "(\w+)"', program)
    return found | ({backend.group(1)} if backend else set())


@pytest.mark.slow
@pytest.mark.parametrize("finding", PROGRAMS)
def test_the_program_of_a_finding_ends_well(finding):
    for package in needed(PROGRAMS[finding]):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"{package} is not installed")
    done = ended(PROGRAMS[finding])
    assert done.returncode == 0, done.stderr


def test_a_program_whose_assertion_no_longer_holds_is_noticed():
    assert ended("assert 1 + 1 == 3").returncode != 0


def test_every_program_asserts_something():
    assert len(PROGRAMS) >= 9
    assert all(re.search(r"^ *assert ", program, re.MULTILINE) for program in PROGRAMS.values())
