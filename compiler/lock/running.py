"""Programs that `hydra lock` asks: argument lists, no terminal, and an end in time."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple


class Ended(NamedTuple):
    """How a program ended."""

    code: int
    output: str
    errors: str


class MissingError(Exception):
    """There is no such program."""


class SlowError(Exception):
    """A program did not end in time, and was ended."""


def run(command: Sequence[str], environment: Mapping[str, str], seconds: float, given: str = "") -> Ended:
    """Run a program with something to read. No shell is in between, and there is no terminal to ask a question on.

    Raises: MissingError; SlowError, after all that the program started was ended as well.
    """
    import subprocess

    try:
        process = subprocess.Popen(  # noqa: S603 - an argument list, of which no part is an option that a spec says
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError:
        raise MissingError from None
    with process:
        try:
            output, errors = process.communicate(given.encode(), timeout=seconds)
        except BaseException as error:
            _end(process.pid)
            process.kill()
            if isinstance(error, subprocess.TimeoutExpired):
                raise SlowError from None
            raise
    return Ended(process.returncode, output.decode(errors="replace"), errors.decode(errors="replace"))


def _end(group: int) -> None:
    """End a program and what it started: git waits for nobody, its ssh would."""
    with suppress(OSError, AttributeError):
        os.killpg(group, signal.SIGKILL)
