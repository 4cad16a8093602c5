"""What float32 makes of an operator: a right computation of its definition, and the verdict on any.

The definition is computed in float64, and what every step gives is rounded to float32.
"""

from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest
from every_operator import derived, exact

from harness.numerics import FLOAT32
from harness.numerics.expressions import Elementwise, Tensor
from harness.verdict.figures import figures, too_far
from harness.verdict.stages import Expected, Origin


@contextmanager
def computed_in_float32():
    """Round the value of every expression that is made within."""
    with pytest.MonkeyPatch.context() as patch:
        for kind in (Elementwise, Tensor):
            patch.setattr(kind, "__init__", _rounding(kind.__init__))
        yield


def _rounding(initialize):
    def rounded(expression, *arguments, **keywords):
        initialize(expression, *arguments, **keywords)
        value = np.asarray(expression.value, np.float32).astype(np.float64)
        object.__setattr__(expression, "value", value)
        if isinstance(expression, Tensor):
            object.__setattr__(expression, "estimated", replace(expression.estimated, value=value))

    return rounded


def wrong(got, estimates, arithmetic=FLOAT32):
    """Return what is too far from the estimates, by observable."""
    assert got.keys() == estimates.keys()
    expected = {name: Expected(estimate, Origin.ANCHORS) for name, estimate in estimates.items()}
    found = {name: too_far(figures(got[name], each, arithmetic), arithmetic) for name, each in expected.items()}
    return {name: reason for name, reason in found.items() if reason}


def in_float32(subject, arrays):
    """Return what the definition gives where every step is rounded to float32."""
    with computed_in_float32():
        return {name: each.value for name, each in derived(subject, exact(arrays), FLOAT32).items()}
