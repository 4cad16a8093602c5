"""Which room may import which: the core knows implementations, case sources and writers only through hooks."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
IMPLEMENTATIONS = sorted(path.name for path in (ROOT / "impls").iterdir() if (path / "__init__.py").is_file())
# Importing the reference's packages is the business of one room.
REFERENCE_PACKAGES = ("keras", "tensorflow")


def imports(source: str, package: str) -> Iterator[str]:
    """Yield every module that a file imports, at any depth; ``package`` is where the file lies."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            yield ".".join([*above, *([node.module] if node.module else [])])


def reached(folder: str) -> set[tuple[str, str]]:
    """Return (file, imported module) for every Python file below a folder."""
    found = set()
    for path in sorted((ROOT / folder).rglob("*.py")):
        package = ".".join(path.relative_to(ROOT).parent.parts)
        found |= {(str(path.relative_to(ROOT)), module) for module in imports(path.read_text(), package)}
    return found


def belongs(module: str, *packages: str) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def test_the_core_imports_no_implementation_no_case_and_no_test():
    strays = [pair for pair in reached("harness") if belongs(pair[1], "impls", "cases", "tests", "benchmarks")]
    assert strays == []


def test_the_core_imports_neither_keras_nor_tensorflow():
    assert [pair for pair in reached("harness") if belongs(pair[1], *REFERENCE_PACKAGES)] == []


# The notebook is the vectorized operators with planted faults, by design. "from impls import x" is seen as "impls".
# Keras in other ways is built from the same layers.
# What wrong poolings and convolutions do with windows is said of the vectorized ones'.
MADE_OF = {
    "faults": ("impls.vectorized.layers._windows",),
    "notebook": ("impls.vectorized", "impls.faults"),
    "keras_fit": ("impls.keras",),
    "keras_jax": ("impls.keras", "impls.jax"),
    "keras_torch": ("impls.keras", "impls.keras_jax", "impls.torch"),
}


@pytest.mark.parametrize("room", IMPLEMENTATIONS)
def test_an_implementation_imports_the_core_and_itself_but_no_other_implementation(room):
    strays = [pair for pair in reached(f"impls/{room}") if belongs(pair[1], "impls", "cases", "tests")]
    allowed = f"impls.{room}", *MADE_OF.get(room, ())
    unexplained = [pair for pair in strays if not belongs(pair[1], *allowed)]
    assert [pair for pair in unexplained if not (room in MADE_OF and pair[1] == "impls")] == []


@pytest.mark.parametrize("room", [room for room in IMPLEMENTATIONS if not room.startswith("keras")])
def test_only_rooms_of_keras_import_keras(room):
    assert [pair for pair in reached(f"impls/{room}") if belongs(pair[1], *REFERENCE_PACKAGES)] == []


# From the bottom up: a file may import from its own level and below.
LEVELS = (
    ("harness.errors",),
    ("harness.numerics",),
    ("harness.operators",),
    ("harness.cases",),
    ("harness.verdict",),
    ("harness.implementation", "harness.stores"),
)


def test_descriptions_know_nothing_of_what_is_done_with_them():
    level = {package: height for height, packages in enumerate(LEVELS) for package in packages}
    for path, module in sorted(reached("harness")):
        own = path.removesuffix(".py").replace("/", ".")
        heights = [height for package, height in level.items() if belongs(own, package)]
        if heights and belongs(module, "harness"):
            below = [package for package, height in level.items() if height <= heights[0]]
            assert belongs(module, *below), f"{path} imports {module}"


@pytest.mark.parametrize(
    ("source", "module"),
    [
        ("import impls.keras", "impls.keras"),
        ("def f():\n    from impls import loops", "impls"),
        ("from ..impls import loops", "impls"),
        ("from . import x", "harness.operators.layers"),
    ],
)
def test_an_import_is_found_wherever_and_however_it_is_written(source, module):
    assert module in set(imports(source, "harness.operators.layers" if "from . " in source else "harness"))
