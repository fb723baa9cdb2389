"""Plans of services: what serves, and how it is reached. Lowering writes them down and decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from compiler.linking.serving import Scale
from compiler.planning.identity import Identity
from compiler.planning.work import WorkPod


class Rollout(NamedTuple):
    """How a new revision takes over."""

    surge: int
    """Pods that there may be beyond the replicas."""

    unavailable: int
    """Replicas that may be missing."""

    at_once: bool = False
    """All pods go before the first new one comes; the two numbers then say nothing."""


class KserveModel(NamedTuple):
    """A replica on several nodes, by a ServingRuntime of the cluster."""

    runtime: str
    model_format: str
    protocol: str
    uri: str
    """The weights on their claim: `pvc://support-bot-base/bgg8h5cct2/data`."""

    tensor: int
    pipeline: int
    joined: tuple[str, ...] = ()
    """Command that tells, in a further pod, whether its server has started; empty leaves the runtime's own."""


class KservePlan(NamedTuple):
    """An InferenceService."""

    identity: Identity
    pod: WorkPod
    scale: Scale
    mode: str
    """Deployment mode as this version of KServe spells it."""

    autoscaler: str | None = None
    """Class of autoscaler; None with Knative, which has its own."""

    query: str | None = None
    """Query to Prometheus that replicas are counted by."""

    prometheus: str | None = None
    rollout: Rollout | None = None
    canary: int | None = None
    annotations: Mapping[str, str] = {}
    """Of the pods."""

    model: KserveModel | None = None
    """With several nodes; then `pod` is the leading one of a replica."""

    served: Mapping[str, Any] | None = None
    """`predictor.model`, where a ServingRuntime of the cluster makes the container; then `pod` is what is around it."""


class RayGroup(NamedTuple):
    """Head or workers of a Ray cluster."""

    pod: WorkPod
    parameters: Mapping[str, str]
    """`rayStartParams`."""


class RayPlan(NamedTuple):
    """A RayService."""

    identity: Identity
    version: str
    """Ray's."""

    serve: Mapping[str, Any]
    """`serveConfigV2`, as values."""

    head: RayGroup
    workers: RayGroup
    group: str
    """Name of the workers' group."""

    least: int
    """Worker pods."""

    most: int
    idle_seconds: int | None = None
    """How long Ray's autoscaler leaves an idle worker; None where nothing is scaled."""

    joining_seconds: int = 3600
    """How long it leaves a worker that has not joined: one waits for the weights as long as its gate does."""

    uid: int = 1000
    gid: int = 1000


class RoutePlan(NamedTuple):
    """An Ingress or an HTTPRoute to a service."""

    identity: Identity
    host: str
    path: str
    """Path that requests come by."""

    inner: str
    """What stands for it within the service."""

    service: str
    """The Kubernetes Service."""

    port: int
    ingress_class: str | None = None
    tls: str | None = None
    """Secret with the certificate."""

    gateway: tuple[str, str, str | None] | None = None
    """Name, namespace and listener of a Gateway; None makes an Ingress."""
