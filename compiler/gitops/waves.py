"""Sync waves of Argo CD, where a cluster asks for them: preloads and what they need come before everything else.

Only objects whose annotations end at the object carry one: KServe copies those of an InferenceService into pods, and a
wave would roll them. What consumes is therefore left where it is, in wave 0, and what produces is put before it.
Source: Argo CD, "Sync Phases and Waves".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from compiler.manifest import Manifest
from compiler.planning.plans import DirectoryPlan, Plan, PreloadPlan

WAVE = "argocd.argoproj.io/sync-wave"
NEEDED = "-2"
"""The wave of what pods cannot start without."""

PRELOADS = "-1"
"""The wave of preloads and of the claims that they fill: a claim may wait for its first consumer before it is bound, and
Argo CD for the claim before it goes on."""

_NEEDED = frozenset({"ConfigMap", "ExternalSecret", "Namespace", "PersistentVolume", "SealedSecret", "Secret"})


def with_waves(manifests: list[Manifest], plans: Iterable[Plan]) -> list[Manifest]:
    """Gives objects of a share their waves, in place. A wave that a document says itself stays."""
    preloads = {
        f"Job/{one.identity.namespace}/{one.identity.name}"
        for one in plans
        if isinstance(one, PreloadPlan | DirectoryPlan)
    }
    filled = {(one.namespace, claim) for one in manifests if one.target in preloads for claim in _claims(one.body)}
    for one in manifests:
        early = one.target in preloads or (one.kind == "PersistentVolumeClaim" and (one.namespace, one.name) in filled)
        if early or one.kind in _NEEDED:
            _give(one, PRELOADS if early else NEEDED)
    return manifests


def _give(manifest: Manifest, wave: str) -> None:
    metadata = manifest.body["metadata"]
    annotations = {WAVE: wave, **(metadata.get("annotations") or {})}
    manifest.body = {**manifest.body, "metadata": {**metadata, "annotations": dict(sorted(annotations.items()))}}


def _claims(body: Any) -> Iterator[str]:
    """Names of the claims that an object's pods mount."""
    volumes = body["spec"]["template"]["spec"].get("volumes", ())
    return (one["persistentVolumeClaim"]["claimName"] for one in volumes if "persistentVolumeClaim" in one)
