"""Tells whether a neural network written by hand computes what Keras computes, observable by observable.

The names of this package are listed in ``__init__.pyi``; each is imported when it is first used, because every pytest
run in an environment with this package imports it. Operators that are not listed there are found by their files.

PYTEST_DONT_REWRITE: the command ``harness run`` imports this package before pytest.
"""

from typing import Any

import lazy_loader

_listed, _, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> Any:
    try:
        return _listed(name)
    except AttributeError:
        from harness.operators import OPERATORS

        if name in OPERATORS:
            return OPERATORS[name]
        raise


def __dir__() -> list[str]:
    from harness.operators import OPERATORS

    return sorted({*__all__, *OPERATORS})
