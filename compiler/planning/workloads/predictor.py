"""A model under one of the cluster's ServingRuntimes: where its files lie, and how many replicas there are.

What runs is the runtime's own: KServe chooses it by the format, and mounts the claim of `pvc://` at `/mnt/models`.
Source: KServe 0.18, pkg/apis/serving/v1beta1 and pkg/webhook/admission/pod.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from compiler.diagnostics import Diagnostic, Severity, Staged
from compiler.linking.accelerators import Resolved
from compiler.linking.program import Program
from compiler.linking.serving import Predictor
from compiler.linking.workload import Finetune
from compiler.planning.engines.base import Endpoint
from compiler.planning.engines.kserve import (
    METRICS,
    PREDICTOR,
    autoscaler_of,
    deadline,
    grace_of,
    mode_of,
    name_of,
    scaled,
    spelled,
)
from compiler.planning.identity import Identity
from compiler.planning.images import pulled
from compiler.planning.pod_parts import Mounted, check_nodes, gates_of, modes_of, volumes_of
from compiler.planning.pools import pool_of
from compiler.planning.promotions import run_served
from compiler.planning.serving import problems_of_services as problems
from compiler.planning.serving.plans import KservePlan
from compiler.planning.serving.pods import STARTUP_SECONDS
from compiler.planning.serving.rollout import WITH_SPARE, rollout_on
from compiler.planning.serving.routes import addresses, route_to
from compiler.planning.summary import PodSummary, Summary
from compiler.planning.whereabouts import whereabouts, whereabouts_of_run
from compiler.planning.work import WorkPod
from compiler.planning.working import Planned, PlannerOf

MODEL = "/mnt/model"
"""Where a gate looks for the marker."""

USUAL = {"cpu": "1", "memory": "2Gi"}
"""What KServe lets a server ask for, and have at most, where nothing is said."""


class _Read(NamedTuple):
    """A predictor with what it names."""

    predictor: Predictor
    program: Program
    mounted: tuple[Mounted, ...]
    resolved: Resolved | None


def plan_predictor(predictor: Predictor, program: Program) -> Staged[Planned]:
    """Every decision about a predictor; with an error, what is wrong and no plan."""
    read, found = _read(predictor, program)
    if read is None:
        return Staged(Planned(), found)
    route = route_to(predictor, _endpoint(predictor), program)
    found = [*found, *_checks(read), *route.found]
    gate = _gate_image(read)
    found += gate.found
    if gate.value is None or any(one.level is Severity.ERROR for one in found):
        return Staged(Planned(), found)
    served = _plan(read, gate.value)
    return Staged(Planned((served, *route.value), _summary(read, served)), found)


def _read(predictor: Predictor, program: Program) -> Staged[_Read | None]:
    resolved = None
    if predictor.accelerator is not None:
        pool = pool_of(program, predictor.accelerator, predictor.at("accelerator", "type"))
        if pool.value is None:
            return Staged(None, pool.found)
        resolved = pool.value
    mounted = []
    for reference in predictor.references:
        target = program.links[predictor.of, reference.role]
        if isinstance(target, Finetune):
            run = run_served(program, predictor.of, target)
            mounted.append(Mounted("model", MODEL, whereabouts_of_run(target, run.run, run.result)))
            continue
        place = whereabouts(target, program)
        if place is None:
            return Staged(None)
        mounted.append(Mounted("model", MODEL, place))
    return Staged(_Read(predictor, program, tuple(mounted), resolved))


def _checks(read: _Read) -> Iterator[Diagnostic]:
    predictor, profile = read.predictor, read.program.profile
    scale, scaler = predictor.scale, autoscaler_of(profile)
    at = predictor.at("replicas")
    if scale.least > scale.most:
        wrong = f"At least {scale.least} replicas are asked for, and at most {scale.most}."
        yield problems.bad_scale(at, wrong, "Correct one of the two.")
    if scale.least == 0 and scaler != "knative":
        wrong = f"Without a replica nothing counts requests: `{scaler}` would never start one again."
        yield problems.bad_scale(at, wrong, "Ask for one at least, or serve on a cluster with Knative.")
    counts = () if scaler == "keda" else METRICS[scaler]
    if not scale.fixed and not counts:
        wrong = f"`{scaler}`, which scales on cluster `{profile.name}`, has no query for servers of KServe's."
        yield problems.bad_scale(at, wrong, "Make least and most equal.")
    elif not scale.fixed and scale.metric is not None and scale.metric not in counts:
        wrong = f"`{scaler}`, which scales on cluster `{profile.name}`, does not count by `{scale.metric}`."
        yield problems.bad_scale(at, wrong, f"Use {' or '.join(f'`{one}`' for one in counts)}.")
    if predictor.canary is not None and mode_of(profile) != "Knative":
        wrong = (
            f"KServe runs in mode {mode_of(profile)} on cluster `{profile.name}`, where a Deployment replaces its pods."
        )
        yield problems.no_canary(predictor.at("canary"), wrong, "Remove it.")
    yield from _check_cards(read)
    claims = {one.data.claim: modes_of(read.program, predictor.namespace, one) for one in read.mounted}
    yield from check_nodes(read.program, predictor.namespace, claims, written=(), nodes=scale.most, at=at)


def _check_cards(read: _Read) -> Iterator[Diagnostic]:
    predictor, resolved = read.predictor, read.resolved
    if resolved is None:
        return
    pool = resolved.pool
    total = predictor.cards * max(1, predictor.scale.most)
    if predictor.cards > pool.per_node:
        wrong = f"A replica asks for {predictor.cards} cards of `{resolved.id}`, and a node has {pool.per_node}."
        yield problems.card_cannot(predictor.at("accelerator", "count"), wrong, "Ask for fewer.")
    elif total > pool.cards:
        wrong = f"The replicas ask for {total} cards of `{resolved.id}`, and the cluster has {pool.cards}."
        yield problems.card_cannot(predictor.at("accelerator", "count"), wrong, "Ask for fewer.")


def _gate_image(read: _Read) -> Staged[str | None]:
    """The image of the gates: the runtime's is not known here. Empty, where nothing is waited for."""
    if all(one.data.marker is None for one in read.mounted):
        return Staged("")
    client, found = read.program.library.find("client", "comparison")
    return Staged(pulled(client.image, read.program.profile) if client is not None else None, found)


def _plan(read: _Read, gate_image: str) -> KservePlan:
    predictor, profile, resolved = read.predictor, read.program.profile, read.resolved
    gates = tuple(gates_of(read.mounted, profile.gate_seconds))
    pod = WorkPod(
        image="",
        command=(),
        arguments=(),
        environment={},
        volumes=tuple(volumes_of(read.mounted)) if gates else (),
        gates=gates,
        gate_image=gate_image,
        resources={},
        uid=predictor.mount.uid,
        gid=predictor.mount.gid,
        fs_group=False,
        groups=tuple(sorted({one.data.mount.gid for one in read.mounted} - {predictor.mount.gid})),
        node_selector={**(resolved.node_selector if resolved else {}), **predictor.node_selector},
        tolerations=resolved.tolerations if resolved else (),
        pull_secrets=profile.pull_secrets,
        service_account=profile.service_account,
        labels=profile.pod_labels,
        grace_seconds=grace_of(profile),
    )
    knative, scale = mode_of(profile) == "Knative", predictor.scale
    surge = rollout_on(resolved, predictor.cards, read.program) if resolved else WITH_SPARE
    return KservePlan(
        identity=Identity(
            name_of(predictor),
            predictor.namespace,
            predictor.unit,
            predictor.origin,
            predictor.labels,
            predictor.annotations,
        ),
        pod=pod,
        scale=scaled(scale, profile),
        mode=spelled(mode_of(profile), profile),
        autoscaler=None if knative else "hpa" if scale.fixed else autoscaler_of(profile),
        rollout=None if knative else surge,
        canary=predictor.canary,
        annotations=deadline(profile, STARTUP_SECONDS) if gates else {},
        served=_served(read),
    )


def _served(read: _Read) -> dict[str, Any]:
    """`predictor.model` with the place of its files and with what KServe would fill in."""
    given = dict(read.predictor.model)
    resources: Mapping[str, Any] = given.pop("resources", None) or {}
    uri = read.predictor.uri
    if read.mounted:
        (model,) = read.mounted
        uri = f"pvc://{model.data.claim}/{model.data.directory}".rstrip("/")
    stated = {part: dict(resources.get(part) or {}) for part in ("requests", "limits")}
    # What is said of one of the two holds for the other as well.
    both = {**USUAL, **stated["requests"], **stated["limits"]}
    asked = {part: {**both, **amounts} for part, amounts in stated.items()}
    return {**given, **({"storageUri": uri} if uri else {}), "resources": asked}


def _endpoint(predictor: Predictor) -> Endpoint:
    name = f"{name_of(predictor)}{PREDICTOR}"
    return Endpoint(name, 80, f"http://{name}.{predictor.namespace}.svc.cluster.local{_base(predictor)}")


def _base(predictor: Predictor) -> str:
    """Path of its API: KServe's first or second protocol."""
    return f"/{predictor.model['protocolVersion']}"


def _summary(read: _Read, served: KservePlan) -> Summary:
    predictor = read.predictor
    asked = (served.served or {})["resources"]["requests"]
    pods = PodSummary("predictor", predictor.scale.most, predictor.cards, asked["cpu"], asked["memory"], None)
    return Summary(
        predictor.of,
        "InferenceService",
        predictor.namespace,
        predictor.origin,
        predictor.accelerator,
        (pods,),
        scale=predictor.scale,
        runtime=str(predictor.model["modelFormat"]["name"]),
        endpoints=tuple(addresses(predictor, _endpoint(predictor), _base(predictor), read.program)),
    )


def cards(predictor: Predictor, program: Program) -> tuple[str | None, int]:
    """The accelerators that it names, and how many cards all replicas have."""
    del program
    return predictor.accelerator, predictor.cards * predictor.scale.most


PLANNER = PlannerOf(Predictor, plan_predictor, cards)
