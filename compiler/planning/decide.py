"""From a linked program to plans."""

from __future__ import annotations

from collections.abc import Iterable

from compiler.diagnostics import Diagnostic, Staged
from compiler.linking.program import Program
from compiler.planning.plans import PassedPlan, Plan
from compiler.planning.preload import plan_preload
from compiler.planning.storage import place


def decide(program: Program) -> Staged[list[Plan]]:
    """Every decision for one cluster: storage, preloads, what is passed through.

    One artifact that cannot be placed is left out with its diagnostics; a claim that several references share is made
    once.
    """
    plans: list[Plan] = []
    found: list[Diagnostic] = []
    claim_labels: dict[tuple[str, str], dict[str, str]] = {}
    clones: set[tuple[str, str]] = set()
    for artifact in program.artifacts:
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
    plans += _passed(program, claim_labels)
    return Staged(plans, found)


def _passed(program: Program, claim_labels: dict[tuple[str, str], dict[str, str]]) -> Iterable[Plan]:
    for passed in program.passed:
        is_claim = program.claims.get((passed.namespace or "", passed.name)) is passed
        labels = claim_labels.get((passed.namespace or "", passed.name), {}) if is_claim else {}
        yield PassedPlan(passed.document, passed.unit, labels)
