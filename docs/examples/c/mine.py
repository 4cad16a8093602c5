"""The program of this folder, as an implementation. Build it first: ``cc -O2 network.c -o network``."""

from pathlib import Path

from harness import Process

mine = Process("c-network", ["./network"], directory=Path(__file__).parent)
