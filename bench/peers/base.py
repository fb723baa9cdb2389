"""What a peer's module has: `prepare(folder, inputs)` writes its program, `command(folder)` runs it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple, Protocol

from bench.inputs import Inputs
from bench.timing import Command


class Made(NamedTuple):
    """A program that is ready to run."""

    command: Command
    result: Path
    """A file, or a directory with files, of YAML."""


class Peer(Protocol):
    """A module of this package."""

    ENVIRONMENT: str
    """What has to be installed, as `bench.setup` calls it."""

    def prepare(self, folder: Path, inputs: Inputs) -> Made:
        """Write what the peer reads into an empty folder."""
        ...
