"""KServe: an InferenceService whose container is the server itself.

Nothing of KServe's own loads the weights: no storage initializer, whose sub-paths of claims get lost in places, and no
ServingRuntime that has to be there. Only a replica on several nodes goes through one. Source: KServe 0.18,
pkg/apis/serving/v1beta1 (validation and defaults).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from compiler.diagnostics import Diagnostic, Staged
from compiler.emission.naming import NAME_LIMIT, object_name
from compiler.library.plain import TemplateFault
from compiler.library.problems import template_fails
from compiler.library.templates import render, render_text
from compiler.linking.profile import Profile
from compiler.linking.program import Program
from compiler.linking.serving import Predictor, Scale, Service
from compiler.planning.engines.base import Choice, Endpoint, Engine, Made
from compiler.planning.engines.files import files_plan
from compiler.planning.identity import Identity
from compiler.planning.serving import problems_of_services as problems
from compiler.planning.serving.context import command_line, context_of, environment_of, port_of
from compiler.planning.serving.plans import KserveModel, KservePlan
from compiler.planning.serving.pods import GRACE_SECONDS, image_of, probes_of, serving_pod
from compiler.planning.serving.rollout import AT_ONCE, WITHOUT_SPARE, rollout_of
from compiler.planning.summary import PodSummary

if TYPE_CHECKING:
    from compiler.library.entries.runtime import Runtime

PREDICTOR = "-predictor"
LIMIT = NAME_LIMIT - len(PREDICTOR)
RENAMED_MODES = (0, 16)
"""From this version on its webhook writes `Standard` and `Knative` for what was called `RawDeployment` and `Serverless`."""

LEGACY_MODES = {"Standard": "RawDeployment", "Knative": "Serverless"}
VISIBILITY = "networking.kserve.io/visibility"
"""Without this label KServe makes an Ingress of its own for every service, whether it is to be reached from outside or not.

Source: KServe 0.18, pkg/controller/v1beta1/inferenceservice/reconcilers/ingress."""

DEFAULT_CONCURRENCY = 8
"""Requests at once of a replica, where nothing is said."""

DEFAULT_PERCENT = 80
"""Percent of its cores, where nothing is said."""

METRICS: Mapping[str, tuple[str, ...]] = {
    "hpa": ("cpu", "memory"),
    "keda": ("concurrency", "rps"),
    "knative": ("concurrency", "rps"),
}
"""Autoscaler -> what it counts replicas by."""


def mode_of(profile: Profile) -> str:
    """The cluster's deployment mode."""
    return profile.inference.mode if profile.inference is not None else "Standard"


def autoscaler_of(profile: Profile) -> str:
    """What scales replicas on the cluster."""
    if mode_of(profile) == "Knative":
        return "knative"
    return profile.inference.autoscaler if profile.inference is not None else "hpa"


def spelled(mode: str, profile: Profile) -> str:
    """The mode as the cluster's version of KServe keeps it."""
    stated = profile.inference.version if profile.inference is not None else ""
    version = tuple(int(part) for part in stated.removeprefix("v").split(".")[:2]) if stated else RENAMED_MODES
    return mode if version >= RENAMED_MODES else LEGACY_MODES[mode]


def check(choice: Choice, program: Program) -> Iterator[Diagnostic]:
    """What KServe, as the cluster runs it, would refuse or not do."""
    service, profile = choice.service, program.profile
    scale, mode, scaler = service.scale, mode_of(profile), autoscaler_of(profile)
    if scale.least == 0 and scaler != "knative":
        wrong = f"Without a replica nothing counts requests: `{scaler}` would never start one again."
        yield problems.bad_scale(
            service.at("replicas", "min"), wrong, "Write `min: 1`, or serve on a cluster with Knative."
        )
    if choice.plan.nodes > 1:
        yield from _check_nodes(choice, mode)
    if scale.metric is not None and not scale.fixed and scale.metric not in METRICS[scaler]:
        wrong = f"`{scaler}`, which scales on cluster `{profile.name}`, does not count by `{scale.metric}`."
        known = " or ".join(f"`{one}`" for one in METRICS[scaler])
        yield problems.bad_scale(service.at("replicas", "target", "metric"), wrong, f"Use {known}, or `engine: ray`.")
    elif not scale.fixed and scaler == "keda":
        yield from _check_query(choice, profile)
    if service.expose is not None and mode == "Knative":
        wrong = f"Knative, by which cluster `{profile.name}` serves, knows requests by host names of its own."
        do = "Remove `expose`: each service has such a name. A DomainMapping adds another one."
        yield problems.not_exposed(service.at("expose"), wrong, do)
    if service.canary is not None and mode != "Knative":
        wrong = f"KServe runs in mode {mode} on cluster `{profile.name}`, where a Deployment replaces its pods."
        yield problems.no_canary(
            service.at("canary"), wrong, "Remove `canary`, or make a second service and compare the two."
        )


def _check_nodes(choice: Choice, mode: str) -> Iterator[Diagnostic]:
    """One replica on several nodes: its workers are counted for one leading pod, whatever the number of those.

    Source: KServe 0.18, inferenceservice/components/predictor.go and reconcilers/deployment.
    """
    service, scale = choice.service, choice.service.scale
    if mode == "Knative":
        wrong = f"A replica stands on {choice.plan.nodes} nodes, which KServe does in mode Standard alone."
        at = service.at("engine") if service.engine else service.origin
        yield problems.no_engine(at, wrong, "Use `engine: ray`, or cards of which a node has enough.")
    if (scale.least, scale.most) != (1, 1):
        wrong = "Of a server that stands on several nodes, KServe runs one replica."
        yield problems.bad_scale(service.at("replicas"), wrong, "Remove `replicas`, or use `engine: ray`.")


def _check_query(choice: Choice, profile: Profile) -> Iterator[Diagnostic]:
    service = choice.service
    metric = service.scale.metric or "concurrency"
    if profile.prometheus is None:
        wrong = f"KEDA counts by a query, and cluster `{profile.name}` names no Prometheus."
        yield problems.bad_scale(
            service.at("replicas"), wrong, "Add `defaults.metrics.prometheus` to the cluster's spec."
        )
    elif metric not in choice.runtime.metrics:
        wrong = f"The runtime `{choice.runtime.name}` reports nothing to count `{metric}` by."
        yield problems.bad_scale(service.at("replicas"), wrong, "Make `min` and `max` equal, or use another runtime.")


def scale_of(choice: Choice, profile: Profile) -> Scale:
    """What replicas are counted by: the spec's, else what suits the autoscaler."""
    return scaled(choice.service.scale, profile)


def scaled(scale: Scale, profile: Profile) -> Scale:
    """The scale with what the cluster's autoscaler counts by, where it says nothing."""
    scaler = autoscaler_of(profile)
    if scale.fixed and scaler == "knative":
        return scale._replace(metric=None, value=None)
    if scale.metric is not None and not scale.fixed:
        return scale
    metric = "cpu" if scaler == "hpa" or scale.fixed else "concurrency"
    return scale._replace(metric=metric, value=DEFAULT_PERCENT if metric == "cpu" else DEFAULT_CONCURRENCY)


def plan(choice: Choice, program: Program) -> Staged[Made | None]:
    """The InferenceService, and the ConfigMap of what its server reads."""
    try:
        made = _made(choice, program)
    except TemplateFault as fault:
        return Staged(None, [template_fails(choice.runtime.origin.child(*fault.path), fault)])
    return Staged(made, list(_about_rollout(choice, program)))


def _about_rollout(choice: Choice, program: Program) -> Iterator[Diagnostic]:
    """A service that a pod is missing of while it is replaced."""
    if mode_of(program.profile) == "Standard" and rollout_of(choice, program) in {WITHOUT_SPARE, AT_ONCE}:
        service, scale = choice.service, choice.service.scale
        minutes = probes_of(choice, port_of(choice)).startup_seconds // 60
        at = service.at("replicas") if scale.most > 1 else service.origin
        yield problems.no_spare(at, choice.resolved.id, scale.most, minutes)


def _made(choice: Choice, program: Program) -> Made:
    service, profile, serving = choice.service, program.profile, choice.plan
    context = context_of(choice)
    several = choice.runtime.multinode if serving.nodes > 1 else None
    files = files_plan(choice, context)
    port = port_of(choice)
    line = command_line(choice, context) if several is None else ((), tuple(render(several.arguments, context)))
    pod = serving_pod(
        choice,
        program,
        image=image_of(choice, program, image(choice.runtime, choice.vendor)),
        line=line,
        environment=environment_of(choice, context),
        files=files.paths,
        config_map=files.name,
        ports={"http1": port},
        probes=probes_of(choice, port),
    )
    scale = scale_of(choice, profile)
    scaler = autoscaler_of(profile)
    knative = mode_of(profile) == "Knative"
    pod = pod._replace(grace_seconds=grace_of(profile))
    query = None
    if scaler == "keda" and not scale.fixed:
        query = render_text(choice.runtime.metrics[scale.metric], context)  # type: ignore[index]
    made = KservePlan(
        identity=_identity(choice, profile),
        pod=pod,
        # The replicas of a fixed size are nobody's to count: an HPA keeps the bounds without any metric.
        scale=scale._replace(metric=None, value=None) if several is not None else scale,
        mode=spelled(mode_of(profile), profile),
        autoscaler=None if knative else "none" if several is not None else "hpa" if scale.fixed else scaler,
        query=query,
        prometheus=profile.prometheus if query is not None else None,
        rollout=None if knative else rollout_of(choice, program),
        canary=service.canary,
        annotations=deadline(profile, pod.probes.startup_seconds if pod.probes else 0),
        model=_on_several_nodes(choice) if several is not None else None,
    )
    summary = PodSummary(
        "predictor",
        scale.most * serving.nodes,
        0 if choice.processors else serving.per_node,
        pod.resources["requests"]["cpu"],
        pod.resources["requests"]["memory"],
        next((one.size for one in pod.volumes if one.in_memory), None),
    )
    return Made((*files.plans, made), (summary,), scale)


def deadline(profile: Profile, startup: int) -> dict[str, str]:
    """Knative takes a revision that is not ready in ten minutes for failed; weights may have to be waited for."""
    if mode_of(profile) != "Knative":
        return {}
    return {"serving.knative.dev/progress-deadline": f"{profile.gate_seconds + startup}s"}


def grace_of(profile: Profile) -> int | None:
    """Seconds that a server may take to end. Knative refuses the field: it is the time that it gives a request.

    Source: Knative Serving, pkg/apis/serving/fieldmask.go, `PodSpecMask`.
    """
    return None if mode_of(profile) == "Knative" else GRACE_SECONDS


def _on_several_nodes(choice: Choice) -> KserveModel:
    several = choice.runtime.multinode
    if several is None:
        raise AssertionError("a runtime without `multinode` is not planned on several nodes")
    data = choice.loaded.model.data
    return KserveModel(
        several.runtime,
        several.model_format,
        several.protocol,
        f"pvc://{data.claim}/{data.directory}",
        choice.plan.tensor,
        choice.plan.pipeline,
        tuple(several.joined),
    )


def _identity(choice: Choice, profile: Profile) -> Identity:
    """Without the project's labels: KServe copies labels into pods, and a changed one would restart the servers."""
    service = choice.service
    labels = {name: value for name, value in service.labels.items() if name not in service.project_labels}
    if mode_of(profile) == "Standard":
        labels[VISIBILITY] = "cluster-local"
    if choice.loaded.model_id is not None:
        labels["hydra.io/model-id"] = choice.loaded.model_id
    places = {"image": service.at("image")} if service.image else {}
    return Identity(
        name_of(service), service.namespace, service.unit, service.origin, labels, service.annotations, places
    )  # fmt: skip


def name_of(service: Service | Predictor) -> str:
    """Name of the InferenceService: its own Service has a longer one, which has to fit."""
    return object_name([service.names.job], limit=LIMIT)


def endpoint(service: Service, profile: Profile, runtime: Runtime) -> Endpoint:
    """Where it answers: KServe makes a Service of the predictor in both modes."""
    del profile
    name = f"{name_of(service)}{PREDICTOR}"
    return Endpoint(name, 80, f"http://{name}.{service.namespace}.svc.cluster.local{runtime.base.rstrip('/')}")


def image(runtime: Runtime, vendor: str) -> str | None:
    """The image for the cards of a vendor."""
    if vendor in runtime.images:
        return runtime.images[vendor]
    return runtime.image if vendor in runtime.vendors else None


ENGINE = Engine(
    name="kserve",
    kind="InferenceService",
    limit=LIMIT,
    there=lambda profile: profile.inference is not None,
    nodes=lambda runtime: runtime.multinode is not None,
    adapters=lambda runtime: runtime.adapters is not None,
    keys=lambda runtime: runtime.key is not None,
    image=image,
    host=lambda _: 0,
    check=check,
    plan=plan,
    endpoint=endpoint,
)
