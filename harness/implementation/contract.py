"""What an implementation is, and how one is run without trusting what it returns."""

import time
import traceback
import warnings
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.cases.case import Case
from harness.cases.observables import Observable
from harness.cases.problem import Problem
from harness.errors import HarnessError, Unsupported
from harness.implementation.trace import Trace
from harness.numerics.arithmetic import Arithmetic, arithmetic_of

# The name of the implementation that all others are compared with.
REFERENCE = "keras"

API_VERSION = 1

# How many places of a traceback are kept: where it happened, and what called that.
PLACES = 2


class Implementation(ABC):
    """One way to compute what a Problem asks for.

    Attributes:
        name: unique among the loaded implementations.
        version: shown in every report.
        api_version: the version of this contract that the implementation was written for.
        default: False to be left out of runs that do not name it.
    """

    name: str
    version: str = "0"
    api_version: int = API_VERSION
    default: bool = True

    @abstractmethod
    def run(self, problem: Problem) -> Mapping[str, NDArray[Any]]:
        """Return every observable the case requires, by name, in the problem's dtype.

        The mapping may have an attribute ``findings``, sentences about what should not go unseen.

        Raises:
            Unsupported: with the reason, for a case this implementation does not claim to compute.
        """

    def arithmetic(self, case: Case) -> Arithmetic:
        """Declare the arithmetic of a case; anything coarser than its format needs is shown as a finding."""
        return arithmetic_of(case.dtype)

    def declared(self, case: Case) -> str:
        """Say which conventions are declared for what a case needs; every report shows it."""
        return ""

    def declaration(self, problem: Problem, shown: Mapping[str, NDArray[Any]], observable: str) -> str:
        """Say what could be declared for a failing observable to be right; empty where nothing makes it so."""
        return ""

    def exposes(self, case: Case, observable: Observable) -> bool:
        """Say whether ``run`` shows this observable; one that it does not show is counted as unobserved.

        It may be returned all the same: it is not judged then, but what comes after it is recomputed from it.
        """
        return True


class RemoteImplementation(Implementation):
    """An implementation whose run happens in another process, and comes back as a Trace."""

    @abstractmethod
    def trace(self, problem: Problem) -> Trace:
        """Return what became of the run there; what goes wrong there, or on the way, is no exception here."""

    def run(self, problem: Problem) -> Mapping[str, NDArray[Any]]:
        """Return the observables.

        Raises:
            Unsupported: with the reason given there.
            HarnessError: there is nothing else to return.
        """
        trace = self.trace(problem)
        if trace.status == "unsupported":
            raise Unsupported(trace.reason)
        if trace.status != "ok":
            raise HarnessError(f"{self.name}: {trace.status}: {trace.reason}")
        return trace.observables

    @abstractmethod
    def close(self) -> None:
        """End what runs there; it begins anew when it is needed again."""


def run(implementation: Implementation, problem: Problem) -> Trace:
    """Run one implementation on one Problem and keep whatever happens as a Trace."""
    if isinstance(implementation, RemoteImplementation):
        return implementation.trace(problem)
    start = time.perf_counter()
    try:
        # An overflow is judged by what comes of it; a warning is no result, whatever pytest makes of warnings.
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            returned = implementation.run(problem)
            seconds = time.perf_counter() - start
            wrong = _wrong_return(implementation, returned)
            observables = {} if wrong else {name: _frozen(array) for name, array in returned.items()}
            findings = tuple(map(str, getattr(returned, "findings", ())))
    except Unsupported as declined:
        return Trace("unsupported", {}, time.perf_counter() - start, str(declined) or "no reason given")
    except (Exception, SystemExit) as error:  # whatever a plugin raises, also its mapping, is a row of the report
        return Trace("error", {}, time.perf_counter() - start, _where_and_what(error))
    if wrong:
        return Trace("error", {}, seconds, wrong)
    return Trace("ok", MappingProxyType(observables), seconds, findings=findings)


def _wrong_return(implementation: Implementation, returned: object) -> str:
    expected = f"{implementation.name}.run() expected to return a mapping of names to arrays"
    if not isinstance(returned, Mapping):
        return f"{expected}, got {type(returned).__name__}."
    for name, array in returned.items():
        if not isinstance(name, str):
            return f"{expected}, got the name {name!r}."
        if not isinstance(array, (np.ndarray, np.generic)):
            return f"{expected}, got {type(array).__name__} for {name}."
    return ""


def _frozen(array: NDArray[Any]) -> NDArray[Any]:
    copy = np.array(array)
    copy.flags.writeable = False
    return copy


def _where_and_what(error: BaseException) -> str:
    """Return the last places outside this package that an error passed through, and the error."""
    here = str(Path(__file__).parent)
    places = [
        frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith((here, "<frozen"))
    ]
    lines = traceback.format_list(places[-PLACES:]) + traceback.format_exception_only(error)
    return "".join(lines).rstrip()
