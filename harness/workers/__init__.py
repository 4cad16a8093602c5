"""Implementations in processes of their own: whatever one does there costs one case, and the run goes on.

Every process is started by a ``command``, asked and limited by ``process``, and ended by ``ending``; ``watch`` keeps
its limits by what ``usage`` finds, and ``incoming`` reads what it answers. What is said has two forms: ``messages`` for
Python files that the user names, ``programs`` for everything else.

Here ``isolated`` is an Implementation like any other, whose process is ``guarded``. There ``guardian`` is the process's
first half, which ends everything that the second half, ``worker``, leaves behind. Between them go messages: JSON and
the bytes of arrays, nothing pickled.

Linux and macOS. On Linux alone: processes that left their process group are found, limited and ended too, and a worker
whose guardian was killed ends with it. What cannot be prevented is listed in docs/reports.md.
"""
