"""Runs one process and says what it took. Started as `python -I -S launcher.py REPORT LIMIT COMMAND...`.

A process of its own, because the system counts the memory of whoever starts a process as that process's peak, and the
one that prepares the cases is large. This one is as small as Python can be, and imports nothing else.
"""

from __future__ import annotations

import os
import signal
import sys
import time


def main(report: str, limit: int, command: list[str]) -> None:
    """Run it, and write exit code, seconds (wall, user, system) and KiB into the report."""
    start = time.perf_counter()
    child = os.fork()
    if child == 0:
        os.setsid()
        os.execvp(command[0], command)
    signal.signal(signal.SIGALRM, lambda *_: os.killpg(child, signal.SIGKILL))
    signal.alarm(limit)
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - start
    code = os.waitstatus_to_exitcode(status)
    with open(report, "w") as file:  # noqa: PTH123
        file.write(f"{code} {wall} {usage.ru_utime} {usage.ru_stime} {usage.ru_maxrss}")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
