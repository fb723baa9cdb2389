"""Parts of workloads' pods that do not depend on what runs in them: volumes, gates, groups, queues."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from compiler.diagnostics import Diagnostic
from compiler.emission.naming import object_name
from compiler.linking.accelerators import Resolved
from compiler.linking.profile import Profile
from compiler.linking.program import Program
from compiler.linking.workload import Finetune
from compiler.planning.finetuning import problems
from compiler.planning.images import host_of
from compiler.planning.pools import pool_of
from compiler.planning.whereabouts import Whereabouts
from compiler.planning.work import PodVolume, Waiting
from compiler.source.document import Origin

_SHARED = frozenset({"ReadWriteMany", "ReadOnlyMany"})
TELLS_PROCESSES = (1, 8)
"""Version of the training operator from which on Workers alone are told how many processes a node has."""

QUEUE_LABEL = "kueue.x-k8s.io/queue-name"
_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")


class Mounted(NamedTuple):
    """Data as a pod sees it."""

    name: str
    """Name of the pod's volume."""

    path: str
    """Where its claim is mounted."""

    data: Whereabouts
    alone: bool = False
    """Whether the data is mounted there by itself, without the rest of its claim."""

    @property
    def directory(self) -> str:
        """The data in the pod."""
        return self.path if self.alone else f"{self.path}/{self.data.directory}".rstrip("/")

    @property
    def sub_path(self) -> str:
        """What of the claim is mounted; empty for all of it."""
        return self.data.directory.strip("/") if self.alone else ""


def volumes_of(mounted: Iterable[Mounted]) -> list[PodVolume]:
    """A volume for each, read-only."""
    return [
        PodVolume(one.name, one.path, claim=one.data.claim, read_only=True, sub_path=one.sub_path) for one in mounted
    ]


def gates_of(mounted: Iterable[Mounted], timeout_seconds: int) -> list[Waiting]:
    """A gate for each whose data somebody makes, once for data that is mounted twice. What a training makes is waited
    for as long as that may take, too."""
    waited = {(one.data.claim, one.data.marker): one for one in reversed([*mounted]) if one.data.marker is not None}
    listed = list(reversed(waited.values()))
    names = [gate_name(one.data.wanted) for one in listed]
    return [
        Waiting(
            name if names.count(name) == 1 else distinct_gate_name(one.data.wanted),
            one.data.wanted,
            one.data.producer,
            f"{one.path}/{one.data.marker}",
            timeout_seconds + one.data.takes_seconds,
            one.name,
        )
        for name, one in zip(names, listed, strict=True)
    ]


def gate_name(wanted: str) -> str:
    """Name of a gate's container.

    >>> gate_name("support-bot/models/base")
    'wait-base'
    """
    return object_name(["wait", _slug(wanted.rpartition("/")[2])])


def distinct_gate_name(wanted: str) -> str:
    """Name of a gate's container, where another one waits for something that is called the same elsewhere.

    >>> distinct_gate_name("support-bot/models/base")
    'wait-support-bot-models-base'
    """
    return object_name(["wait", _slug(wanted)])


def _slug(text: str) -> str:
    return _NOT_IN_NAMES.sub("-", text.lower()).strip("-")


def groups_of(mounted: Iterable[Mounted], own: int) -> tuple[int, ...]:
    """Supplemental groups: of data that belongs to others."""
    return tuple(sorted({one.data.mount.gid for one in mounted} - {own}))


def gate_seconds(profile: Profile, deadline: int | None) -> int:
    """How long a workload waits for its data: no longer than it may run at all."""
    return profile.gate_seconds if deadline is None else min(profile.gate_seconds, deadline)


def queue_labels(profile: Profile, *, asks: bool) -> dict[str, str]:
    """The label that puts a workload into the cluster's queue, where it asks for an accelerator."""
    queue = profile.queue
    return {QUEUE_LABEL: queue.name} if queue is not None and queue.kind == "kueue" and asks else {}


def volcano_queue(profile: Profile, *, asks: bool) -> str | None:
    """The queue of Volcano, where the workload asks for an accelerator."""
    queue = profile.queue
    return queue.name if queue is not None and queue.kind == "volcano" and asks else None


def check_image(profile: Profile, image: str, at: Origin) -> list[Diagnostic]:
    """An image of the user's that an offline cluster cannot pull."""
    if not profile.offline or not profile.registry:
        return []
    mirrors = [profile.registry] if isinstance(profile.registry, str) else list(profile.registry.values())
    if any(image.startswith(f"{mirror.rstrip('/')}/") for mirror in mirrors):
        return []
    if not isinstance(profile.registry, str) and host_of(image)[0] not in profile.registry:
        return []
    return [problems.image_outside(at, image, mirrors[0])]


def check_nodes(
    program: Program,
    namespace: str,
    claims: Mapping[str, tuple[str, ...] | None],
    *,
    written: Collection[str],
    nodes: int,
    at: Origin,
) -> list[Diagnostic]:
    """Claims that pods on several nodes could not all mount, those in `written` to write to them. What is None is asked
    of the claim's document."""
    if nodes < 2:
        return []
    found = []
    for claim, modes in claims.items():
        known = _known_modes(program, namespace, claim, modes)
        enough = {"ReadWriteMany"} if claim in written else {"ReadWriteMany", "ReadOnlyMany"}
        if known and not enough & {*known}:
            found.append(problems.one_node_volume(at, claim, nodes))
    return found


def check_held(program: Program, namespace: str, waited: Mapping[str, tuple[Mounted, Origin]]) -> list[Diagnostic]:
    """Claims that a waiting pod holds on its node, while who makes the data may need them on another one."""
    found = []
    for claim, (mounted, at) in waited.items():
        modes = _known_modes(program, namespace, claim, modes_of(program, namespace, mounted))
        if mounted.data.marker is not None and modes and not _SHARED & {*modes}:
            found.append(problems.held_while_waiting(at, claim, mounted.data.producer))
    return found


def _known_modes(program: Program, namespace: str, claim: str, modes: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """How a claim may be mounted: as its document says, where there is one."""
    document = program.claims.get((namespace, claim))
    if document is None:
        return modes
    spec = document.document.value.get("spec")
    return tuple(spec.get("accessModes") or ()) if isinstance(spec, dict) else None


def check_copied(finetune: Finetune, modes: Collection[str]) -> list[Diagnostic]:
    """A result that a Job copies, on a volume that the training needs for itself."""
    if (finetune.output.export is None and finetune.upload is None) or _SHARED & {*modes}:
        return []
    producer = f"PyTorchJob {finetune.namespace}/{finetune.names.job}"
    return [problems.held_while_waiting(finetune.at("output"), finetune.names.claim, producer)]


def check_chain(program: Program, workload: Finetune, pool: Resolved) -> list[Diagnostic]:
    """A fine-tuning that holds its cards while it waits for another one that needs cards, too."""
    base = program.links[workload.of, "model"]
    if not isinstance(base, Finetune) or pool.pool.card.resource is None:
        return []
    other = pool_of(program, base.accelerator, base.at("accelerator", "type")).value
    at, name = workload.references[0].at, base.of
    if other is not None and other.id == pool.id and base.cards + workload.cards > pool.pool.cards:
        return [problems.chain_beyond_cluster(at, name, base.cards + workload.cards, pool.pool.cards, pool.id)]
    return [problems.waits_with_cards(at, name, workload.cards, pool.id)]


def check_operator(profile: Profile, nodes: int, processes: int, at: Origin) -> list[Diagnostic]:
    """An operator that does not tell Workers how many processes a node has."""
    stated = profile.training_operator
    if stated is None or nodes < 2 or processes < 2:
        return []
    version = tuple(int(part) for part in stated.removeprefix("v").split(".")[:2])
    return [problems.operator_too_old(at, stated)] if version < TELLS_PROCESSES else []


def check_output(modes: Collection[str], at: Origin) -> list[Diagnostic]:
    """A claim for results that nobody may write to."""
    if set(modes) != {"ReadOnlyMany"}:
        return []
    from compiler.spec.problems import bad_value

    return [bad_value(at, "Nobody could write results to a `ReadOnlyMany` volume.", "Write `[ReadWriteMany]`.")]


def modes_of(program: Program, namespace: str, mounted: Mounted) -> tuple[str, ...] | None:
    """How nodes may mount a claim that an artifact makes; None where that is not known here."""
    made = program.claimants.get((namespace, mounted.data.claim))
    if made is None:
        return _modes_of_results(program, namespace, mounted.data.claim)
    if made.foreign:
        return None
    return made.wanted.access_modes or tuple(program.profile.storage.access_modes)


def _modes_of_results(program: Program, namespace: str, claim: str) -> tuple[str, ...] | None:
    """How nodes may mount the claim of a fine-tuning's results."""
    for one in program.workloads if (namespace, claim) in program.made else ():
        if isinstance(one, Finetune) and (one.namespace, one.names.claim) == (namespace, claim):
            return tuple(one.output.access_modes or program.profile.storage.access_modes)
    return None
