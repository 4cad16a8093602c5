"""Every bound that is written by hand is as wide as the one that follows from the definition, and not much wider."""

from pathlib import Path

import pytest
from audit import BEGIN, END, FIGURES, LEAST, LISTED, MOST, WORST_CASE, by_hand_alone, lines, measured, outside

from harness.numerics import Estimate
from harness.operators import OPERATORS
from harness.operators.activations import Sigmoid
from harness.operators.layers import Dense

# An entry's limits leave so much room at most.
ROOM = 1.5
DOCUMENT = Path(__file__).parents[2] / "docs" / "verdict.md"


@pytest.mark.parametrize("name", OPERATORS)
def test_every_ratio_is_within_the_limits_or_within_those_of_its_entry(name):
    entries = {(entry.observable, entry.figure): entry for entry in LISTED if entry.operator == name}
    for (observable, figure), ratios in measured(OPERATORS[name]).items():
        entry = entries.get((observable, figure))
        limits = (entry.least, entry.most) if entry else (LEAST, MOST)
        assert not outside(ratios, *limits), (observable, figure, ratios.min(), ratios.max())


@pytest.mark.parametrize("entry", LISTED, ids=lambda entry: f"{entry.operator}-{entry.observable}-{entry.figure}")
def test_every_entry_is_needed_and_no_wider_than_it_needs_be(entry):
    ratios = measured(OPERATORS[entry.operator])[entry.observable, entry.figure]
    assert outside(ratios)
    assert entry.least * ROOM >= min(LEAST, ratios.min())
    assert entry.most <= ROOM * ratios.max()
    assert entry.reason.endswith(".")


def test_no_entry_is_there_twice():
    assert len({(entry.operator, entry.observable, entry.figure) for entry in LISTED}) == len(LISTED)


@pytest.mark.parametrize(("factor", "found"), [(0.5, True), (2.0, False), (4.0, True)])
@pytest.mark.parametrize("kind", [Sigmoid, Dense])
def test_a_bound_of_another_size_is_found(monkeypatch, kind, factor, found):
    right = kind.forward

    def resized(estimate):
        return Estimate(estimate.value, factor * estimate.worst_case, factor**2 * estimate.variance)

    def forward(operator, *given):
        result = right(operator, *given)
        return (resized(result[0]), *result[1:]) if isinstance(result, tuple) else resized(result)

    monkeypatch.setattr(kind, "forward", forward)
    assert outside(measured(kind)["forward", WORST_CASE]) == found


def test_a_bound_of_what_the_definition_calls_exact_is_found(monkeypatch):
    monkeypatch.setattr(OPERATORS["Relu"], "forward", lambda self, x, arithmetic: x.off_by(1e-9))
    assert outside(measured(OPERATORS["Relu"])["forward", WORST_CASE])


def test_what_has_no_definition_chooses_a_maximum():
    assert by_hand_alone() == sorted(name for name, kind in OPERATORS.items() if getattr(kind, "takes_maximum", False))


def structure(rows):
    """Return each row without its digits."""
    cells = [[cell.strip() for cell in row.strip().split("|")] for row in rows]
    return [[cell for cell in row if not cell[:1].isdigit()] for row in cells if any(row)]


def test_the_documented_table_names_what_is_audited():
    written = DOCUMENT.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0]
    assert structure(written.splitlines()) == structure(lines())
    assert all(figure in written for figure in FIGURES)
