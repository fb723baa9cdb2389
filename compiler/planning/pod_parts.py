"""Parts of workloads' pods that do not depend on what runs in them: volumes, gates, groups, queues."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from compiler.diagnostics import Diagnostic
from compiler.linking.profile import Profile
from compiler.linking.program import Program
from compiler.linking.workload import Finetune
from compiler.planning.finetuning import problems
from compiler.planning.images import host_of
from compiler.planning.whereabouts import Whereabouts
from compiler.planning.work import PodVolume, Waiting
from compiler.source.document import Origin
from compiler.spec.durations import seconds

_SHARED = frozenset({"ReadWriteMany", "ReadOnlyMany"})
QUEUE_LABEL = "kueue.x-k8s.io/queue-name"
_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")


class Mounted(NamedTuple):
    """Data as a pod sees it."""

    name: str
    """Name of the pod's volume."""

    path: str
    """Where its claim is mounted."""

    data: Whereabouts

    @property
    def directory(self) -> str:
        """The data in the pod."""
        return f"{self.path}/{self.data.directory}".rstrip("/")


def volumes_of(mounted: Iterable[Mounted]) -> list[PodVolume]:
    """A volume for each, read-only, the whole claim."""
    return [PodVolume(one.name, one.path, claim=one.data.claim, read_only=True) for one in mounted]


def gates_of(mounted: Iterable[Mounted], timeout_seconds: int) -> list[Waiting]:
    """A gate for each whose data somebody makes. What a training makes is waited for as long as that may take, too."""
    return [
        Waiting(
            gate_name(one.data.wanted),
            one.data.wanted,
            one.data.producer,
            f"{one.path}/{one.data.marker}",
            timeout_seconds + one.data.takes_seconds,
            one.name,
        )
        for one in mounted
        if one.data.marker is not None
    ]


def gate_name(wanted: str) -> str:
    """Name of a gate's container.

    >>> gate_name("support-bot/models/base")
    'wait-base'
    """
    return f"wait-{_NOT_IN_NAMES.sub('-', wanted.rpartition('/')[2].lower()).strip('-')}"[:63].rstrip("-")


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


def check_wait(profile: Profile, gates: Iterable[Waiting], at: Origin, *, asks: bool) -> list[Diagnostic]:
    """A queue that gives up before the gates do."""
    queue = profile.queue
    if queue is None or queue.kind != "kueue" or queue.pods_ready_timeout is None or not asks:
        return []
    ready, longest = seconds(queue.pods_ready_timeout), max((one.timeout_seconds for one in gates), default=0)
    return [problems.evicted_at_the_gate(at, ready, longest)] if ready < longest else []


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
