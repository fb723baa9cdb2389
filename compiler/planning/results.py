"""Claims for results: storage as that of data which people put there themselves."""

from __future__ import annotations

from typing import NamedTuple

from compiler.diagnostics import Staged
from compiler.emission.naming import object_name
from compiler.linking.artifact import Artifact, Names, Wanted
from compiler.linking.program import Program
from compiler.linking.workload import Workload
from compiler.planning.plans import ClaimPlan, Plan
from compiler.planning.storage import place
from compiler.source.document import Origin
from compiler.sources.base import Source
from compiler.sources.manual import SOURCE


class ResultClaim(NamedTuple):
    """A claim that a workload writes to."""

    name: str
    size: str
    storage_class: str | None
    access_modes: tuple[str, ...] | None
    at: Origin
    """Where `size`, `class` and `accessModes` were said, or would be."""


def result_plans(workload: Workload, claim: ResultClaim, program: Program) -> Staged[tuple[Plan, ...]]:
    """The claim, and the volume and directory where Hydra places volumes itself. Nothing where a document of the repo
    describes the claim: it is used as it is."""
    placed = place(_as_artifact(workload, claim), program)
    if placed.value is None:
        return Staged((), placed.found)
    places = {
        "size": claim.at.child("size"),
        "class": claim.at.child("class"),
        "modes": claim.at.child("accessModes"),
    }
    plans = tuple(
        one._replace(identity=one.identity._replace(places=places)) if isinstance(one, ClaimPlan) else one
        for one in placed.value.plans
    )
    return Staged(plans, placed.found)


def size_of(plans: tuple[Plan, ...], claim: ResultClaim) -> str:
    """The size that the claim asks for."""
    made = (one for one in plans if isinstance(one, ClaimPlan) and one.identity.name == claim.name)
    return next((str(one.spec["resources"]["requests"]["storage"]) for one in made), claim.size)


def _as_artifact(workload: Workload, claim: ResultClaim) -> Artifact:
    volume = object_name([workload.namespace, claim.name])
    return Artifact(
        key=(workload.key[0], f"{workload.key[1]}#{claim.name}"),
        of=workload.of,
        component=workload.component,
        unit=workload.unit,
        namespace=workload.namespace,
        origin=workload.origin,
        names=Names(claim=claim.name, volume=volume, clone=volume, clone_hash="", job=claim.name, files=claim.name),
        labels=workload.labels,
        annotations=workload.annotations,
        source=Source(SOURCE, "manual://"),
        source_at=claim.at,
        mount=workload.mount,
        wanted=Wanted(claim.size, claim.storage_class, claim.access_modes),
    )
