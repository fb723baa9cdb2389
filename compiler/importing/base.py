"""What an import of a kind is, and what it gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from compiler.dialects.base import Read
    from compiler.importing.compiling import OnCluster
    from compiler.importing.names import Names
    from compiler.source.document import Document

SECTIONS = (
    "datasets", "models", "hyperparameters", "finetunes", "experiments", "jobs", "services", "comparisons", "evaluations",
    "workspaces",
)  # fmt: skip
"""The sections of a Project, in the order in which people write them."""


class Entry(NamedTuple):
    """An entry of a Project, as people write it: plain values, defaults left out."""

    section: str
    name: str
    value: Mapping[str, Any]
    document: Document
    """What it was made from."""


class Taken(NamedTuple):
    """What a document becomes in a Project."""

    entries: tuple[Entry, ...]
    keeps: tuple[str, ...] = ()
    """Claims of the document that the entries go on with. Those without a document of their own get one."""


class Stays(NamedTuple):
    """Why a document stays as it is."""

    why: str
    meant: bool = False
    """Whether no Project says anything like it, so that nothing is missing."""


class Taking(NamedTuple):
    """A document that is to become entries, with what is around it."""

    document: Document
    reads: tuple[Read, ...]
    """What it becomes on the first cluster, as its dialect reads it."""

    side: OnCluster
    """That cluster, with everything that is imported."""

    names: Names
    keep: bool = False
    """Whether claims that are there are used, where data would be loaded again."""


Import: TypeAlias = Callable[[Taking], "Taken | Stays"]
"""How a kind becomes entries."""
