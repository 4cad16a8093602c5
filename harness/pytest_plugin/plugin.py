"""The pytest plugin: one file a feature, and of each only its options until a test marked by ``verifies`` is collected.

Every pytest run in an environment with this package loads it, so it imports nothing heavy and says nothing until then.
"""

import pytest

from harness.pytest_plugin import (
    baseline,
    collection,
    implementations,
    limits,
    mistakes,
    recorder,
    reports,
    seed,
    slow,
    verification,
)

FEATURES = (implementations, limits, seed, reports, baseline, verification, slow, collection, mistakes, recorder)


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """Make a plugin of pytest's of every feature; each adds its own options."""
    for feature in FEATURES:
        pluginmanager.register(feature, feature.__name__)
