"""The audit of bounds: those that are written by hand beside those that follow from an operator's definition.

    python tests/operators/audit.py                           prints the table
    python tests/operators/audit.py --write docs/verdict.md   writes it between its markers

A ratio is what is written by hand over what is derived, by element: of deviations (the root of the variance) and of
worst cases, on exact inputs, and of worst cases on inputs that are off by 1e-5 of themselves. Whatever lies outside
the limits is listed here with its reason.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from every_operator import derived, exact, is_defined, overrides, own, subjects_of

from harness.numerics import FLOAT32, FLOAT64, Estimate
from harness.operators import OPERATORS

LEAST, MOST = 1.0, 3.0
# A choice of a constant has room for its own rounding, and means and their squares are taken in several orders: what
# lies this near a limit is at it.
NEAR = 2e-3
NOISE = 1e-5
BATCH = 60
BEGIN, END = "<!-- begin bounds -->", "<!-- end bounds -->"
DEVIATION, WORST_CASE, INEXACT = FIGURES = ("deviation", "worst case", "worst case, inexact")


@dataclass(frozen=True)
class Listed:
    """Ratios that may lie outside the limits.

    Attributes:
        operator, observable, figure: whose.
        least, most: of the ratios.
        reason: one sentence.
    """

    operator: str
    observable: str
    figure: str
    least: float
    most: float
    reason: str


CONSTANT = "The factor of the output and the summand of its slope are one constant, whose error cancels."
ERFC = (
    "The derived erfc may be off by six roundings, also near 1, where TensorFlow's is by 1.1, and where erf is near 0."
)
OF_ROW = "The sum is one number for a row: derived, an exponential counts in it once more, and its deviation twice."
BY_INPUT = "Derived from the input alone, which is known less well than the output."
CANCELS = "A row's sum, its logarithm and 1/N are on both sides of a difference; derived, their errors do not cancel."
IN_ONE = "Eleven roundings of the result are one by hand; derived, each is independent of the others."
OF_CHANNEL = "A channel's statistics and gamma are one number for its elements; derived, each element's error adds up."
OF_ROOT = "By hand the gradient and the root of its square are independent; derived, their errors cancel."
NEAR_ZERO = "By hand an inverse root has the steepest slope within eight deviations, which is large next to 0."
DESCENT = "One descent counts in the velocity and beside it; by hand its roundings are independent."

LISTED = (
    Listed("BatchNormalization", "backward x0", INEXACT, 0.45, 1.0, OF_CHANNEL),
    Listed("BatchNormalization", "gradient of gamma", DEVIATION, 0.5, 1.4, OF_CHANNEL),
    Listed("BatchNormalization", "gradient of gamma", WORST_CASE, 0.35, 0.5, OF_CHANNEL),
    Listed("BatchNormalization", "gradient of gamma", INEXACT, 0.4, 1.0, OF_CHANNEL),
    Listed("CategoricalCrossentropy", "forward", INEXACT, 0.6, 1.1, CANCELS),
    Listed("CategoricalCrossentropy", "backward", DEVIATION, 0.55, 2.0, CANCELS),
    Listed("CategoricalCrossentropy", "backward", WORST_CASE, 0.65, 2.2, CANCELS),
    Listed("CategoricalCrossentropy", "backward", INEXACT, 0.35, 3.0, CANCELS),
    Listed("Elu", "backward", WORST_CASE, 0.95, 2.2, CONSTANT),
    Listed("Elu", "backward", INEXACT, 0.95, 1.1, CONSTANT),
    Listed("Gelu", "forward", DEVIATION, 0.33, 1.6, ERFC),
    Listed("Gelu", "forward", WORST_CASE, 0.4, 1.3, ERFC),
    Listed("Gelu", "forward", INEXACT, 0.95, 1.3, ERFC),
    Listed("Gelu", "backward", DEVIATION, 0.33, 1.6, ERFC),
    Listed("Gelu", "backward", WORST_CASE, 0.35, 1.1, ERFC),
    Listed("Gelu", "backward", INEXACT, 0.9, 1.1, ERFC),
    Listed("RMSprop", "update 1", INEXACT, 1.0, 150.0, OF_ROOT),
    Listed("RMSprop", "update 2", INEXACT, 1.0, 40.0, OF_ROOT),
    Listed("RMSprop", "update 3", INEXACT, 1.0, 6.0, OF_ROOT),
    Listed("RMSprop", "update 3", DEVIATION, 1.0, 4.0, NEAR_ZERO),
    Listed("SGD", "update 1", DEVIATION, 0.95, 2.2, DESCENT),
    Listed("SGD", "update 2", DEVIATION, 0.95, 2.2, DESCENT),
    Listed("Selu", "backward", WORST_CASE, 0.95, 2.2, CONSTANT),
    Listed("Selu", "backward", INEXACT, 0.95, 1.1, CONSTANT),
    Listed("Softmax", "forward", DEVIATION, 0.45, 1.3, OF_ROW),
    Listed("Softmax", "forward", WORST_CASE, 0.7, 1.2, OF_ROW),
    Listed("Softmax", "forward", INEXACT, 0.35, 1.1, OF_ROW),
    Listed("Softmax", "backward", DEVIATION, 0.2, 1.2, OF_ROW),
    Listed("Softmax", "backward", WORST_CASE, 0.45, 1.2, OF_ROW),
    Listed("Softmax", "backward", INEXACT, 0.03, 0.5, BY_INPUT),
    Listed("SparseCategoricalCrossentropy", "forward", INEXACT, 0.7, 1.0, CANCELS),
    Listed("SparseCategoricalCrossentropy", "backward", DEVIATION, 0.5, 2.0, CANCELS),
    Listed("SparseCategoricalCrossentropy", "backward", WORST_CASE, 0.6, 1.9, CANCELS),
    Listed("SparseCategoricalCrossentropy", "backward", INEXACT, 0.35, 3.0, CANCELS),
    Listed("Tanh", "backward", DEVIATION, 1.0, 3.6, IN_ONE),
)


def ratios_of(hand: Estimate, definition: Estimate) -> Mapping[str, np.ndarray]:
    """Return the ratios of deviations and of worst cases, without the elements that are exact by both."""
    pairs = {
        DEVIATION: (np.sqrt(hand.variance), np.sqrt(definition.variance)),
        WORST_CASE: (hand.worst_case, definition.worst_case),
    }
    return {figure: _ratios(*pair) for figure, pair in pairs.items()}


def _ratios(hand: np.ndarray, definition: np.ndarray) -> np.ndarray:
    hand, definition = np.broadcast_arrays(hand, definition)
    inexact = (hand > 0) | (definition > 0)
    # What only one of them calls exact has a ratio of 0 or infinity.
    with np.errstate(divide="ignore"):
        return hand[inexact] / definition[inexact]


def measured(kind: type) -> dict[tuple[str, str], np.ndarray]:
    """Return the ratios of an operator's observables by observable and figure, over samples and both formats."""
    found = defaultdict(list)
    generator = np.random.default_rng(0)
    for subject in subjects_of(kind):
        if not overrides(subject):
            continue
        arrays = subject.drawn(generator, BATCH)
        noisy = {
            name: estimate if name == "y_true" else estimate.off_by(NOISE * np.abs(estimate.value))
            for name, estimate in exact(arrays).items()
        }
        for arithmetic in (FLOAT32, FLOAT64):
            for given, figures in (
                (exact(arrays), {DEVIATION: DEVIATION, WORST_CASE: WORST_CASE}),
                (noisy, {WORST_CASE: INEXACT}),
            ):
                by_hand, by_definition = own(subject, given, arithmetic), derived(subject, given, arithmetic)
                for observable, hand in by_hand.items():
                    ratios = ratios_of(hand, by_definition[observable])
                    for figure, name in figures.items():
                        found[observable, name].append(ratios[figure])
    return {key: np.concatenate(each) for key, each in found.items()}


def outside(ratios: np.ndarray, least: float = LEAST, most: float = MOST) -> bool:
    """Whether any ratio lies outside the limits."""
    return ratios.size > 0 and not (least * (1 - NEAR) <= ratios.min() and ratios.max() <= most * (1 + NEAR))


def by_hand_alone() -> list[str]:
    """Return the operators that have no definition to derive anything from."""
    return sorted({kind.kind for kind in OPERATORS.values() for each in subjects_of(kind) if not is_defined(each)})


def lines() -> Iterator[str]:
    """Yield the table as Markdown."""
    yield "| operator | observable | " + " | ".join(FIGURES) + " | reason |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for name, kind in sorted(OPERATORS.items()):
        found = measured(kind)
        for observable in dict.fromkeys(observable for observable, _ in found):
            shown = [_shown(found[observable, figure]) for figure in FIGURES]
            if set(shown) == {"exact"}:
                continue
            listed = [entry for entry in LISTED if (entry.operator, entry.observable) == (name, observable)]
            reasons = dict.fromkeys(entry.reason for entry in listed)
            yield f"| {name} | {observable} | " + " | ".join(shown) + f" | {' '.join(reasons)} |"
    yield ""
    yield f"By hand alone: {', '.join(by_hand_alone())}."


def _shown(ratios: np.ndarray) -> str:
    return " / ".join(f"{each:.2f}" for each in np.quantile(ratios, [0, 0.5, 1])) if ratios.size else "exact"


def main() -> None:
    """Print the table, or write it into a document."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", type=Path, metavar="DOCUMENT")
    document = parser.parse_args().write
    table = "\n".join(lines())
    if document is None:
        print(table)
        return
    before, rest = document.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    document.write_text(f"{before}{BEGIN}\n\n{table}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
