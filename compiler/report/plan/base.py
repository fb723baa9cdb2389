"""What a format of plans gets to write, and the figures that all of them show in the same way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from compiler.planning.training.ranges import GIB, gib
from compiler.report.closing import plural

if TYPE_CHECKING:
    from compiler.planning.summary import Summary
    from compiler.planning.training.values import Range, TrainingPlan

__all__ = [
    "GIB",
    "LIMIT",
    "TOTAL",
    "Page",
    "accelerators",
    "batch",
    "gib",
    "memory_rows",
    "pod",
    "storage",
    "strategy",
]

LIMIT = "the card has"
TOTAL = "all"


class Page(NamedTuple):
    """The plans, and what they are written on. It must come out the same for the same page."""

    plans: Sequence[tuple[str, Summary]]
    """Cluster and workload."""

    width: int = 80
    """Columns that a line may have."""

    ascii: bool = False
    """Whether nothing else can be shown."""


def accelerators(summary: Summary) -> str:
    """`16 x a100-80gb, 2 nodes with 8 each`; for a job without any, its pods."""
    plan = summary.plan
    if summary.accelerator is None or not summary.cards:
        return f"none, {plural(summary.nodes, 'pod')}"
    each = f" with {plan.per_node} each" if plan is not None and plan.nodes > 1 else ""
    noun = "node" if plan is not None else "pod"
    return f"{summary.cards} x {summary.accelerator}, {plural(summary.nodes, noun)}{each}"


def strategy(plan: TrainingPlan) -> str:
    """`zero2`, or that there is no DeepSpeed."""
    return plan.strategy if plan.deepspeed is not None else "without DeepSpeed"


def batch(plan: TrainingPlan) -> str:
    """`64 = 4 x 2 steps x 8`: sequences of an optimizer step, of a card at once, and processes."""
    return f"{plan.global_batch} = {plan.micro_batch} x {plural(plan.accumulation, 'step')} x {plan.world}"


def pod(summary: Summary) -> str:
    """`64 cores and 256Gi of main memory, 32Gi of it shared`; empty where nothing is asked for."""
    asked = [f"{summary.cpu} {'core' if summary.cpu == '1' else 'cores'}"] if summary.cpu else []
    asked += [f"{summary.memory} of main memory"] if summary.memory else []
    shared = f", {summary.plan.shm // GIB}Gi of it shared" if summary.plan is not None and summary.plan.shm else ""
    return " and ".join(asked) + shared


def storage(summary: Summary) -> str:
    """`support-bot-tickets-lora 100Gi`, for each claim; empty where there is none."""
    return ", ".join(f"{claim} {size}" for claim, size in summary.storage)


def memory_rows(plan: TrainingPlan) -> list[tuple[str, Range]]:
    """Memory of one card by part, in bytes, and all of it in the last row."""
    return [*plan.memory.parts.items(), (TOTAL, plan.memory.total)]
