"""What all workloads of a cluster ask for together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from compiler.diagnostics import Diagnostic
from compiler.linking.accelerators import resolve
from compiler.linking.program import Program
from compiler.linking.workload import Finetune, Workload
from compiler.planning.frameworks import accelerated
from compiler.planning.job_problems import beyond_without_queue


def check_demand(program: Program) -> Iterator[Diagnostic]:
    """More cards than the cluster has, where nothing queues: some pods would hold cards and wait for others."""
    profile = program.profile
    if profile.queue is not None:
        return
    asked: Counter[str] = Counter()
    for workload in program.workloads:
        if workload.accelerator is not None:
            asked[workload.accelerator] += _cards(workload)
    pools: Counter[str] = Counter()
    for wanted, cards in sorted(asked.items()):
        found = resolve(program.library, profile, wanted, profile.document.at()).value
        if found is not None and found.pool.card.resource is not None:
            pools[found.id] += cards
    for name, cards in pools.items():
        there = profile.accelerators[name].count
        if cards > there:
            at = profile.document.at("spec", "accelerators", name, "count")
            yield beyond_without_queue(at, cards, there, name)


def _cards(workload: Workload) -> int:
    if isinstance(workload, Finetune):
        return workload.cards
    return workload.cards * accelerated(workload.framework, workload.replicas)
