"""Cases that plugins bring."""

from harness import plugin_cases, verifies


@verifies(plugin_cases)
def test_cases_of_plugins(): ...
