"""Plans of workloads: pods that train, and the jobs that they belong to. Lowering writes them down and decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from compiler.linking.workload import Environment
from compiler.planning.identity import Identity


class PodVolume(NamedTuple):
    """A volume of a pod and where it is mounted. Exactly one of `claim`, `config_map` and `size` is given."""

    name: str
    path: str
    claim: str = ""
    config_map: str = ""
    size: str = ""
    """How much an empty directory may hold; `-` sets no bound."""

    in_memory: bool = False
    read_only: bool = False
    sub_path: str = ""


class Waiting(NamedTuple):
    """A gate: an init container that waits for a marker. Only the run digest in the marker's path crosses over."""

    name: str
    """Name of the container: `wait-base`."""

    wanted: str
    """What is waited for: `support-bot/models/base`."""

    producer: str
    """Who makes it, without any digest: `Job nlp/support-bot-base-preload`."""

    marker: str
    """Absolute path of the marker in the pod."""

    timeout_seconds: int
    volume: str
    """Name of the pod's volume that the marker lies on."""


class Probes(NamedTuple):
    """How the kubelet asks a server whether all is well. An empty path asks whether the port is open."""

    port: int
    startup: str
    readiness: str
    liveness: str
    startup_seconds: int
    """How long it may take until it answers for the first time: it reads its weights."""


class WorkPod(NamedTuple):
    """One kind of pod of a workload."""

    image: str
    command: Sequence[str]
    arguments: Sequence[str]
    environment: Environment
    volumes: tuple[PodVolume, ...]
    gates: tuple[Waiting, ...]
    gate_image: str
    resources: Mapping[str, Any]
    """Requests and limits."""

    uid: int
    gid: int
    fs_group: bool
    groups: tuple[int, ...] = ()
    """Supplemental groups: those of data that is not the pod's own."""

    node_selector: Mapping[str, str] = {}
    tolerations: Sequence[Mapping[str, Any]] = ()
    pull_secrets: tuple[str, ...] = ()
    service_account: str | None = None
    labels: Mapping[str, str] = {}
    grace_seconds: int | None = 60
    """How long it may take to end; None where the operator says so itself."""

    workdir: str | None = None
    capabilities: tuple[str, ...] = ()
    ports: Mapping[str, int] = {}
    """By name."""

    probes: Probes | None = None
    token: bool = False
    """Whether the pod gets the token of its service account."""


class Replicas(NamedTuple):
    """The pods of one role."""

    role: str
    """As the framework's own field spells it: `Master`, `Worker`, `Launcher`, `Chief`, `PS`, `Evaluator`."""

    number: int
    pod: WorkPod


class Elasticity(NamedTuple):
    """The elastic form of a PyTorchJob."""

    least: int
    most: int
    rendezvous_id: str
    restarts: int | None = None
    timeout_seconds: int = 3600
    """How long workers wait for each other: one may still pull its image or wait at its gate."""


class WorkPlan(NamedTuple):
    """A workload under the operator of its framework."""

    identity: Identity
    framework: str
    """Module of `compiler.lowering.frameworks`."""

    replicas: tuple[Replicas, ...]
    processes: str | None = None
    """Processes of a node: `8`."""

    backoff_limit: int | None = None
    deadline_seconds: int | None = None
    elastic: Elasticity | None = None
    volcano_queue: str | None = None
    restart: str = "OnFailure"
    run: str = ""
    """Digest of the result, whose marker keeps it from being made again; empty for what leaves no marker."""
