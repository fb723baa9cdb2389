"""ConfigMaps with the files that a loader needs."""

from __future__ import annotations

from typing import Any

from compiler.lowering.metadata import manifest, metadata
from compiler.manifest import Manifest
from compiler.planning.plans import FilesPlan


def files(plan: FilesPlan) -> Manifest:
    """The ConfigMap. One with a digest in its name never changes, and says so."""
    identity = plan.identity
    body: dict[str, Any] = {"apiVersion": "v1", "kind": "ConfigMap"}
    if plan.digest:
        body |= {"metadata": metadata(identity, name=f"{identity.name}-{plan.digest}"), "immutable": True}
    else:
        body["metadata"] = metadata(identity)
    body["data"] = dict(plan.files)
    return manifest(body, identity)


LOWERING = (FilesPlan, files)
