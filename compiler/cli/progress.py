"""The line that says what a long run is doing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from typing import TextIO

from compiler.cli.settings import Settings
from compiler.report.printable import printable

AFTER = 1.0
"""Seconds that a run may take without a word."""
EVERY = 0.1
"""Seconds between two changes of the line."""
CLEAR = "\r\x1b[K"


class Progress:
    """Called with what is being done; shows it on a terminal, and takes it away at the end.

    There is no thread: a stage that calls seldom is shown seldom.
    """

    def __init__(self, stream: TextIO, settings: Settings, *, quiet: bool) -> None:
        self.stream = stream
        self.settings = settings
        self.next = AFTER if not quiet and moves(stream, os.environ) else float("inf")
        self.shown = False

    def __call__(self, doing: str) -> None:
        """Show what is being done, if it is time to."""
        now = self.settings.seconds
        if now < self.next:
            return
        self.next = now + EVERY
        self.shown = True
        line = f"{now:.0f} s  {printable(doing)}"
        self.stream.write(CLEAR + line[: shutil.get_terminal_size().columns - 1])
        self.stream.flush()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self.shown:
            self.stream.write(CLEAR)
            self.stream.flush()


def moves(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether a line can be written over on this stream."""
    return stream.isatty() and environment.get("TERM") != "dumb"
