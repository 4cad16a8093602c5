"""The terminal's summary, written to be read from its last line upwards."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from harness.judging.row import COVERAGE, PURITY, Row
from harness.report.baseline import Changes
from harness.report.failure import MOST_LINES_OF_A_REASON, WHOLE_RUN, likely, printable, printable_lines, stage
from harness.report.matrix import Tally, matrix
from harness.report.report import Report
from harness.report.severity import counted, how_bad, numbers, worst_first

MOST_ROWS = 10
COLUMNS = 4
MOST_NAMES = 20
# After a run that was ended early, what failed shall not scroll away.
MOST_NOT_RUN = 5

# What follows says in which layer of which shapes an error was raised: one bug is raised in many.
_WHERE = re.compile(r"\n(in step \d+|after the last step), [\s\S]*")


def summary(report: Report, files: Sequence[Path] = (), changes: Changes | None = None) -> list[str]:
    """Return the lines that a run ends with.

    Args:
        report: what was found.
        files: the reports that were written.
        changes: the comparison with an earlier run, if one was asked for.
    """
    parts = [
        _matrix(report),
        _implementations(report),
        _not_judged(report),
        _worst(report),
        changes.lines() if changes else [],
        _bullets("findings", report.noted),
        _not_run(report),
        _verdict(report),
        [f"reports: {', '.join(str(file) for file in files)}"] if files else [],
    ]
    lines: list[str] = []
    for part in filter(None, parts):
        lines += ["", *part] if lines else part
    return lines


def cell(tally: Tally) -> str:
    """Return a cell of the matrix in words: ``118 pass, 2 FAIL``."""
    counts = ((tally.passed, "pass"), (tally.failed, "FAIL"), (tally.not_judged, "not judged"))
    return ", ".join(f"{count:,} {word}" for count, word in counts if count) or "-"


def percentage(part: int, whole: int) -> str:
    """Return a percentage that is 100 only if nothing is missing, and 0 only if all is."""
    if not whole:
        return "nothing required"
    share = 100 * part / whole
    # 99.97 would be rounded to a hundred.
    shown = min(max(round(share, 1), 0.1 if part else 0.0), 100.0 if part == whole else 99.9)
    return f"{shown:g} %"


def verdicts_of(report: Report, name: str) -> str:
    """Return one implementation's rows by verdict: ``41 pass, 2 fail (3 of the passes untrusted); purity: 5 pass``."""
    rows = [row for row in report.observables if row.run.implementation == name]
    doubtful = sum(bool(row.untrusted) for row in rows if row.passed)
    purity = counted(row for row in report.purity if row.run.implementation == name)
    return (
        (counted(rows) or "nothing was run")
        + (f" ({doubtful:,} of the passes untrusted)" if doubtful else "")
        + (f"; purity: {purity}" if purity else "")
    )


def worst_rows(report: Report, most: int = MOST_ROWS) -> list[list[Row]]:
    """Return groups of failing rows, in and among them the worst first.

    A group is one stage of one layer kind, one look at purity, or all runs that one reason ended: a single bug does not
    fill the list.
    """
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in worst_first(report.rows):
        about = row.observable
        part = about.name if about.kind == PURITY else about.part if about.kind in ("gradient", "update") else ""
        stages = row.layer_kind, about.kind, part
        key = (row.verdict, _WHERE.sub("", row.reason)) if row.verdict in WHOLE_RUN else stages
        groups.setdefault((row.run.implementation, *key), []).append(row)
    return list(groups.values())[:most]


def title(group: Sequence[Row]) -> str:
    """Return what a group of failing rows is about, in one line."""
    worst = group[0]
    if worst.verdict in WHOLE_RUN:
        others = len({row.run.case for row in group}) - 1
        more = f" and {_plural(others, 'more case')} for the same reason" if others else ""
        return printable(f"{worst.run.implementation} · {worst.run.case}{more}")
    cases = len({row.run.case for row in group})
    more = f" (and {len(group) - 1:,} more like it; {_plural(cases, 'case')} in all)" if len(group) > 1 else ""
    return printable(f"{worst.run.implementation} · {worst.run.case} · {stage(worst)}{more}")


def one_line(row: Row) -> str:
    """Return what is wrong with a row in one line: its size, or its reason, of which an error's last line says most."""
    reason = printable_lines(row.reason)
    why = reason[-1] if row.verdict in WHOLE_RUN else " ".join(reason)
    parts = how_bad(row) or f"{row.verdict}: {why}", " ".join(numbers(row).split())
    return printable("; ".join(part for part in parts if part))


def _matrix(report: Report) -> list[str]:
    table = matrix(report)
    lines: list[str] = []
    for start in range(0, len(table.implementations) if table.layer_kinds else 0, COLUMNS):
        names = table.implementations[start : start + COLUMNS]
        rows = [["", *(printable(name) for name in names)]]
        rows += [[printable(kind), *(cell(table[kind, name]) for name in names)] for kind in table.layer_kinds]
        widths = [max(len(row[i]) for row in rows) for i in range(len(names) + 1)]
        lines += ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    return lines


def _implementations(report: Report) -> list[str]:
    lines = []
    for name, (judged, required) in report.coverage.items():
        coverage = f"judged {judged:,} of {required:,} observables ({percentage(judged, required)})"
        lines.append(f"{printable(name)}: {verdicts_of(report, name)}; {coverage}")
    return lines


def _not_judged(report: Report) -> list[str]:
    unjudged = [row for row in report.rows if row.verdict in COVERAGE]
    counts = Counter((row.run.implementation, row.verdict, row.reason) for row in unjudged)
    texts = [f"{name}: {count:,} {verdict}: {reason}" for (name, verdict, reason), count in counts.most_common()]
    return _bullets("not judged", [" ".join(printable_lines(text)) for text in texts])


def _worst(report: Report) -> list[str]:
    failed = sum(row.failed for row in report.rows)
    if not failed:
        return []
    shown = worst_rows(report)
    what = "row" if any(row.failed for row in report.purity) else "observable"
    lines = [f"the worst of {failed:,} failing {what}s" if failed > 1 else f"the failing {what}"]
    for group in shown:
        lines += [f"  {title(group)}", f"    {one_line(group[0])}", *(f"    {line}" for line in likely(group))]
    rest = failed - sum(map(len, shown))
    return [*lines, f"  and {rest:,} at other stages"] if rest else lines


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _bullets(title: str, texts: Sequence[str], most: int = MOST_NAMES) -> list[str]:
    lines = [title] if texts else []
    for text in texts[:most]:
        first, *rest = printable_lines(text)
        lines += [f"  {first}", *(f"    {line}" for line in rest[-MOST_LINES_OF_A_REASON:])]
    return [*lines, f"  and {len(texts) - most:,} more"] if len(texts) > most else lines


def _not_run(report: Report) -> list[str]:
    pairs = [f"{case} by {implementation}" for case, implementation in report.not_run]
    return _bullets("not carried out", pairs, MOST_NOT_RUN)


def _verdict(report: Report) -> list[str]:
    if report.passed:
        return [report.headline]
    return ["NOT GOOD", *(f"  {printable(fault)}" for fault in report.faults)]
