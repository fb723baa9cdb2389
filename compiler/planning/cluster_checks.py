"""What holds for a cluster as a whole: its accelerators are known, and enough for what is asked together."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.diagnostics import Diagnostic
from compiler.linking.accelerators import check_pools
from compiler.linking.program import Program
from compiler.linking.workload import Workload
from compiler.planning.demand import demand
from compiler.planning.finetuning.problems import evicted_at_the_gate
from compiler.planning.job_problems import beyond_without_queue
from compiler.planning.pod_parts import gate_seconds
from compiler.planning.whereabouts import whereabouts
from compiler.planning.working import cards_of
from compiler.spec.durations import seconds

UNQUEUED = frozenset({"service", "predictor", "comparison"})
"""What no queue admits: it runs for as long as it is there, or asks for no card."""


def check_cluster(program: Program) -> Iterator[Diagnostic]:
    """Findings about the cluster, where anything runs on it."""
    if program.workloads:
        yield from check_pools(program.library, program.profile)
        yield from check_demand(program)
        yield from check_queue(program)
    if any(getattr(one, "expose", None) is not None for one in program.workloads):
        from compiler.planning.serving.addresses import check_addresses

        yield from check_addresses(program)


def check_queue(program: Program) -> Iterator[Diagnostic]:
    """A queue that gives up before the gates do."""
    profile, queue = program.profile, program.profile.queue
    if queue is None or queue.kind != "kueue" or queue.pods_ready_timeout is None:
        return
    ready = seconds(queue.pods_ready_timeout)
    waits = [gate_seconds(profile, one.deadline_seconds) for one in program.workloads if _waits(program, one)]
    longest = max(waits, default=0)
    if ready < longest:
        yield evicted_at_the_gate(profile.document.at("spec", "queue", "podsReadyTimeout"), ready, longest)


def _waits(program: Program, workload: Workload) -> bool:
    """Whether the queue admits a workload, which then waits for data that somebody makes."""
    if workload.component in UNQUEUED or not cards_of(workload, program)[1]:
        return False
    targets = (program.links.get((workload.of, one.role)) for one in workload.references)
    places = [whereabouts(target, program) for target in targets if target is not None]
    return any(place is not None and place.marker is not None for place in places)


def check_demand(program: Program) -> Iterator[Diagnostic]:
    """More cards than the cluster has, where nothing queues: some pods would hold cards and wait for others."""
    profile = program.profile
    if profile.queue is not None:
        return
    for name, cards in demand(program).items():
        there = profile.accelerators[name].count
        if cards > there:
            at = profile.document.at("spec", "accelerators", name, "count")
            yield beyond_without_queue(at, cards, there, name)
