"""Runs whole processes and measures them: wall time, processor time, peak memory of the largest process."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple


class Command(NamedTuple):
    """A process to run, and what is removed before each run."""

    arguments: Sequence[str]
    directory: Path
    environment: Mapping[str, str] = {}
    removed: tuple[Path, ...] = ()
    expected: tuple[int, ...] = (0,)
    """Exit codes that are right."""


class Sample(NamedTuple):
    """One run."""

    wall: float
    cpu: float
    """User and system, of all its processes."""

    peak: float
    """MiB, of the largest process."""


class Failed(Exception):
    """A process did not end as it should."""


def measure(command: Command, limit: float = 600.0) -> Sample:
    """Run a process to its end.

    Raises: Failed, where it ends with another code or takes longer than `limit` seconds.
    """
    for path in command.removed:
        shutil.rmtree(path, ignore_errors=True)
    environment = {**os.environ, **command.environment}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    start = time.perf_counter()
    with subprocess.Popen(
        command.arguments,
        cwd=command.directory,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        status, usage = _wait(process, limit)
        wall = time.perf_counter() - start
        said = process.stderr.read().decode(errors="replace") if process.stderr else ""
    if status not in command.expected:
        raise Failed(f"exit code {status}: {said.strip()[-300:]}")
    return Sample(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def _wait(process: subprocess.Popen[bytes], limit: float) -> tuple[int, os.struct_rusage]:  # type: ignore[name-defined]
    import resource  # noqa: F401
    raise NotImplementedError


def median(values: Sequence[float]) -> float:
    """The middle of the values."""
    return statistics.median(values)
