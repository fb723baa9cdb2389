"""From a linked program to plans."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from compiler.diagnostics import Diagnostic, Staged
from compiler.dialects.base import Passed
from compiler.linking.artifact import Artifact
from compiler.linking.program import Program
from compiler.linking.workload import Workload
from compiler.planning.plans import PassedPlan, Plan
from compiler.planning.preload import plan_preload
from compiler.planning.storage import place
from compiler.sources.base import Placement

LEAST = 400
"""Artifacts of a cluster from which on it is worth splitting: a process costs about as much as a hundred."""


WEIGHT = 3
"""Artifacts that cost as much as one workload."""


class Share(NamedTuple):
    """A part of a program that can be planned by itself."""

    artifacts: Sequence[Artifact]
    passed: Sequence[Passed]
    workloads: Sequence[Workload]
    first: bool
    """Whether what there is once a cluster belongs to this share."""


def shares(program: Program, most: int) -> list[Share]:
    """The program in up to so many shares. What looks at other artifacts, or is looked at, is in the first one."""
    if most < 2 or len(program.artifacts) + WEIGHT * len(program.workloads) < LEAST:
        return [Share(program.artifacts, program.passed, program.workloads, first=True)]
    # A project with patches is patched as a whole.
    whole = {one.unit for one in program.patches}
    apart = [one for one in program.artifacts if _stands_alone(one) and one.unit not in whole]
    together = [one for one in program.artifacts if not _stands_alone(one) or one.unit in whole]
    size = max(1, -(-len(program.artifacts) // most))
    head = max(0, size - len(together))
    rest = [apart[start : start + size] for start in range(head, len(apart), size)]
    parts = max(most, len(rest) + 1)
    rest += [[] for _ in range(parts - 1 - len(rest))]
    scattered = [one for one in program.workloads if one.unit not in whole]
    works = [scattered[start::parts] for start in range(parts)]
    kept = [one for one in program.workloads if one.unit in whole]
    first = Share([*together, *apart[:head]], program.passed, [*works[0], *kept], first=True)
    return [first, *(Share(one, (), work, first=False) for one, work in zip(rest, works[1:], strict=True))]


def _stands_alone(artifact: Artifact) -> bool:
    """Whether an artifact is loaded onto a claim of its own."""
    placed = artifact.source.type.placement in {Placement.LOADED, Placement.EMPTY}
    return placed and artifact.claim_reference is None and not artifact.foreign


def decide(program: Program, share: Share) -> Staged[list[Plan]]:
    """Every decision for a share of a cluster: storage, preloads, workloads, what is passed through.

    One artifact that cannot be placed is left out with its diagnostics; a claim that several references share is made
    once.
    """
    plans: list[Plan] = []
    found: list[Diagnostic] = []
    claim_labels: dict[tuple[str, str], dict[str, str]] = {}
    clones: set[tuple[str, str]] = set()
    for artifact in share.artifacts:
        storage = place(artifact, program)
        found += storage.found
        if storage.value is None:
            continue
        place_key = (storage.value.namespace, storage.value.claim)
        if artifact.of in program.targets and not artifact.foreign:
            if place_key in clones:
                continue
            clones.add(place_key)
        plans += storage.value.plans
        claim_labels.setdefault(place_key, {}).update(storage.value.claim_labels)
        preload = plan_preload(artifact, program, storage.value)
        found += preload.found
        plans += preload.value
    if program.workloads:
        planned = _workloads(program, share)
        found += planned.found
        plans += planned.value
    plans += _passed(program, share, claim_labels)
    return Staged(plans, found)


def _workloads(program: Program, share: Share) -> Staged[list[Plan]]:
    # Imported here, since a repo without workloads needs nothing of it.
    from compiler.planning.cluster_checks import check_cluster
    from compiler.planning.working import plan_workload

    planned = [plan_workload(one, program) for one in share.workloads]
    found = [finding for one in planned for finding in one.found]
    if share.first:
        found += check_cluster(program)
    return Staged([plan for one in planned for plan in one.value.plans], found)


def _passed(program: Program, share: Share, claim_labels: dict[tuple[str, str], dict[str, str]]) -> Iterable[Plan]:
    for passed in share.passed:
        is_claim = program.claims.get((passed.namespace or "", passed.name)) is passed
        labels = claim_labels.get((passed.namespace or "", passed.name), {}) if is_claim else {}
        yield PassedPlan(passed.document, passed.unit, labels)
