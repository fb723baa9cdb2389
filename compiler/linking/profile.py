"""A cluster as the later stages see it: its profile with every default filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from compiler.source.document import Document
from compiler.spec.checked import trusted_part
from compiler.spec.durations import seconds

if TYPE_CHECKING:
    from compiler.spec.cluster.accelerators import Accelerator
    from compiler.spec.cluster.endpoints import Endpoints
    from compiler.spec.cluster.gitops import GitOps
    from compiler.spec.cluster.operators import Inference
    from compiler.spec.cluster.queue import Queue
    from compiler.spec.cluster.storage import StaticNfs, StorageDefault
    from compiler.spec.kinds import Cluster

GATE_TIMEOUT = "24h"
NAME_LABEL = "kubernetes.io/metadata.name"
"""Label that API servers put on every namespace."""


class Profile(NamedTuple):
    """What the compiler needs to know of a cluster."""

    name: str
    document: Document
    storage: StorageDefault
    static: Mapping[str, StaticNfs]
    registry: str | Mapping[str, str] | None
    pull_secrets: tuple[str, ...]
    offline: Mapping[str, str]
    namespaces: Mapping[str, Mapping[str, str]]
    gate_seconds: int
    """How long a consumer waits for an artefact, and how long a preload may take."""

    resources: Mapping[str, Any] | None
    service_account: str | None
    pod_labels: Mapping[str, str]
    accelerators: Mapping[str, Accelerator] = {}
    """Cards by id, as the cluster calls them."""

    queue: Queue | None = None
    training_operator: str | None = None
    """Version of Kubeflow's training operator."""

    inference: Inference | None = None
    """KServe: version, deployment mode, autoscaler."""

    ray_operator: str | None = None
    """Version of KubeRay."""

    endpoints: Endpoints | None = None
    """How services are reached from outside."""

    prometheus: str | None = None
    """Address of the Prometheus that scaling queries."""

    images: Mapping[str, str] = {}
    """Digests that the lock file pins, by the full name of an image before any mirror."""

    gitops: GitOps | None = None
    """The controller that applies the tree, and the objects for it."""

    dialects: Mapping[str, Mapping[str, Any]] = {}
    """Settings of other systems' documents, by system."""


def profile_of(cluster: Cluster, document: Document) -> Profile:
    """The profile of a Cluster document."""
    spec = cluster.spec
    storage = getattr(spec, "storage", None) or trusted_part("Cluster", "StorageSection", {})
    images = getattr(spec, "images", None)
    offline = getattr(spec, "offline", None)
    gate = getattr(spec, "gate", None)
    defaults = getattr(spec, "defaults", None)
    dialects = getattr(spec, "dialects", None)
    operators = getattr(spec, "operators", None)
    resources = defaults.resources if defaults else None
    return Profile(
        name=cluster.metadata.name,
        document=document,
        storage=storage.default,
        static=storage.static,
        registry=images.registry if images else None,
        pull_secrets=tuple(images.pull_secrets) if images else (),
        offline=offline.model_dump(exclude_none=True) if offline else {},
        namespaces=getattr(spec, "namespaces", None) or {},
        gate_seconds=seconds(gate.timeout if gate else GATE_TIMEOUT),
        resources=resources.model_dump(exclude_none=True) if resources else None,
        service_account=defaults.service_account if defaults else None,
        pod_labels=defaults.pod_labels if defaults else {},
        accelerators=getattr(spec, "accelerators", None) or {},
        queue=getattr(spec, "queue", None),
        training_operator=operators.training.version if operators and operators.training else None,
        inference=operators.inference if operators else None,
        ray_operator=operators.ray.version if operators and operators.ray else None,
        endpoints=getattr(spec, "endpoints", None),
        prometheus=defaults.metrics.prometheus if defaults and defaults.metrics else None,
        gitops=getattr(spec, "gitops", None),
        dialects=dialects.model_dump(exclude_none=True, by_alias=True) if dialects else {},
    )
