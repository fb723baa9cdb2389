"""What holds for a run of the command as a whole."""

from __future__ import annotations

import time

import click


class Settings:
    """Set on the group, before the command's own options."""

    __slots__ = ("debug", "started")

    def __init__(self) -> None:
        self.debug = False
        self.started = time.monotonic()

    @property
    def seconds(self) -> float:
        """Time since the command started, in seconds."""
        return time.monotonic() - self.started


def settings() -> Settings:
    """The settings of the command that runs."""
    return click.get_current_context().ensure_object(Settings)
