"""docs/plugins.md explains every hook as it is, with the modules of the example package, which run."""

from pathlib import Path
from types import ModuleType

import pytest

from harness.plugins import hook_specifications
from harness.plugins.found import Loaded
from harness.plugins.hook_specifications import HOOKS
from harness.plugins.loading import attempt_named
from tests.plugins.conftest import EXAMPLE
from tests.plugins.documented import complaints, hooks_of, sections_of

PAGE = (Path(__file__).parents[2] / "docs" / "plugins.md").read_text(encoding="utf-8")
MODULES = sorted(path for path in (EXAMPLE / "src" / "harness_example").glob("*.py") if path.name != "__init__.py")


def test_every_hook_is_explained_with_its_signature_and_an_example_that_runs():
    assert list(complaints(PAGE, hook_specifications)) == []


def test_the_hooks_that_are_loaded_are_those_that_are_specified():
    assert set(HOOKS) == set(hooks_of(hook_specifications))


def test_the_examples_are_the_modules_of_the_example_package():
    examples = {section.example for section in sections_of(PAGE).values()}
    assert examples == {path.read_text(encoding="utf-8") for path in MODULES}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_each_example_is_a_plugin_by_itself(path):
    assert isinstance(attempt_named(path.stem, str(path)), Loaded)


DOCUMENT = """# Hooks

## `harness_things() -> list[Thing]`

All things that there are.

```python
def harness_things():
    return [5]
```
"""


def specified(source="def harness_things() -> 'list[Thing]':\n    'Return things.'"):
    module = ModuleType("specified")
    exec(source, vars(module))
    return module


def test_a_document_in_order_is_not_complained_about():
    assert list(complaints(DOCUMENT, specified())) == []


MORE = "\ndef harness_more() -> 'list[More]':\n    'Return more.'"
WRONG = {
    "a hook without a section": (
        DOCUMENT,
        specified("def harness_things() -> 'list[Thing]':\n    'Return things.'" + MORE),
        "harness_more: expected a section ## `harness_more() -> list[More]`",
    ),
    "a section without a hook": (
        DOCUMENT.replace("harness_things", "harness_nothing"), ModuleType("empty"),
        "harness_nothing: there is no such hook",
    ),
    "another argument": (
        DOCUMENT, specified("def harness_things(kind: str) -> 'list[Thing]':\n    'Return things.'"),
        "harness_things: expected the signature (kind: str) -> list[Thing], got () -> list[Thing]",
    ),
    "another result": (
        DOCUMENT.replace("list[Thing]", "tuple[Thing, ...]"), specified(),
        "harness_things: expected the signature () -> list[Thing], got () -> tuple[Thing, ...]",
    ),
    "no paragraph": (
        DOCUMENT.replace("All things that there are.", ""), specified(), "harness_things: expected a paragraph",
    ),
    "no docstring": (
        DOCUMENT, specified("def harness_things() -> 'list[Thing]': ..."), "harness_things: expected a docstring",
    ),
    "no example": (
        DOCUMENT.replace("```python", "```"), specified(), "harness_things: expected an example in Python",
    ),
    "an example that raises": (
        DOCUMENT.replace("[5]", "[1 / 0]"), specified(),
        "harness_things: its example raises ZeroDivisionError: division by zero",
    ),
    "an example without the hook": (
        DOCUMENT.replace("def harness_things()", "def things()"), specified(),
        "harness_things: its example raises KeyError: 'harness_things'",
    ),
    "an example that offers nothing": (
        DOCUMENT.replace("[5]", "[]"), specified(),
        "harness_things: expected the example to return a list with something in it, got []",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("page", "specifications", "complaint"), WRONG.values(), ids=WRONG)
def test_is_complained_about(page, specifications, complaint):
    assert list(complaints(page, specifications)) == [complaint]
