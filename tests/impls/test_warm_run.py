"""Keras's results are stored: the second run of the same cases never imports TensorFlow."""

import subprocess
import sys

RUN = """
import sys
from harness import Dense, grid, verify
cases = grid(Dense, input_shape=(6,), units=[3, 4], activation=["relu", "tanh"])
report = verify(sys.argv[2], cases, reports=sys.argv[1])
assert report.passed, str(report)
loaded = {"tensorflow", "keras"} & sys.modules.keys()
print(sum(row.passed for row in report.rows), *sorted(loaded))
"""


def run_in_another_process(reports, implementation="vectorized"):
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(reports), implementation], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_a_warm_run_gives_the_same_verdicts_and_imports_no_tensorflow(tmp_path):
    cold = run_in_another_process(tmp_path)
    warm = run_in_another_process(tmp_path)
    assert cold[1:] == ["keras", "tensorflow"]
    assert warm == cold[:1]
    assert int(warm[0]) > 0
