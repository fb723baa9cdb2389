"""Fine-tunings, and jobs whose own program decides how they train."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from compiler.explaining import Aspect
from compiler.linking.workload import Finetune, TrainingJob
from compiler.report.closing import plural
from compiler.report.plan.base import GIB, gib, pods, storage
from compiler.report.plan.hyperparameters import deepspeed, hyperparameters
from compiler.report.plan.sections import memory_section, pods_section, storage_section
from compiler.report.plan.view import LIMIT, Limit, Rows, Table, View

if TYPE_CHECKING:
    from compiler.planning.summary import Summary
    from compiler.planning.training.values import TrainingPlan

ASPECTS: Mapping[str, Aspect] = MappingProxyType({
    "accelerator": Aspect(frozenset({"accelerator"})),
    "precision": Aspect(frozenset({"precision"}), ("precision",)),
    "trained": Aspect(frozenset({"trained"})),
    "deepspeed": Aspect(
        frozenset({"precision", "strategy", "batch"}),
        ("global_batch_size", "micro_batch_size", "max_grad_norm", "optimizer", "precision"),
        frozenset({"deepspeed"}),
        inner=True,
    ),
    "batch": Aspect(frozenset({"batch"}), ("global_batch_size", "micro_batch_size")),
    "memory": Aspect(
        frozenset({"strategy", "batch", "memory", "pod"}),
        ("sequence_length", "micro_batch_size", "gradient_checkpointing", "optimizer"),
        frozenset({"memory"}),
    ),
    "pod": Aspect(frozenset({"pod"}), parts=frozenset({"pods"})),
    "hyperparameters": Aspect(inner=True),
    "storage": Aspect(parts=frozenset({"storage"})),
})  # fmt: skip


def accelerators(summary: Summary) -> str:
    """`16 x a100-80gb, 2 nodes with 8 each`; for a job without any, its pods."""
    noun = plural(summary.nodes, "node" if summary.plan is not None else "pod")
    if not summary.cards:
        return f"none, {noun}"
    each = ""
    if summary.nodes > 1:
        each = f" with {max(one.cards for one in summary.pods)} each"
    return f"{summary.cards} x {summary.accelerator}, {noun}{each}"


def strategy(plan: TrainingPlan) -> str:
    """`zero2`, or that there is no DeepSpeed; and the precision."""
    used = plan.strategy if plan.deepspeed is not None else "without DeepSpeed"
    return f"{used}, {plan.precision}"


def batch(plan: TrainingPlan) -> str:
    """`64 = 4 x 2 steps x 8`: sequences of an optimizer step, of a card at once, and processes."""
    return f"{plan.global_batch} = {plan.micro_batch} x {plural(plan.accumulation, 'step')} x {plan.world}"


def rows(summary: Summary) -> Rows:
    """What was decided, a line a subject."""
    plan = summary.plan
    yield "accelerators", accelerators(summary)
    if plan is not None:
        yield "strategy", strategy(plan)
        yield "batch", batch(plan)
        yield "trained", f"{plan.trainable:,} parameters"
    yield from pods(summary)
    yield "storage", storage(summary)


def cells(summary: Summary) -> Iterator[str]:
    """The same, as the cells of a row."""
    plan = summary.plan
    yield accelerators(summary)
    yield strategy(plan) if plan else ""
    yield batch(plan) if plan else ""
    yield fit(plan) if plan else ""
    yield "; ".join(asked if len(summary.pods) == 1 else f"{role}: {asked}" for role, asked in pods(summary))
    yield storage(summary)


def fit(plan: TrainingPlan) -> str:
    """`49.2 to 65.1 of 80.0`."""
    total = plan.memory.total
    return f"{gib(total.low)} to {gib(total.high)} of {gib(plan.memory.card)}"


def table(summary: Summary) -> Table | None:
    """Memory against what a card has."""
    if summary.plan is None:
        return None
    memory = summary.plan.memory
    return Table(memory, (Limit(LIMIT, memory.card),), memory.card)


def fields(summary: Summary | None) -> dict[str, Any]:
    """What is decided about a training."""
    plan = summary.plan if summary is not None else None
    return {
        "strategy": plan and plan.strategy,
        "microBatch": plan and plan.micro_batch,
        "accumulation": plan and plan.accumulation,
        "globalBatch": plan and plan.global_batch,
        "precision": plan and plan.precision,
        "trainable": plan and plan.trainable,
        "hostMemoryGiB": plan and round(plan.memory.host / GIB, 2),
    }


VIEW = View(
    workloads=(Finetune, TrainingJob),
    aspects=ASPECTS,
    rows=rows,
    head=("Accelerators", "Strategy", "Batch", "GiB a card", "Each pod", "Storage"),
    cells=cells,
    fields=fields,
    nothing="Nothing is decided about that: the program that the job runs does.",
    always=(hyperparameters,),
    sections={
        "memory": memory_section,
        "pods": pods_section,
        "storage": storage_section,
        "deepspeed": deepspeed,
    },
    apart=frozenset({"deepspeed"}),
    table=table,
)
