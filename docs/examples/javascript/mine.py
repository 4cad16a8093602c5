"""The program of this folder, as an implementation that stays for all cases. It needs Node.js and no packages."""

from pathlib import Path

from harness import Process

mine = Process("javascript-network", ["node", "network.mjs"], way="worker", directory=Path(__file__).parent)
