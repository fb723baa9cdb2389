"""Plans: what is decided, as plain values. Lowering writes them down and decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from compiler.linking.artifact import Mounted
from compiler.planning.identity import Identity
from compiler.planning.work import WorkPlan
from compiler.source.document import Document

if TYPE_CHECKING:
    from compiler.planning.serving.plans import KservePlan, RayPlan, RoutePlan


class ClaimPlan(NamedTuple):
    """A PersistentVolumeClaim."""

    identity: Identity
    spec: Mapping[str, Any]
    data: str = ""
    """Directory of the data on the volume, for the comparison with what was there before."""


class VolumePlan(NamedTuple):
    """A PersistentVolume."""

    identity: Identity
    spec: Mapping[str, Any]
    name: str = ""
    """Name of the object, where it has a hash that its file does without."""


class FilesPlan(NamedTuple):
    """A ConfigMap. `digest` goes into the name where the content may change under running pods."""

    identity: Identity
    files: Mapping[str, str]
    digest: str = ""


class Pod(NamedTuple):
    """What all pods of a cluster have in common."""

    mount: Mounted
    fs_group: bool
    pull_secrets: tuple[str, ...]
    service_account: str | None
    labels: Mapping[str, str]
    deadline_seconds: int


class DirectoryPlan(NamedTuple):
    """A Job that makes a directory on an export, for a volume that Hydra places."""

    identity: Identity
    pod: Pod
    image: str
    claim: str
    path: str
    """Directory to make, below the claim's root."""


class ConfigFiles(NamedTuple):
    """Keys of a ConfigMap as files of a container."""

    volume: str
    config_map: str
    files: Mapping[str, str]
    """Absolute path -> key."""


class SecretFiles(NamedTuple):
    """Keys of a Secret as files of a container."""

    secret: str
    files: Mapping[str, tuple[str, int, bool]]
    """Absolute path -> key, mode, and whether the key may be missing."""


class PreloadPlan(NamedTuple):
    """A Job that fills a claim."""

    identity: Identity
    pod: Pod
    image: str
    claim: str
    claim_path: str
    """Sub-path of the claim that is mounted; empty is all of it."""

    root: str
    """Where the claim is mounted."""

    target: str
    """Directory that the loader writes to."""

    state: str
    """Directory of the marker and the lock."""

    marker: str
    ready: str
    """Text of the marker."""

    arguments: Sequence[str]
    environment: Mapping[str, str]
    secrets: Mapping[str, tuple[str, str, bool]]
    """Environment variable -> Secret, key, and whether the key may be missing."""

    secret_files: SecretFiles | None
    config_files: Sequence[ConfigFiles]
    resources: Mapping[str, Any]
    writable: Mapping[str, str]
    """Directory -> how much it may hold."""

    as_root: bool
    run: str = ""
    """Digest of what is loaded."""

    download: int = 0
    """Bytes to load; 0 where that is not known."""


class PassedPlan(NamedTuple):
    """A document that is passed through."""

    document: Document
    unit: str
    labels: Mapping[str, str] = {}
    """Labels that are added."""


Plan: TypeAlias = (
    "ClaimPlan | VolumePlan | FilesPlan | DirectoryPlan | PreloadPlan | PassedPlan | WorkPlan"
    " | KservePlan | RayPlan | RoutePlan"
)
