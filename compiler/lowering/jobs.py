"""Jobs: run once, named by what they do."""

from __future__ import annotations

from typing import Any

from compiler.emission.digests import object_digest
from compiler.emission.naming import object_name
from compiler.lowering.metadata import manifest, metadata
from compiler.manifest import Body, Manifest
from compiler.planning.identity import Identity

RETRIES = 4


def job(
    identity: Identity, template: dict[str, Any], deadline_seconds: int, *, run: str, download: int = 0
) -> Manifest:
    """A Job whose name ends in the digest of its spec, since a Job cannot be changed. `run` says what it makes, and
    does not make twice.

    No `ttlSecondsAfterFinished`: a GitOps controller would see the Job gone and run it again.
    """
    body: dict[str, Any] = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {},
        "spec": {
            "backoffLimit": RETRIES,
            "activeDeadlineSeconds": deadline_seconds,
            "podFailurePolicy": {
                "rules": [{"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]}]
            },
            "template": template,
        },
    }

    def named(body: Body) -> str:
        return object_name([identity.name], digest=object_digest(body))

    body["metadata"] = metadata(identity, name=named(body))
    return manifest(body, identity, run=run, download=download, naming=named)
