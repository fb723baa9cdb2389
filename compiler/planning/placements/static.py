"""Volumes that Hydra places itself, on an export that the cluster profile names: clonable into other namespaces."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple

from compiler.diagnostics import Staged
from compiler.emission.naming import object_name
from compiler.linking.artifact import Artifact
from compiler.linking.profile import Profile
from compiler.linking.program import Program
from compiler.planning.identity import Identity
from compiler.planning.placements.export import claim_reference, in_tree
from compiler.planning.plans import ClaimPlan, DirectoryPlan, Plan, VolumePlan
from compiler.planning.pods import image_of, pod_of
from compiler.planning.sizes import claim_size
from compiler.planning.storage import Storage, claim_identity, claim_spec

if TYPE_CHECKING:
    from compiler.spec.cluster.storage import StaticNfs

DIRECTORY_LOADER = "directory"


class Static(NamedTuple):
    """An entry of `storage.static`."""

    name: str
    export: StaticNfs


def static_of(artifact: Artifact, profile: Profile) -> Static | None:
    """The entry that an artifact's class names, or the only one where nothing names a class.

    A foreign document has to name it: its own system leaves the class to the cluster.
    """
    if not profile.static:
        return None
    if artifact.foreign:
        wanted = str((artifact.wanted.template or {}).get("storageClassName"))
    else:
        wanted = artifact.wanted.storage_class or profile.storage.class_ or ""
        if not wanted and len(profile.static) == 1:
            wanted = next(iter(profile.static))
    return Static(wanted, profile.static[wanted]) if wanted in profile.static else None


def static_storage(artifact: Artifact, program: Program, static: Static) -> Staged[Storage | None]:
    """Volume, claim, and the Job that makes the directory, which is `<path>/<namespace>/<claim>` on the export."""
    spec = claim_spec(
        artifact,
        size=claim_size(artifact, program.profile),
        access_modes=artifact.wanted.access_modes or ("ReadWriteMany",),
        storage_class="",
        volume=artifact.names.volume,
    )
    path = posixpath.join(static.export.path, artifact.namespace, artifact.names.claim)
    size = spec["resources"]["requests"]["storage"]
    claim = claim_reference(artifact.namespace, artifact.names.claim)
    volume = in_tree(static.export.server, path, size, tuple(static.export.mount_options), claim)
    volume["accessModes"] = spec["accessModes"]
    identity = Identity(artifact.names.volume, None, artifact.unit, artifact.origin, artifact.labels)
    directory = _directory(artifact, program, static)
    plans: tuple[Plan, ...] = (
        VolumePlan(identity, volume),
        ClaimPlan(claim_identity(artifact), spec, artifact.mount.path),
        *directory.value,
    )
    return Staged(Storage(artifact.names.claim, artifact.namespace, plans=plans), directory.found)


def _directory(artifact: Artifact, program: Program, static: Static) -> Staged[tuple[Plan, ...]]:
    """The Job, and a claim on the export itself for it."""
    namespace = static.export.namespace or artifact.namespace
    # Several namespaces may have a claim of the name, and their Jobs run in one.
    owner = artifact.namespace if namespace != artifact.namespace else ""
    name = object_name([owner, artifact.names.claim, "directory"])
    volume = object_name([artifact.namespace, artifact.names.claim, "directory"])
    loader = image_of(program, DIRECTORY_LOADER)
    if loader.value is None:
        return Staged((), loader.found)
    holder = claim_reference(namespace, name)
    root = in_tree(static.export.server, static.export.path, "1Gi", tuple(static.export.mount_options), holder)
    inside = Identity(name, namespace, artifact.unit, artifact.origin, artifact.labels)
    claim = {
        "accessModes": ["ReadWriteMany"],
        "resources": {"requests": {"storage": "1Gi"}},
        "storageClassName": "",
        "volumeMode": "Filesystem",
        "volumeName": volume,
    }
    job = DirectoryPlan(
        inside,
        pod_of(artifact, program.profile),
        loader.value,
        claim=name,
        path=f"{artifact.namespace}/{artifact.names.claim}",
    )
    outside = Identity(volume, None, artifact.unit, artifact.origin, artifact.labels)
    return Staged((VolumePlan(outside, root), ClaimPlan(inside, claim), job))
