"""Tells whether a neural network written by hand computes what Keras computes, observable by observable.

The names of this package are listed in ``__init__.pyi``; each is imported when it is first used, because every pytest
run in an environment with this package imports it.

PYTEST_DONT_REWRITE: the command ``harness run`` imports this package before pytest.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
