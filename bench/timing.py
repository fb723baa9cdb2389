"""Runs whole processes and measures them."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

LAUNCHER = Path(__file__).with_name("launcher.py")


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
    user: float
    """Of the process and those that it waited for, as the next one."""

    system: float

    peak: float
    """Memory of the largest process."""

    @property
    def cpu(self) -> float:
        """Processor time."""
        return self.user + self.system


class RunError(Exception):
    """A process did not end as it should."""


def measure(command: Command, limit: int = 600) -> Sample:
    """Run a process to its end.

    Raises: RunError, where its exit code is not 0 or it takes longer than `limit` seconds.
    """
    for path in command.removed:
        shutil.rmtree(path, ignore_errors=True)
    # Without bytecode every start would compile the sources again, which no installed program does.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory() as place, (command.output or Path(os.devnull)).open("wb") as output:
        report, errors = Path(place, "report"), Path(place, "errors")
        with errors.open("wb") as said:
            subprocess.run(
                [sys.executable, "-I", "-S", LAUNCHER, report, str(limit), *command.arguments],
                cwd=command.directory, env=environment | dict(command.environment),
                stdin=subprocess.DEVNULL, stdout=output, stderr=said, check=True,
            )  # fmt: skip
        code, wall, user, system, peak = (float(one) for one in report.read_text().split())
        why = errors.read_text(errors="replace").strip()[-300:]
    if code:
        raise RunError(f"exit code {code:.0f} after {wall:.1f} s: {why}")
    return Sample(wall, user, system, peak / 1024)


def middle(values: Sequence[float]) -> float:
    """The median."""
    return statistics.median(values)
