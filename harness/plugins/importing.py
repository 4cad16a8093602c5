"""Importing what a user names: a Python file, the folder of a package, or a module."""

import importlib
import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

from harness.errors import PluginError

# How many files of a folder a message lists.
LISTED = 5


def is_importable(value: str) -> bool:
    """True where a user who writes this can only mean a file, a folder or a module, be it there or not."""
    return _is_path(value) or _is_module(value)


def plugin_name(origin: str) -> str:
    """Return what the plugin from a file, folder or module is called in messages."""
    return Path(origin).stem if _is_path(origin) else origin


def import_named(origin: str) -> ModuleType:
    """Import a Python file, the folder of a package, or a module.

    Raises:
        PluginError: a path at which there is neither a Python file nor a package.
    """
    if not _is_path(origin):
        return importlib.import_module(origin)
    path = Path(origin)
    if _is_package(path):
        return _import_path(path.resolve() / "__init__.py", path.resolve().name, path.resolve().parent)
    if path.is_dir():
        files = sorted(file.name for file in path.glob("*.py"))[:LISTED]
        inside = f"Name a file in it: {', '.join(files)}." if files else "There is no Python file in it."
        raise PluginError(f"expected a Python file, or a folder with __init__.py, got a folder without one. {inside}")
    if not path.is_file():
        raise PluginError(f"there is no such file in {path.absolute().parent}")
    if path.suffix != ".py":
        raise PluginError("expected a Python file, its name ending in .py")
    return _import_path(path, path.stem, path.resolve().parent)


def _import_path(path: Path, name: str, beside: Path) -> ModuleType:
    if name in sys.modules:
        # A file named like a module that is loaded already, such as json.py, must not take its place.
        name = str(path.resolve().with_suffix(""))
    inside = [str(path.parent)] if path.name == "__init__.py" else None
    specification = importlib.util.spec_from_file_location(name, path, submodule_search_locations=inside)
    if specification is None or specification.loader is None:
        raise PluginError("expected a Python file, its name ending in .py")
    module = importlib.util.module_from_spec(specification)
    # What lies beside the file can be imported from it, as when Python runs it.
    sys.path.insert(0, str(beside))
    sys.modules[name] = module
    try:
        specification.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return module


def _is_path(value: str) -> bool:
    if value.endswith(".py") or os.sep in value or _is_package(Path(value)):
        return True
    return Path(value).exists() and not _is_module(value)


def _is_package(path: Path) -> bool:
    return (path / "__init__.py").is_file()


def _is_module(value: str) -> bool:
    parts = value.split(".")
    if not all(part.isidentifier() for part in parts):
        return False
    try:
        specification = importlib.util.find_spec(parts[0])
    except ValueError:  # __main__ has none when it is a script
        return False
    # A folder without __init__.py offers nothing itself, though modules in it may.
    return specification is not None and (specification.origin is not None or len(parts) > 1)
