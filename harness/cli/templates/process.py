"""A file to begin with for a program in any language."""

TEXT = '''"""My program, in a process of its own. Run it: pytest cases/ --impl {file}

The program gets two folder names: it reads the problem from the first and writes tensors into the second. This one is
this file itself, so that it runs at once; put yours into COMMAND. Both folders: docs/process-protocol.md
"""

import sys
from pathlib import Path

COMMAND = [sys.executable, __file__]


def program(problem, answer):
    # problem.txt says what to compute, a line for each thing; weights.conv2d.kernel, 1.x, … are the tensors.
    # A file named "unsupported" in the answer declines the case, with a reason.
    (answer / "unsupported").write_text("{file}: fill in program next, it writes 1.forward.dense, 1.loss, …")


if __name__ == "__main__":
    program(*map(Path, sys.argv[1:]))
else:
    from harness import Process

    {variable} = Process("{name}", COMMAND)
'''
