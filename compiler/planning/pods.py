"""What the pods of a cluster have in common."""

from __future__ import annotations

from compiler.diagnostics import Staged
from compiler.linking.artifact import Artifact
from compiler.linking.profile import Profile
from compiler.linking.program import Program
from compiler.planning.images import pulled
from compiler.planning.plans import Pod


def pod_of(artifact: Artifact, profile: Profile) -> Pod:
    """The pod that writes an artifact's data."""
    return Pod(
        mount=artifact.mount,
        fs_group=profile.storage.fs_group,
        pull_secrets=profile.pull_secrets,
        service_account=profile.service_account,
        labels=profile.pod_labels,
        deadline_seconds=profile.gate_seconds,
    )


def image_of(program: Program, loader: str) -> Staged[str | None]:
    """The image of a loader, on the cluster's mirror."""
    entry, found = program.library.find("loader", loader)
    return Staged(None if entry is None else pulled(entry.image, program.profile), found)
