"""What commands ask of the pipeline, and what they get."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
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

    specs: frozenset[str] | None = None
    """The spec files to read, where that is not all of them."""

    units: frozenset[str] = frozenset()
    """Where only some specs are read: units whose storage is compared with the last commit."""

    comparing: bool = False
    """Whether the objects themselves are wanted, to be compared with others: nothing is compared with the last commit."""

    drafts: frozenset[str] = frozenset()
    """Spec files that are not read, as if they were not there."""

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

    inputs: Collection[str] = ()
    """Files of the repo that were read by their names, for what is written: specs, clusters, and what they name."""
