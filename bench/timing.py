"""Runs whole processes and measures them."""

from __future__ import annotations

import os
import shutil
import signal
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple


class Command(NamedTuple):
    """A process to run."""

    arguments: Sequence[str]
    directory: Path
    environment: Mapping[str, str] = {}
    removed: tuple[Path, ...] = ()
    """What is removed before each run."""

    output: Path | None = None
    """A file that takes standard output."""


class Sample(NamedTuple):
    """One run: seconds and MiB."""

    wall: float
    cpu: float
    """User and system, of the process and those that it waited for."""

    peak: float
    """Memory of the largest process."""


class RunError(Exception):
    """A process did not end as it should."""


def measure(command: Command, limit: float = 600.0) -> Sample:
    """Run a process to its end.

    Raises: RunError, where its exit code is not 0 or it takes longer than `limit` seconds.
    """
    for path in command.removed:
        shutil.rmtree(path, ignore_errors=True)
    # Without bytecode every start would compile the sources again, which no installed program does.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryFile() as errors, (command.output or Path(os.devnull)).open("wb") as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            command.arguments, cwd=command.directory, env=environment | dict(command.environment),
            stdin=subprocess.DEVNULL, stdout=output, stderr=errors, start_new_session=True,
        )  # fmt: skip
        watch = threading.Timer(limit, os.killpg, (process.pid, signal.SIGKILL))
        watch.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        watch.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        said = errors.read().decode(errors="replace").strip()
    if process.returncode:
        raise RunError(f"exit code {process.returncode} after {wall:.1f} s: {said[-300:]}")
    return Sample(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def middle(values: Sequence[float]) -> float:
    """The median."""
    return statistics.median(values)
