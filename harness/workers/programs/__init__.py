"""Implementations in any language: programs that read a problem and write tensors, by ``docs/process-protocol.md``.

``implementation`` is the adapter, an Implementation like any other. What goes to the program and comes back are files
by name: ``description`` writes a problem as files, ``answer`` turns files into a Trace, ``tensor`` is one tensor's
layout. ``folders`` carries them by way of two folders to a command that runs once, ``staying`` over standard input and
output, as ``frames``, to one that stays.
"""

from harness.workers.programs.implementation import Process

__all__ = ["Process"]
