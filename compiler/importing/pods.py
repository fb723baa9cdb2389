"""Pods of foreign jobs, as far as a Project has words for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from compiler.dialects.cpodoperator.products import gpu_of
from compiler.dialects.deferred import Around
from compiler.dialects.kubeflow_pods import CARDS, entries, mapping, number
from compiler.importing.base import Entry, Taking
from compiler.importing.names import entry_name
from compiler.linking.accelerators import PRODUCT
from compiler.sources.base import Placement

if TYPE_CHECKING:
    from compiler.linking.artifact import Artifact

OF_PODS = frozenset({"containers", "volumes", "restartPolicy", "nodeSelector"})
OF_CONTAINERS = frozenset({
    "name", "image", "imagePullPolicy", "command", "args", "env", "resources", "volumeMounts", "workingDir", "ports",
})  # fmt: skip
SHARED_MEMORY = "/dev/shm"  # noqa: S108  a Linux path that every pod has


class Unsayable(Exception):  # noqa: N818  not an error: it says why a document stays
    """A Project has no word for something."""


class Pod(NamedTuple):
    """The pods of a role."""

    container: Mapping[str, Any]
    spec: Mapping[str, Any]
    environment: Mapping[str, Any]
    """As a Project has it."""


class Mounts(NamedTuple):
    """What pods mount."""

    mounts: Mapping[str, Mapping[str, str]]
    entries: tuple[Entry, ...]
    """Entries of claims that nothing else stands for."""


def pod_of(role: Mapping[str, Any]) -> Pod:
    """The pod of a role.

    Raises: Unsayable, where a Project has no word for something in it.
    """
    spec = mapping(role, "template", "spec")
    containers = [one for _, one in entries(spec, "containers")]
    if len(containers) != 1:
        raise Unsayable(f"Its pods have {len(containers)} containers, and those of a Project's job one.")
    _only(spec, OF_PODS)
    _only(containers[0], OF_CONTAINERS)
    if set(mapping(spec, "nodeSelector")) - {PRODUCT}:
        raise Unsayable("It selects nodes by labels; a Project names an `accelerator` of the cluster.")
    return Pod(containers[0], spec, _environment(containers[0]))


def _only(given: Mapping[str, Any], known: frozenset[str]) -> None:
    for name, value in given.items():
        if name not in known and value not in (None, {}, []):
            raise Unsayable(f"A Project's job has no word for `{name}` of its pods.")


def _environment(container: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for _, one in entries(container, "env"):
        name, secret = str(one.get("name")), mapping(one, "valueFrom", "secretKeyRef")
        if secret:
            found[name] = {"secret": secret.get("name"), "key": secret.get("key")}
        elif one.get("valueFrom"):
            raise Unsayable(f"`{name}` comes from the pod or a ConfigMap, which a Project's `env` cannot hold.")
        else:
            found[name] = str(one.get("value") or "")
    return found


def cards_and_amounts(pod: Pod, taking: Taking) -> dict[str, Any]:
    """`accelerator` and `resources` of a pod.

    Raises: Unsayable, where the cluster does not tell which accelerator it is.
    """
    resources = mapping(pod.container, "resources")
    asked = {**mapping(resources, "requests"), **mapping(resources, "limits")}
    cards = {name: number(amount) or 0 for name, amount in asked.items() if CARDS.fullmatch(name)}
    others = [name for name in asked if name not in cards and name not in {"cpu", "memory"}]
    if others or len(cards) > 1:
        raise Unsayable(f"A Project's job has no word for the resource `{[*others, *cards][0]}`.")
    found: dict[str, Any] = {}
    for count in (one for one in cards.values() if one):
        found["accelerator"] = {"type": _accelerator(pod, taking), "count": count}
    amounts = {name: str(asked[name]) for name in ("cpu", "memory") if name in asked}
    return found | ({"resources": amounts} if amounts else {})


def _accelerator(pod: Pod, taking: Taking) -> str:
    """The accelerator of the cluster that a pod asks for: by its node label, or the only one."""
    program = taking.side.program
    product = mapping(pod.spec, "nodeSelector").get(PRODUCT)
    if product is None and len(program.profile.accelerators) == 1:
        return next(iter(program.profile.accelerators))
    around, at = Around(program.profile, program.library), taking.document.at("spec")
    found = gpu_of(around, str(product), at).value.accelerator if product is not None else None
    if found is None:
        raise Unsayable("Which of the cluster's accelerators it takes is not said: it selects no node by its GPU.")
    return found


def mounts_of(pod: Pod, taking: Taking) -> Mounts:
    """What a pod mounts, for reading.

    Raises: Unsayable, where it writes to a claim, or mounts something else than claims.
    """
    volumes = {str(one.get("name")): one for _, one in entries(pod.spec, "volumes")}
    mounts: dict[str, Mapping[str, str]] = {}
    brought: list[Entry] = []
    for _, mount in entries(pod.container, "volumeMounts"):
        volume, path = volumes.get(str(mount.get("name")), {}), str(mount.get("mountPath")).rstrip("/")
        claim = mapping(volume, "persistentVolumeClaim")
        if path == SHARED_MEMORY and mapping(volume, "emptyDir").get("medium") == "Memory":
            continue
        if not claim:
            raise Unsayable(f"What it mounts at `{path}` is no claim.")
        if not (claim.get("readOnly") or mount.get("readOnly")):
            raise Unsayable(f"It may write to the claim `{claim.get('claimName')}`; a Project mounts for reading.")
        name, entry = _mounted(str(claim.get("claimName")), str(mount.get("subPath") or ""), taking)
        mounts[path] = name
        brought += entry
    return Mounts(mounts, tuple(brought))


def _mounted(claim: str, sub_path: str, taking: Taking) -> tuple[Mapping[str, str], list[Entry]]:
    """What stands for a claim: a dataset or model that lies there, else a dataset of its own."""
    namespace = str(taking.document.value["metadata"]["namespace"])
    project = taking.names.projects[namespace]
    for artifact in taking.side.program.artifacts:
        if artifact.namespace == namespace and _lies_on(artifact, claim, sub_path):
            place = taking.names.keys.get(artifact.key)
            kind = taking.names.sections.get(place, "datasets") if place else "datasets"
            return {kind.removesuffix("s"): taking.names.reference(artifact.key, project)}, []
    wanted = entry_name(claim)
    if wanted is None:
        raise Unsayable(f"The claim `{claim}` has a name that no entry can have.")
    name = taking.names.of_claim(namespace, claim, wanted)
    source = f"pvc://{claim}/{sub_path}".rstrip("/")
    return {"dataset": name}, [Entry("datasets", name, {"source": source}, taking.document)]


def _lies_on(artifact: Artifact, claim: str, sub_path: str) -> bool:
    """Whether data is what a directory of a claim holds."""
    if artifact.source.type.placement is Placement.CLAIM:
        fields = artifact.source.fields
        return fields["claim"] == claim and str(fields["path"]) == sub_path.strip("/")
    return artifact.names.claim == claim and artifact.mount.path.strip("/") == sub_path.strip("/")
