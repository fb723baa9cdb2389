"""Metadata of objects."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from compiler.manifest import Body, Manifest
from compiler.planning.identity import Identity

KEEP = {
    "argocd.argoproj.io/sync-options": "Prune=false,Delete=false",
    "kustomize.toolkit.fluxcd.io/prune": "disabled",
}
"""Keeps Argo CD and Flux from deleting an object, whatever is removed from git.

Source: Argo CD, "Sync Options" (`Prune=false` alone does not survive the deletion of the Application); Flux,
"Kustomization", Prune.
"""


def metadata(identity: Identity, *, name: str = "", annotations: Mapping[str, str] | None = None) -> Body:
    """Name, namespace, labels and annotations; what is empty is left out."""
    body: Body = {"name": name or identity.name}
    if identity.namespace is not None:
        body["namespace"] = identity.namespace
    if identity.labels:
        body["labels"] = dict(sorted(identity.labels.items()))
    notes = {**identity.annotations, **(annotations or {})}
    if notes:
        body["annotations"] = dict(sorted(notes.items()))
    return body


def manifest(
    body: Body,
    identity: Identity,
    *,
    data: str = "",
    run: str = "",
    download: int = 0,
    naming: Callable[[Body], str] | None = None,
) -> Manifest:
    """The manifest of an object. `run` is the digest of the result that it makes, `download` the bytes that it loads,
    `naming` gives its name where that has a digest of the body."""
    return Manifest(
        body,
        logical=identity.name,
        unit=identity.unit,
        origin=identity.origin,
        places=identity.places,
        data=data,
        run=run,
        download=download,
        naming=naming,
    )
