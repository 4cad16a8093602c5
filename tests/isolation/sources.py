"""The source of an implementation that does something before it answers rightly, and cases for it."""

from harness import Case, Dense, Network

# Right, but for what it does before it answers.
SOURCE = """
import builtins, contextlib, ctypes, os, random, re, signal, socket, struct, subprocess, sys, threading, time, warnings
import numpy as np
from harness import Implementation
from impls import vectorized

{beside}

class Mine(Implementation):
    name = "mine"
    version = "5"

    def run(self, problem):
        answer = dict(vectorized.harness_implementations()[0].run(problem))
        seed = problem.case.seed
        {action}
        return answer

mine = Mine()
"""


def indented(code: str) -> str:
    return code.strip().replace("\n", "\n        ")


def case(seed: int = 0) -> Case:
    return Case(Network((6,), (Dense(4, "tanh"), Dense(3))), batch_size=5, seed=seed, name=f"case-{seed}")
