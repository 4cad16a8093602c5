"""Implementations in processes of their own: whatever one does there costs one case, and the run goes on.

Here ``isolated`` is an Implementation like any other, ``process`` talks to the process and stops it, ``watch`` keeps
its limits by what ``usage`` finds. There ``guardian`` is the process's first half, which ends everything that the
second half, ``worker``, leaves behind. Between them go ``frames``: JSON and the bytes of arrays, nothing pickled.

Linux and macOS. On Linux alone: processes that left their process group are found, limited and ended too, and a worker
whose guardian was killed ends with it. What cannot be prevented is listed in docs/reports.md.
"""
