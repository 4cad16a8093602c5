"""A kill matrix as one page that needs no network and no script, in the style of the report.

Names and explanations come from plugins: they are escaped, and the content-security policy lets nothing run or load.
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from importlib.resources import files
from string import Template

from harness.calibration.kill_matrix import FORMATS, KillMatrix
from harness.calibration.power import Outcome
from harness.calibration.power_tables import summary

SIGNS: Mapping[Outcome, tuple[str, str]] = {
    "killed": ("pass", "✓"), "survived": ("fail", "✗"), "unchanged": ("quiet", "·"), "declined": ("quiet", "–"),
}  # fmt: skip
# More than a reader looks through; the CSV has all.
LISTED = 500


def page(matrix: KillMatrix, environment: Mapping[str, str]) -> str:
    """Return the whole page."""
    style = files("harness.report").joinpath("page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    facts = [line for line in summary(matrix).splitlines() if not line.startswith(("survivor: ", "hole: "))]
    survivors = [[name, matrix.faults[name].explanation, matrix.reason(name)] for name in matrix.survivors]
    holes = [[trial.fault, trial.case, f"{trial.seen:.3g}"] for trial in matrix.holes[:LISTED]]
    alone = [[case, ", ".join(sorted(names))] for case, names in matrix.only_killers.items()]
    template = files("harness.calibration").joinpath("power_page.html").read_text(encoding="utf-8")
    return Template(template).substitute(
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        style=style,
        good="bad" if matrix.survivors else "good",
        headline=_headline(matrix),
        facts="".join(f"<li>{escape(fact)}</li>" for fact in facts),
        survivors=_table(("fault", "what it does", "why it survives"), survivors),
        holes=_table(("fault", "case", "change in units of what is seen"), holes, len(matrix.holes)),
        cover=_table(("number", "case", "faults killed"), _cover(matrix)),
        alone=_table(("case", "faults"), alone),
        matrix=_matrix(matrix),
        faults=_table(("fault", "operator", "kind", *FORMATS, "what it does", "what to look at"), _faults(matrix)),
        environment=_table(("what", "which"), [[name, value] for name, value in environment.items()]),
    )


def _headline(matrix: KillMatrix) -> str:
    number = len(matrix.survivors)
    if not number:
        return "Every structural fault is killed"
    return f"{number:,} structural fault{'s survive' if number > 1 else ' survives'}"


def _cover(matrix: KillMatrix) -> list[list[str]]:
    return [[str(i), case, f"{len(matrix.kills[case]):,}"] for i, case in enumerate(matrix.cover, 1)]


def _faults(matrix: KillMatrix) -> Iterable[list[str]]:
    for name, fault in matrix.faults.items():
        shares = []
        for dtype in FORMATS:
            killed = matrix.count(name, "killed", dtype)
            shares.append(f"{killed:,} of {killed + matrix.count(name, 'survived', dtype):,}")
        yield [name, fault.on.kind, fault.kind, *shares, fault.explanation, fault.hint]


def _matrix(matrix: KillMatrix) -> str:
    cells = {(trial.fault, trial.case): SIGNS[trial.outcome] for trial in matrix.trials}
    head = "".join(f'<th title="{escape(case)}">{number}</th>' for number, case in enumerate(matrix.cover, 1))
    rows = []
    for name, fault in matrix.faults.items():
        if fault.kind == "structural":
            found = [cells.get((name, case), ("", "")) for case in matrix.cover]
            rows.append(f"<tr><th>{escape(name)}</th>{''.join(f'<td class={c!r}>{s}</td>' for c, s in found)}</tr>")
    return f"<table><thead><tr><th>fault</th>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], total: int = 0) -> str:
    body = [f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows]
    if not body:
        return '<p class="pass">none</p>'
    more = f"<p>The first {len(body):,} of {total:,}.</p>" if total > len(body) else ""
    titles = "".join(f"<th>{escape(title)}</th>" for title in head)
    return f"<table><thead><tr>{titles}</tr></thead><tbody>{''.join(body)}</tbody></table>{more}"
