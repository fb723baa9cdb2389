"""What commands ask of the pipeline, and what they get."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from compiler.diagnostics import Diagnostic


class Request(NamedTuple):
    """What a command asks for."""

    root: Path
    clusters: tuple[str, ...] = ()
    """Clusters to compile; empty is all."""

    output: str | None = None
    """Where to write, from the root or absolute; None is where the settings say."""

    jobs: int = 1
    """Processes to use: clusters are compiled side by side."""

    paths: tuple[str, ...] = ()
    """Files whose findings are wanted; empty is all."""

    progress: Callable[[str], None] | None = None
    """Told what is being done."""

    def tell(self, doing: str) -> None:
        """Say what is being done."""
        if self.progress is not None:
            self.progress(doing)


class Outcome(NamedTuple):
    """What came of a request."""

    found: Sequence[Diagnostic]
    read: Callable[[str], str | None]
    """The text of a file of the repo, for excerpts."""

    clusters: tuple[str, ...] = ()
    objects: Mapping[str, int] = {}
    """Objects by kind."""

    written: int = 0
    unchanged: int = 0
    removed: int = 0
    stale: str = ""
    """Difference between the tree and what would be written; empty where there is none."""

    lock_written: bool = False
    """Whether the lock file was changed."""

    unchecked: Mapping[str, int] = {}
    """Objects without a schema, by apiVersion and kind."""
