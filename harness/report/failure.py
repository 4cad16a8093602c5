"""The text of a failure: what first, then how bad in words, what is right before it, and how to run it again."""

import shlex
from collections import Counter
from collections.abc import Sequence

from harness.judging.row import COVERAGE, PURITY, Row
from harness.report.hints import hint
from harness.report.severity import counted, how_bad, noticed, numbers, severity, times, worst_first

MOST_LINES = 25
MOST_LINES_OF_A_REASON = 8
MOST_CAUSES = 3
WIDTH = 200

FORWARD = "going forward"
BACKWARD = "going backward"
UPDATE = "of the update"
DIRECTIONS = {
    "forward": FORWARD,
    "loss": FORWARD,
    "backward": BACKWARD,
    "gradient": BACKWARD,
    "update": UPDATE,
}
WHOLE_RUN = {"error": "raised an error", "timeout": "ran out of time", "crash": "crashed"}


def failure_text(rows: Sequence[Row], test: str = "", options: Sequence[str] = ()) -> str:
    """Describe what is wrong with one implementation on one case, in at most 25 lines.

    Args:
        rows: all rows of the run, in the order of computation.
        test: pytest's node id, for the command that repeats the run.
        options: what pytest needs beside it, such as ``--impl`` and a file.

    Returns:
        Empty if nothing failed.
    """
    failed = [row for row in rows if row.failed]
    if not failed:
        return ""
    first = failed[0]
    body = _whole_run(rows, first) if first.verdict in WHOLE_RUN else _stages(rows, failed)
    run = first.run
    again = [f"  to repeat it: {command(test, options)}" if test else f"  case {run.case}, by {run.implementation}"]
    return "\n".join([*body[: MOST_LINES - len(again)], *again])


def command(test: str, options: Sequence[str] = ()) -> str:
    """Return the command that runs one test again, quoted for a shell; empty without a test."""
    return f"pytest {shlex.join(map(printable, (test, *options)))}" if test else ""


def stage(row: Row) -> str:
    """Name the tensor of a row in words: ``step 1 · gradient of conv2d.kernel``."""
    about = row.observable
    if not about.kind or about.kind == "extra":
        return printable(about.name)
    if about.kind == PURITY:
        return printable(f"{PURITY} · {about.name.partition('/')[2].replace('-', ' ')}")
    when = f"step {about.step}" if about.step else "after the last step"
    source = f" from {about.part}" if about.part else ""
    of_input = "gradient of the prediction" if about.layer == "loss" else f"gradient of {about.layer}'s input{source}"
    what = {
        "forward": f"output of {about.layer}" if about.step else "prediction",
        "loss": "loss",
        "backward": of_input,
        "gradient": f"gradient of {about.layer}.{about.part}",
        "update": f"{about.layer}.{about.part} after the update",
    }.get(about.kind, about.name)
    return printable(f"{when} · {what}")


def likely(rows: Sequence[Row]) -> list[str]:
    """Return the likely causes of failing rows, those first that fit the most of them."""
    fits = Counter(cause for row in rows for cause in row.causes)
    asked = sum(bool(row.first_wrong) for row in rows)
    best = [cause for cause, count in fits.items() if count == max(fits.values())]
    of = f" (named for {max(fits.values()):,} of {asked:,})" if asked > 1 and fits else ""
    lines = [f"likely{of}: {cause}" for cause in best[:MOST_CAUSES]]
    return [printable(line) for line in lines] + (
        [f"or {len(best) - MOST_CAUSES} more"] if len(best) > MOST_CAUSES else []
    )


def first_wrong(rows: Sequence[Row], direction: str) -> Row | None:
    """Return the first failing row of a direction, by the order of computation."""
    return next((row for row in rows if row.failed and DIRECTIONS.get(row.observable.kind) == direction), None)


def printable(text: str) -> str:
    """Return the text as one line of at most 200 characters, with control characters as their escapes."""
    escaped = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
    return escaped if len(escaped) <= WIDTH else f"{escaped[: WIDTH - 1]}…"


def printable_lines(text: str) -> list[str]:
    """Return the lines of a text, without the empty ones at its end, each as ``printable`` gives it."""
    return [printable(line) for line in text.rstrip().replace("\r\n", "\n").replace("\r", "\n").split("\n")]


def _whole_run(rows: Sequence[Row], first: Row) -> list[str]:
    count = sum(row.required for row in rows)
    what = f"{first.run.implementation} {WHOLE_RUN[first.verdict]}; none of {count} observables can be judged"
    return [f"  {what}", *_reason(first)]


def _stages(rows: Sequence[Row], failed: Sequence[Row]) -> list[str]:
    first = failed[0]
    direction = DIRECTIONS.get(first.observable.kind)
    lines = [f"  {stage(first)}" + (f" · the first wrong stage {direction}" if direction else "")]
    lines += [f"    {line}" for line in (printable(numbers(first)), _how_bad(first)) if line]
    lines += _reason(first)
    lines += [f"    {line}" for line in (hint(first), *likely([first]), _before(rows, first)) if line]
    lines += [f"    {printable(first.witnesses)}"] if first.witnesses else []
    backward = first_wrong(rows, BACKWARD)
    if direction == FORWARD and backward:
        lines.append(f"    {BACKWARD}, the first wrong stage is {stage(backward)}{_in_brackets(backward)}")
    impure = [row for row in failed[1:] if row.observable.kind == PURITY]
    later = [row for row in failed[1:] if row.observable.kind != PURITY]
    if later:
        after = sum(row.observable.kind != PURITY for row in rows[rows.index(first) + 1 :])
        worst = worst_first(later)[0]
        others = f"{len(later)} are wrong too" if len(later) > 1 else "1 is wrong too"
        lines.append(f"    of the {after} stages after it {others}, and may follow from it")
        if worst is not backward:
            lines.append(f"    the worst of them is {stage(worst)}{_in_brackets(worst)}")
    return lines + [f"    {stage(row)}: {printable_lines(row.reason)[-1]}" for row in impure]


def _how_bad(row: Row) -> str:
    if not numbers(row):
        return ""
    return "; ".join(part for part in (how_bad(row), noticed(row)) if part)


def _in_brackets(row: Row) -> str:
    value = severity(row)
    return f" ({times(value)} times)" if value < float("inf") else f" ({row.verdict})"


def _reason(row: Row) -> list[str]:
    return [f"    {line}" for line in printable_lines(row.reason)[-MOST_LINES_OF_A_REASON:]]


def _before(rows: Sequence[Row], first: Row) -> str:
    before = [row for row in rows[: rows.index(first)] if row.observable.kind != PURITY]
    if first.observable.kind in ("extra", PURITY):
        return f"what the case asks for: {counted(before)}" if before else ""
    if not before:
        return "no stage comes before it"
    unseen = sum(row.verdict in COVERAGE for row in before)
    right = len(before) - unseen
    if unseen:
        return f"of the {len(before)} stages before it {right} are right and {unseen} were not judged"
    return "the stage before it is right" if right == 1 else f"the {right} stages before it are right"
