"""The pod that serves: its container, volumes, gates, probes and what it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compiler.emission.quantities import quantity, quantity_bytes
from compiler.linking.program import Program
from compiler.linking.serving import Service
from compiler.linking.workload import FieldPath, SecretKey
from compiler.planning.engines.base import Choice
from compiler.planning.finetuning.config import CONFIG, SCRATCH
from compiler.planning.images import pinned, pulled
from compiler.planning.pod_parts import gates_of, groups_of, volumes_of
from compiler.planning.work import PodVolume, Probes, WorkPod

GIB = 1 << 30
STARTUP_SECONDS = 1800
"""How long a server may take to start at least: it pulls a large image, reads its weights, and captures graphs."""

VOLUME_BYTES_S = 200_000_000
"""What a slow volume gives in a second."""

GRACE_SECONDS = 120
"""How long a server may go on with the answers that it has begun."""

BURST = (3, 2)
"""CPU limit by request: tokenisers and loading use more cores for a while."""


def startup_seconds(weights: int) -> int:
    """How long a server may take until it answers: half an hour, or the time to read its weights from a slow volume and as
    long again for the rest. In whole minutes.

    >>> startup_seconds(15_000_000_000), startup_seconds(700_000_000_000)
    (1800, 7020)
    """
    return max(STARTUP_SECONDS, -(-2 * weights // VOLUME_BYTES_S // 60) * 60)


def serving_pod(
    choice: Choice,
    program: Program,
    *,
    image: str,
    line: tuple[tuple[str, ...], tuple[str, ...]],
    environment: Mapping[str, str | SecretKey | FieldPath],
    files: Mapping[str, str],
    config_map: str,
    ports: Mapping[str, int],
    probes: Probes | None,
    extra_memory: int = 0,
    extra_shm: int = 0,
) -> WorkPod:
    """The pod of one node of a replica. `files`: path -> key of the ConfigMap."""
    service, profile = choice.service, program.profile
    mounted = choice.loaded.mounted
    volumes = [*volumes_of(mounted)]
    volumes += [PodVolume("config", path, config_map=config_map, sub_path=key, read_only=True) for path, key in files.items()]  # fmt: skip
    volumes.append(PodVolume("scratch", SCRATCH, size=choice.runtime.scratch))
    shm = choice.plan.shm + extra_shm
    if shm:
        volumes.append(PodVolume("shm", "/dev/shm", size=_gib(shm), in_memory=True))  # noqa: S108
    return WorkPod(
        image=image,
        command=line[0],
        arguments=line[1],
        environment=environment,
        volumes=tuple(volumes),
        gates=tuple(gates_of(mounted, profile.gate_seconds)),
        gate_image=image,
        resources=resources_of(choice, extra_memory),
        uid=service.mount.uid,
        gid=service.mount.gid,
        # What it reads belongs to others, and is mounted read-only.
        fs_group=False,
        groups=groups_of(mounted, service.mount.gid),
        node_selector={**choice.resolved.node_selector, **service.node_selector},
        tolerations=choice.resolved.tolerations,
        pull_secrets=profile.pull_secrets,
        service_account=profile.service_account,
        labels=profile.pod_labels,
        grace_seconds=GRACE_SECONDS,
        ports=ports,
        probes=probes,
    )


def image_of(choice: Choice, program: Program, chosen: str | None) -> str:
    """The service's own image, else the chosen one on the cluster's mirror."""
    own, profile = choice.service.image, program.profile
    return pinned(own, profile) if own else pulled(str(chosen), profile)


def resources_of(choice: Choice, extra_memory: int = 0) -> dict[str, Any]:
    """What a pod asks for, and gets at most."""
    service, plan = choice.service, choice.plan
    memory = service.memory or _gib(plan.memory.host + extra_memory)
    requests = {"cpu": service.cpu or str(plan.cpu), "memory": quantity(memory)}
    limits = {"cpu": quantity(service.cpu or str(plan.cpu * BURST[0] // BURST[1])), "memory": quantity(memory)}
    resource = choice.resolved.pool.card.resource
    if resource is not None:
        requests[resource] = limits[resource] = str(plan.per_node)
    return {"requests": requests | stated(service, "requests"), "limits": limits | stated(service, "limits")}


def cores_of(choice: Choice) -> int:
    """Whole cores that a replica computes with: what its pod asks for, and not what the plan would give it."""
    return max(1, quantity_bytes(resources_of(choice)["requests"]["cpu"]))


def stated(service: Service, part: str) -> dict[str, str]:
    """Amounts that a document states, of `requests` or `limits`. One that it states in the other alone counts here, too."""
    amounts = {**service.resources.get("requests", {}), **service.resources.get("limits", {})}
    return {name: quantity(amount) for name, amount in {**amounts, **service.resources.get(part, {})}.items()}


def probes_of(choice: Choice, port: int) -> Probes:
    """How the server is asked whether all is well."""
    health = choice.runtime.health
    start = health.startup or health.readiness or ""
    # The weights of one node: what the expected figure of a card says, for all cards of the pod.
    part = choice.plan.memory.parts.get("weights")
    weights = part.expected * choice.plan.per_node if part is not None else 0
    return Probes(port, start, health.readiness or start, health.liveness or start, startup_seconds(weights))


def keys_of(files: Mapping[str, str]) -> dict[str, str]:
    """Path of a file -> its key in the ConfigMap, which has no directories.

    >>> keys_of({"/mnt/repository/chat/1/model.json": "{}", "/mnt/repository/chat/config.pbtxt": ""})
    {'/mnt/repository/chat/1/model.json': 'chat.1.model.json', '/mnt/repository/chat/config.pbtxt': 'chat.config.pbtxt'}
    """
    return {path: ".".join(path.strip("/").split("/")[2:]) or path.rpartition("/")[2] for path in files}


def _gib(size: int) -> str:
    return quantity(f"{-(-size // GIB)}Gi")


__all__ = ["CONFIG", "cores_of", "image_of", "keys_of", "probes_of", "resources_of", "serving_pod", "startup_seconds"]
