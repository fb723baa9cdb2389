"""Documents that are passed through, less what a server or a tool had written into them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compiler.emission.canonical import canonical_quantities, prune
from compiler.linking.labels import LAST_APPLIED
from compiler.lowering.metadata import KEEP, manifest
from compiler.manifest import Manifest
from compiler.planning.identity import Identity
from compiler.planning.plans import PassedPlan
from compiler.source.encrypted import is_encrypted

KEPT = ("Namespace", "PersistentVolume", "PersistentVolumeClaim")
"""Kinds that hold data, or all that is in them."""

SERVER_ANNOTATIONS = ("pv.kubernetes.io/bind-completed", "pv.kubernetes.io/bound-by-controller",
                      "volume.kubernetes.io/selected-node")  # fmt: skip
"""What the volume controller notes: on another cluster, a claim that says it is bound is taken for lost."""

SERVER_FIELDS = ("creationTimestamp", "deletionTimestamp", "generation", "managedFields", "ownerReferences",
                 "resourceVersion", "selfLink", "uid")  # fmt: skip


def passed(plan: PassedPlan) -> Manifest:
    """The document as an object that a controller can apply."""
    document = plan.document.value
    body = _sealed(document) if is_encrypted(document) else _cleaned(plan)
    names = body["metadata"]
    identity = Identity(
        str(names["name"]),
        names.get("namespace"),
        plan.unit,
        plan.document.at(),
        places={
            "size": plan.document.at("spec", "resources", "requests", "storage"),
            "class": plan.document.at("spec", "storageClassName"),
            "modes": plan.document.at("spec", "accessModes"),
        },
    )
    return manifest(body, identity)


def _sealed(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document that SOPS has encrypted: to the letter, since its checksum covers every value in its order."""
    return dict(document)


def _cleaned(plan: PassedPlan) -> dict[str, Any]:
    document = plan.document.value
    body: dict[str, Any] = {"apiVersion": document["apiVersion"], "kind": document["kind"]}
    body["metadata"] = _metadata(plan)
    body |= {key: value for key, value in document.items() if key not in {*body, "status"}}
    return canonical_quantities(prune(body))


def _metadata(plan: PassedPlan) -> dict[str, Any]:
    given = dict(plan.document.value["metadata"])
    labels = {**(given.pop("labels", None) or {}), **plan.labels}
    annotations = {
        key: value
        for key, value in (given.pop("annotations", None) or {}).items()
        if key != LAST_APPLIED and key not in SERVER_ANNOTATIONS
    }
    if plan.document.kind in KEPT:
        annotations |= KEEP
    ordered = {key: given.pop(key) for key in ("name", "namespace") if key in given}
    if labels:
        ordered["labels"] = dict(sorted(labels.items()))
    if annotations:
        ordered["annotations"] = dict(sorted(annotations.items()))
    return ordered | {key: value for key, value in given.items() if key not in SERVER_FIELDS}


LOWERING = (PassedPlan, passed)
