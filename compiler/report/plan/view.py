"""What a kind of workload offers to be told of: the formats and explanations ask nothing else of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from compiler.explaining import EVERYTHING, Aspect

if TYPE_CHECKING:
    from compiler.explaining import Target
    from compiler.linking.workload import Workload
    from compiler.planning.summary import Summary
    from compiler.planning.training.values import Memory

THE_CARD = "the card"
LIMIT = f"{THE_CARD} has"


class Limit(NamedTuple):
    """An amount that memory is held against."""

    label: str
    size: int
    """In bytes."""

    note: str = ""


class Table(NamedTuple):
    """Memory of one card by part, and what it is held against."""

    memory: Memory
    limits: tuple[Limit, ...]
    edge: int
    """Bytes at which a bar has its edge."""

    edge_of: str = THE_CARD
    """What ends there."""


Rows = Iterator[tuple[str, str]]


class Paper(NamedTuple):
    """What an explanation is written on."""

    width: int = 80
    """Columns that a line may have."""

    ascii: bool = False
    """Whether nothing else can be shown."""

    prefix: str = ""
    """What stands before the name of a file of the repo."""


class Question(NamedTuple):
    """What is to be explained, with everything that is known about it."""

    workload: Workload
    summary: Summary
    view: View
    target: Target
    aspect: Aspect

    def asks(self, part: str) -> bool:
        """Whether a part of the aspect is asked for, or everything."""
        return self.aspect is EVERYTHING or part in self.aspect.parts


Section = Callable[[Question, Paper], Iterator[str]]
"""A part of an explanation, in lines."""


@dataclass(frozen=True, eq=False)
class View:
    """How workloads of some types are told of. A module of `compiler.report.plan.views` has one, `VIEW`."""

    workloads: tuple[type, ...]
    """Their types."""

    aspects: Mapping[str, Aspect]
    """What of one can be asked for by itself."""

    rows: Callable[[Summary], Rows]
    """What was decided, a line a subject: its label, and text."""

    head: tuple[str, ...]
    """Columns of a table of such workloads, behind workload and cluster."""

    cells: Callable[[Summary], Iterator[str]]
    """The cells of these columns."""

    fields: Callable[[Summary | None], dict[str, Any]]
    """Fields of its own in JSON. Every workload has them: of one of another kind, and without a plan, they are null."""

    nothing: str
    """What is said where nothing is decided about what was asked."""

    always: tuple[Section, ...] = ()
    """Sections of an explanation that choose by themselves what of them is about the aspect."""

    sections: Mapping[str, Section] = field(default_factory=dict)
    """Sections by the part of an aspect that asks for them, in their order."""

    apart: frozenset[str] = frozenset()
    """Sections that are long, and shown only where they are asked for."""

    table: Callable[[Summary], Table | None] = lambda _: None
    """Memory of one card; None where nothing is known of it."""
