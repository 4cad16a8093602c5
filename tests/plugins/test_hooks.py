"""Every hook has its effect in a run, and the effect is gone without it.

The hooks of the specification are gone through, not those that somebody thought of: one without an entry in EFFECTS
fails, and an entry is good only if its effect comes and goes with the hook.
"""

from collections.abc import Callable
from types import ModuleType

import pytest

from harness.plugins import hook_specifications
from tests.plugins.conftest import EXAMPLE
from tests.plugins.documented import hooks_of, untested

# A dense layer with the error that the example's fault plants.
NEGATED = """
from harness import faulty
from harness_example import faults, implementation

negated = faulty(faults.NEGATED, implementation.einsum.operators, "negated", default=True)
"""

# What shows in a run that a hook was asked and heard, by the example's module that has it.
EFFECTS: dict[str, tuple[str, Callable[[str], bool]]] = {
    "harness_implementations": ("implementation", lambda shown: "test_dense[dense-5-float32-einsum]" in shown),
    "harness_operators": ("operators", lambda shown: "[sample-p_re_lu-float32-rectifying]" in shown),
    "harness_cases": ("cases", lambda shown: "[one_input-1-units2-float32-vectorized]" in shown),
    "harness_faults": ("faults", lambda shown: "likely: The bias gradient has the opposite sign." in shown),
    "harness_writers": ("writer", lambda shown: "reports/report.md" in shown),
}


@pytest.fixture
def shown(project, monkeypatch):
    """Returns a function: what a run with some of the example's modules, each a plugin by itself, prints."""
    monkeypatch.syspath_prepend(EXAMPLE / "src")
    monkeypatch.setenv("COLUMNS", "300")
    project.makepyfile(negated=NEGATED)
    project.syspathinsert()

    def run(modules):
        plugins = [argument for module in modules for argument in ("-p", f"harness_example.{module}")]
        result = project.runpytest("-v", *plugins, "-p", "negated")
        assert "INTERNALERROR" not in result.stdout.str() + result.stderr.str()
        return result.stdout.str()

    return run


@pytest.mark.parametrize("hook", hooks_of(hook_specifications))
def test_the_effect_comes_and_goes_with(hook, shown):
    module, effect = EFFECTS[hook]
    others = [name for name, _ in EFFECTS.values() if name != module]
    assert effect(shown([*others, module]))
    assert not effect(shown(others))


def test_every_hook_has_a_test():
    assert untested(hook_specifications, EFFECTS) == []


def test_a_hook_without_a_test_would_be_found():
    specified = ModuleType("specified")
    vars(specified).update({name: lambda: None for name in (*EFFECTS, "harness_more")})
    assert untested(specified, EFFECTS) == ["harness_more"]
