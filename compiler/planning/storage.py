"""Storage of artifacts: which claim holds the data, what is made for it, and which volume stands behind it."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

from compiler.diagnostics import Staged
from compiler.emission.canonical import canonical_quantities
from compiler.emission.quantities import quantity_bytes
from compiler.linking.artifact import Artifact
from compiler.linking.program import Program
from compiler.planning.identity import Identity
from compiler.planning.plans import Plan
from compiler.source.document import Origin
from compiler.sources.base import Placement


class Storage(NamedTuple):
    """An artifact's place: the claim to mount, and the objects that have to be made."""

    claim: str
    namespace: str
    sub_path: str = ""
    plans: tuple[Plan, ...] = ()
    claim_labels: Mapping[str, str] = {}
    """Labels to add to a claim that a document describes."""


Place = Callable[[Artifact, Program], Staged[Storage | None]]


@cache
def _placements() -> Mapping[Placement, Place]:
    package = import_module("compiler.planning.placements")
    modules = [import_module(f"{package.__name__}.{one.name}") for one in pkgutil.iter_modules(package.__path__)]
    return {module.PLACEMENT: module.place for module in modules if hasattr(module, "PLACEMENT")}


def place(artifact: Artifact, program: Program) -> Staged[Storage | None]:
    """Where an artifact's data lies, and what has to be made for that."""
    return _placements()[artifact.source.type.placement](artifact, program)


def claim_identity(artifact: Artifact) -> Identity:
    """The identity of an artifact's own claim."""
    return Identity(
        artifact.names.claim,
        artifact.namespace,
        artifact.unit,
        artifact.origin,
        artifact.labels,
        artifact.annotations,
        claim_places(artifact),
    )


def claim_places(artifact: Artifact) -> dict[str, Origin]:
    """Where a spec says what its claim asks for."""
    document = artifact.origin.document
    if artifact.foreign:
        below = document.at("spec", "volumeClaimTemplate", "spec")
        size = below.child("resources", "requests", "storage")
        return {
            "size": size,
            "class": below.child("storageClassName"),
            "modes": below.child("accessModes"),
            "path": document.at("spec", "mountOptions", "path"),
            "source": artifact.source_at,
        }
    volume = artifact.origin._replace(key=False).child("volume")
    return {
        "size": volume.child("size"),
        "class": volume.child("class"),
        "modes": volume.child("accessModes"),
        "path": artifact.origin._replace(key=False).child("mount", "path"),
        "source": artifact.source_at,
    }


def claim_spec(
    artifact: Artifact, *, size: str, access_modes: tuple[str, ...], storage_class: str | None, volume: str | None
) -> dict[str, Any]:
    """A claim's spec: the template's fields, and what it leaves open filled in. Fields are sorted."""
    spec = dict(artifact.wanted.template or {})
    spec["accessModes"] = spec.get("accessModes") or list(access_modes)
    resources = dict(spec.get("resources") or {})
    requests = dict(resources.get("requests") or {})
    if _is_zero(requests.get("storage")):
        requests["storage"] = size
    spec["resources"] = {**resources, "requests": requests}
    spec["volumeMode"] = spec.get("volumeMode") or "Filesystem"
    if storage_class is not None:
        spec["storageClassName"] = storage_class
    if volume is not None:
        spec["volumeName"] = volume
    return dict(sorted(canonical_quantities(spec).items()))


def _is_zero(amount: Any) -> bool:
    """Whether a template leaves the size open. What is no quantity is left to the schema, which says where."""
    try:
        return amount is None or quantity_bytes(str(amount)) == 0
    except ValueError:
        return False
