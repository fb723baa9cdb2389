"""What a format of plans gets to write, and the figures that all of them show in the same way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from compiler.planning.training.ranges import GIB, gib
from compiler.report.closing import plural

if TYPE_CHECKING:
    from compiler.planning.summary import PodSummary, Summary
    from compiler.planning.training.values import Memory, Range
    from compiler.report.base import Finding
    from compiler.report.plan.view import View

__all__ = [
    "GIB",
    "TOTAL",
    "Entry",
    "Page",
    "cores",
    "each_pod",
    "gib",
    "memory_rows",
    "pods",
    "refusal",
    "resources",
    "storage",
]

TOTAL = "all"


NAMED_IS_WRONG = "Something that it names is wrong."
"""What is told of a workload without a plan and without a finding of its own."""


class Entry(NamedTuple):
    """A workload on one of its clusters."""

    cluster: str
    workload: str
    """`support-bot/finetunes/tickets-lora`."""

    namespace: str
    view: View
    """How its kind of workload is told of."""

    summary: Summary | None
    """None where it has no plan."""

    findings: Sequence[Finding] = ()
    """What was found about it, in source order."""


class Page(NamedTuple):
    """The workloads, and what they are written on. It must come out the same for the same page."""

    entries: Sequence[Entry]
    """In the order of clusters, then of the specs."""

    width: int = 80
    """Columns that a line may have."""

    ascii: bool = False
    """Whether nothing else can be shown."""


def refusal(entry: Entry) -> tuple[str, str]:
    """Why a workload has no plan: code and sentence of its first error; without a code where it has none of its own."""
    found = [one.diagnostic for one in entry.findings]
    first = max(found, key=lambda one: one.level, default=None)
    return (first.code.id, first.wrong) if first is not None else ("", NAMED_IS_WRONG)


def pods(summary: Summary) -> Iterator[tuple[str, str]]:
    """For each role `Worker`, `2 pods, each with 8 cards, 64 cores and ...`; one role alone is `each pod`.

    Nothing where nothing is asked for.
    """
    if len(summary.pods) == 1:
        (only,) = summary.pods
        yield "each pod", resources(only)
        return
    for one in summary.pods:
        cards = [plural(one.cards, "card")] if one.cards else []
        asked = [*cards, *filter(None, [resources(one)])]
        number = plural(one.number, "pod")
        each = ", each" if one.number > 1 else ""
        yield one.role, f"{number}{each} with {', '.join(asked)}" if asked else number


def each_pod(summary: Summary) -> Iterator[tuple[str, str]]:
    """What one pod of each role asks for, where their number is told elsewhere: `each worker`, `8 cores and ...`."""
    for one in summary.pods:
        yield "each pod" if len(summary.pods) == 1 else f"each {one.role}", resources(one)


def resources(one: PodSummary) -> str:
    """`64 cores and 256Gi of main memory, 32Gi of it shared`; empty where nothing is asked for."""
    asked = [cores(one)] if one.cpu else []
    asked += [f"{one.memory} of main memory"] if one.memory else []
    if not one.shm:
        return " and ".join(asked)
    if one.memory:
        return f"{' and '.join(asked)}, {one.shm} of it shared"
    return " and ".join([*asked, f"{one.shm} of shared memory"])


def cores(one: PodSummary) -> str:
    """`1 core`, `64 cores`; empty where none are asked for."""
    return f"{one.cpu} {'core' if one.cpu == '1' else 'cores'}" if one.cpu else ""


def storage(summary: Summary) -> str:
    """`support-bot-tickets-lora 100Gi`, for each claim; empty where there is none."""
    return ", ".join(f"{claim} {size}" for claim, size in summary.storage)


def memory_rows(memory: Memory) -> list[tuple[str, Range]]:
    """Memory of one card by part, in bytes, and all of it in the last row."""
    return [*memory.parts.items(), (TOTAL, memory.total)]
