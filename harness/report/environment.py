"""What a run depends on, for the head of every report."""

import importlib.metadata
import platform

from harness.cases.problem import GENERATOR_VERSION
from harness.implementation.contract import Implementation


def environment(reference: Implementation) -> dict[str, str]:
    """Return versions by name, without importing what they belong to."""
    return {
        "harness": importlib.metadata.version("nn-harness"),
        "reference": f"{reference.name} in float64 ({reference.version})",
        "numpy": importlib.metadata.version("numpy"),
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
        "generator": str(GENERATOR_VERSION),
    }
