"""What a hook needs to be documented: a section of its signature, with a paragraph and an example that runs."""

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

SECTION = re.compile(r"^## `(harness_\w+)(\(.*)`$", re.MULTILINE)
EXAMPLE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Section:
    """What a document says of one hook."""

    signature: str
    paragraph: str
    example: str


def hooks_of(specifications: ModuleType) -> dict[str, Callable[..., Any]]:
    """Return the hooks that a module specifies, by name."""
    return {
        name: value
        for name, value in vars(specifications).items()
        if name.startswith("harness_") and inspect.isfunction(value)
    }


def sections_of(page: str) -> dict[str, Section]:
    """Return the sections of hooks, by name; what is lacking is empty."""
    found = {}
    for heading in SECTION.finditer(page):
        text = page[heading.end() :].partition("\n## ")[0]
        before, example, _ = (*EXAMPLE.split(text, maxsplit=1), "", "")[:3]
        found[heading[1]] = Section(heading[2], before.strip(), example)
    return found


def complaints(page: str, specifications: ModuleType) -> Iterator[str]:
    """Yield what is missing or wrong in a document about the hooks that a module specifies."""
    hooks, sections = hooks_of(specifications), sections_of(page)
    yield from (f"{name}: there is no such hook" for name in sections if name not in hooks)
    for name, hook in hooks.items():
        if name not in sections:
            yield f"{name}: expected a section ## `{name}{signature(hook)}`"
            continue
        section = sections[name]
        if section.signature != signature(hook):
            yield f"{name}: expected the signature {signature(hook)}, got {section.signature}"
        if len(section.paragraph.split()) < len(name.split("_")):
            yield f"{name}: expected a paragraph"
        if not inspect.getdoc(hook):
            yield f"{name}: expected a docstring"
        yield from (f"{name}: {what}" for what in _of_example(name, section.example))


def signature(hook: Callable[..., Any]) -> str:
    """Return a function's signature as one writes it, without the quotes of names that are imported late."""
    return str(inspect.signature(hook)).replace("'", "")


def untested(specifications: ModuleType, effects: Mapping[str, object]) -> list[str]:
    """Return the hooks that have no entry among the effects that are looked for."""
    return sorted(hooks_of(specifications).keys() - effects.keys())


def _of_example(name: str, example: str) -> Iterator[str]:
    if not example:
        yield "expected an example in Python"
        return
    module = ModuleType("example_of_the_document")
    try:
        exec(example, vars(module))
        returned = vars(module)[name]()
    except Exception as error:  # whatever an example raises is what its reader would meet
        yield f"its example raises {type(error).__name__}: {error}"
        return
    if not isinstance(returned, list) or not returned:
        yield f"expected the example to return a list with something in it, got {returned!r}"
