"""What tests beside the case functions ask for."""

from collections.abc import Callable, Mapping

import pytest

from harness import Case, make_problem
from harness.cases.problem import Array
from harness.errors import HarnessError
from harness.pytest_plugin.verification import verification_of


@pytest.fixture(scope="session")
def keras_observables(pytestconfig: pytest.Config) -> Callable[[Case], Mapping[str, Array]]:
    """Return a function from a Case to Keras's observables in the case's dtype, stored or computed."""
    reference = verification_of(pytestconfig).reference

    def observables(case: Case) -> Mapping[str, Array]:
        trace = reference.trace(make_problem(case))
        if trace.status != "ok":
            raise HarnessError(f"Keras could not compute {case.name}: {trace.reason}")
        return trace.observables

    return observables
