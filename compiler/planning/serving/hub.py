"""Deployments that a ModelSpec lists: taken where they match the cluster, before Hydra decides by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from compiler.dialects.base import HubModel
from compiler.linking.accelerators import Resolved
from compiler.linking.hubs import HUBS
from compiler.linking.program import Program
from compiler.linking.serving import ArgumentValue, Service
from compiler.planning.pools import pool_of
from compiler.planning.serving.arguments import from_line
from compiler.planning.serving.loaded import Loaded

if TYPE_CHECKING:
    from compiler.library.entries.runtime import Runtime
    from compiler.spec.foreign.modelhub import Deployment

MIB_OF_GB = 1000**3 / (1 << 20)
"""ModelHub counts a card's memory as vendors do."""

VENDORS: Mapping[str, str] = {"gpu": "nvidia", "vgpu": "nvidia", "nvidia-vgpu": "nvidia", "metax-gpu": "metax", "cpu": "cpu"}  # fmt: skip
"""`gpuType` -> vendor. A whole card stands for a part of one, where the cluster does not share cards.

Source: BaizeAI/modelhub at 8b89219, `gpuType`; the mapping is by analogy with BaizeAI's Dataset controller."""

_BOUND = re.compile(r"(==|>=|<=|>|<|~=|!=)?\s*v?([0-9]+(?:\.[0-9]+)*)")


class Match(NamedTuple):
    """A deployment that the cluster has the hardware for."""

    runtime: Runtime
    resolved: Resolved
    cards: int | None
    """Of a replica; None for processors."""

    arguments: Mapping[str, ArgumentValue]
    environment: Mapping[str, str]
    context: int | None = None
    """Most tokens of a sequence that the ModelSpec states."""


def hub_model(loaded: Loaded, program: Program) -> HubModel | None:
    """The ModelSpec of the repository that a service's weights come from."""
    source = loaded.source.source
    hub = HUBS.get(source.type.name)
    repository = str(source.fields.get("repo", "")).lower()
    entry = program.library.find_by_repository(hub, repository) if hub and repository else None
    for one in program.models:
        named = {(where, name.lower()) for where, name in one.repositories.items()}
        same = entry is not None and any(program.library.find_by_repository(where, name) is entry for where, name in one.repositories.items())  # type: ignore[arg-type]  # fmt: skip
        if (hub, repository) in named or same:
            return one
    return None


def matches(service: Service, loaded: Loaded, program: Program) -> Iterator[Match | str]:
    """For each deployment of the model, in their order: what of the cluster it is, or why it is not taken."""
    model = hub_model(loaded, program)
    for number, one in enumerate(model.deployments if model else (), start=1):
        yield from _match(number, one, service, program, model.context if model else None)


def _match(
    number: int, one: Deployment, service: Service, program: Program, context: int | None
) -> Iterator[Match | str]:
    needs = one.resource_requirements
    said = (
        f"Deployment {number} ({one.runtime}, {needs.gpu_count} x {needs.gpu_type} with {needs.per_gpu_memory_gb} GB)"
    )
    if service.runtime is not None and service.runtime != one.runtime:
        yield f"{said} is for another runtime than the service's."
        return
    runtime: Runtime | None = program.library.find("runtime", one.runtime).value
    if runtime is None:
        yield f"{said}: the library has no runtime `{one.runtime}`."
        return
    if not satisfied(runtime.version, one.version_required):
        yield f"{said} asks for version {one.version_required}, and the library has {runtime.version}."
        return
    pools = list(_pools(one, service, program))
    if not pools:
        yield f"{said}: the cluster has no such cards."
    for pool in pools:
        line = from_line(one.custom_runtime_args, runtime.switches)
        environment = {variable.name: variable.value for variable in one.env}
        yield Match(runtime, pool, needs.gpu_count or None, line, environment, context)


def _pools(one: Deployment, service: Service, program: Program) -> Iterator[Resolved]:
    """The cluster's pools that a deployment may mean, the one with the least memory first."""
    needs = one.resource_requirements
    vendor = VENDORS.get(needs.gpu_type)
    found = []
    for name in [service.accelerator] if service.accelerator else program.profile.accelerators:
        resolved = pool_of(program, str(name), program.profile.document.at()).value
        if resolved is None or resolved.entry.vendor != vendor:
            continue
        memory = resolved.entry.memory_mib
        # What drivers report is a little below what is on the box.
        if memory >= needs.per_gpu_memory_gb * MIB_OF_GB * 0.97 and resolved.pool.cards >= max(1, needs.gpu_count):
            found.append(resolved)
    yield from sorted(found, key=lambda one: (one.entry.memory_mib, one.id))


def satisfied(version: str, required: str) -> bool:
    """Whether a version is within bounds, `>=v0.6.5, <1`.

    >>> satisfied("0.29.0", ">=v0.6.5"), satisfied("0.29.0", "<0.9"), satisfied("0.29.0", "~=0.29.1")
    (True, False, False)
    """
    return all(_within(version, bound) for bound in required.split(",") if bound.strip())


def _within(version: str, bound: str) -> bool:
    found = _BOUND.match(bound.strip())
    if found is None:
        return False
    sign, wanted = found[1] or "==", _padded(found[2])
    own = _padded(version)
    compatible = own >= wanted and own[: found[2].count(".")] == wanted[: found[2].count(".")]
    results = {"==": own == wanted, "!=": own != wanted, ">=": own >= wanted, "<=": own <= wanted, ">": own > wanted, "<": own < wanted, "~=": compatible}  # fmt: skip
    return results[sign]


def _padded(version: str) -> tuple[int, ...]:
    parts = [int(part) for part in version.split(".")]
    return (*parts, *[0] * (4 - len(parts)))
