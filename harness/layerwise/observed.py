"""What a run returns together with what it found out on the way."""

from collections.abc import Iterator, Mapping

from harness.cases.problem import Array


class Observed(Mapping[str, Array]):
    """Observables by name.

    Attributes:
        findings: sentences about what the run did that it should not.
    """

    def __init__(self, observables: Mapping[str, Array], findings: tuple[str, ...] = ()) -> None:
        self._observables = observables
        self.findings = findings

    def __getitem__(self, name: str) -> Array:
        return self._observables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._observables)

    def __len__(self) -> int:
        return len(self._observables)
