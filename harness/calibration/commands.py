"""``harness calibrate`` and ``harness power``: what they print, write and return."""

import argparse
from dataclasses import fields
from pathlib import Path

from harness.calibration import false_alarm_tables, power_tables
from harness.calibration.case_files import Found, cases_in
from harness.calibration.false_alarms import COLUMNS, Calibration, drawn, kept, rows_of
from harness.calibration.kill_matrix import matrix_of
from harness.calibration.power import Task, Trial, chosen_faults, right_implementation, trials, without_killed
from harness.calibration.power_page import page
from harness.calibration.processes import Progress
from harness.calibration.stream import check_markers, insert, stream_to
from harness.errors import HarnessError
from harness.plugins.found import Plugins
from harness.plugins.loading import load_and_choose
from harness.report.environment import environment
from harness.report.writer import replace_file
from harness.verification import reference_among

# What a process that was interrupted returns by custom.
INTERRUPTED = 130


def calibrate(options: argparse.Namespace) -> int:
    """Judge correct implementations on many seeds; 0 if there is no alarm."""
    for name, least in (("seeds", 1), ("first_seed", 0), ("jobs", 1)):
        _expect_at_least(name, getattr(options, name), least)
    plugins, implementations = load_and_choose(options.impl)
    found = _cases(options, plugins)
    if options.write:
        check_markers(Path(options.write), "calibration")
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    progress = Progress(len(found.cases) * len(seeds), "cases")
    calibration = Calibration()
    folder = Path(options.reports)
    complete = False
    try:
        with stream_to(folder / "calibration.jsonl", ("operator", *COLUMNS)) as stream:
            for judged in rows_of(drawn(found.cases, seeds), options.impl, options.jobs):
                stream.add([[each.operator, *kept(each.row)] for each in judged])
                calibration.add(judged)
                progress.step(f"{len(calibration.alarms)} alarms")
        complete = True
    except KeyboardInterrupt:
        print(f"\ninterrupted after {progress.done:,} of {progress.total:,} cases")
    print(false_alarm_tables.summary(calibration))
    print(f"rows: {folder / 'calibration.jsonl'}")
    print(f"percentiles: {replace_file(folder, 'calibration.csv', false_alarm_tables.as_csv(calibration))}")
    if complete and options.write:
        names = ", ".join(implementation.name for implementation in implementations)
        words = f"{_counted(found)} from seeds {seeds[0]} to {seeds[-1]}, by {names}"
        insert(
            Path(options.write),
            "calibration",
            false_alarm_tables.markdown(calibration, environment(reference_among(plugins)), words),
        )
        print(f"tables: {options.write}")
    if not complete:
        return INTERRUPTED
    return 1 if calibration.alarms or not calibration.count else 0


def power(options: argparse.Namespace) -> int:
    """Run every fault on every case it applies to; 0 if no structural fault survives."""
    _expect_at_least("jobs", options.jobs, 1)
    if options.quick and options.write:
        raise HarnessError("--write needs the whole matrix, which --quick does not try. Leave out one of them.")
    plugins, right = right_implementation(options.impl)
    faults = chosen_faults(plugins, options.fault)
    found = _cases(options, plugins)
    if options.write:
        check_markers(Path(options.write), "power")
    work = [Task(case, tuple(fault.name for fault in faults)) for case in found.cases]
    killed: set[tuple[str, str]] = set()
    progress = Progress(len(work), "cases")
    made: list[Trial] = []
    folder = Path(options.reports)
    complete = False
    names = [field.name for field in fields(Trial)]
    try:
        with stream_to(folder / "power.jsonl", names) as stream:
            waiting = without_killed(work, killed) if options.quick else work
            for some in trials(waiting, options.impl, options.jobs):
                stream.add([[getattr(trial, name) for name in names] for trial in some])
                made += some
                killed |= {(trial.fault, trial.dtype) for trial in some if trial.outcome == "killed"}
                progress.step(f"{len({name for name, _ in killed}):,} of {len(faults):,} faults killed")
        complete = True
    except KeyboardInterrupt:
        print(f"\ninterrupted after {progress.done:,} of {progress.total:,} cases")
    matrix = matrix_of(faults, made)
    print(power_tables.summary(matrix))
    about = environment(reference_among(plugins)) | {"planted in": f"{right.name} ({right.version})"}
    for name, text in (
        ("power_matrix.csv", power_tables.matrix_csv(matrix)),
        ("power_faults.csv", power_tables.faults_csv(matrix)),
        ("power_cases.csv", power_tables.cases_csv(matrix)),
        ("power.html", page(matrix, about)),
    ):
        print(replace_file(folder, name, text))
    if complete and options.write:
        insert(Path(options.write), "power", power_tables.markdown(matrix, about, _counted(found)))
        print(f"tables: {options.write}")
    if not complete:
        return INTERRUPTED
    return 1 if matrix.survivors else 0


def _cases(options: argparse.Namespace, plugins: Plugins) -> Found:
    for aside in plugins.quarantined:
        print(aside)
    found = cases_in([Path(path) for path in options.paths], plugins.cases)
    print(_counted(found))
    return found


def _counted(found: Found) -> str:
    left_out = f" ({found.slow} slow ones are left out)" if found.slow else ""
    return f"{len(found.cases):,} cases{left_out}"


def _expect_at_least(name: str, value: int, least: int) -> None:
    if value < least:
        raise HarnessError(f"--{name.replace('_', '-')} expected an integer of {least} or more, got {value}.")
