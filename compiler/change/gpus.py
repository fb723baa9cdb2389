"""What objects hold: accelerators of their pods, bytes of claims.

Which resources are accelerators cannot be told from an object alone, and a repo's own library may name new ones. Any
extended resource counts, less those that are known to be something else: networks, other devices, shares of a card.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from compiler.change.kinds.bodies import at_least_one, items, mapping, value
from compiler.change.values import Subject
from compiler.emission.quantities import quantity_bytes

_OTHER_GROUPS = ("rdma", "devices.kubevirt.io", "smarter-devices", "vpc.amazonaws.com", "networking.gke.io",
                 "mellanox.com", "openshift.io", "k8s.cni.cncf.io")  # fmt: skip
_OTHER_WORDS = ("hugepages", "sriov", "rdma", "hca")
_SHARES = ("mem", "memory", "cores", "-core", "percentage")
"""How the names of shares of a card end: `nvidia.com/gpumem`, `aliyun.com/gpu-mem`."""


class Pods(NamedTuple):
    """Equal pods of an object."""

    least: int
    """How many there are at least."""

    most: int
    """How many a scaler may make of them."""

    spec: Mapping[str, Any]
    """Their pod spec."""


class Held(NamedTuple):
    """Accelerators."""

    least: int
    most: int


def held(subject: Subject) -> Held:
    """The accelerators that all pods of an object hold, at least and at most.

    Pods whose number no spec says (of a DaemonSet) are not counted.
    """
    # Imported here, since the kinds count with what stands in this module.
    from compiler.change.kinds.registry import pods

    counted = pods().get(subject.kind)
    if counted is None:
        return Held(0, 0)
    found = [(one, devices(one.spec)) for one in counted(subject.body)]
    return Held(sum(one.least * each for one, each in found), sum(one.most * each for one, each in found))


def devices(spec: Mapping[str, Any]) -> int:
    """Accelerators of one pod: of its containers together, or of an init container, where that asks for more.

    Source: Kubernetes, "Init Containers", Resource sharing within containers.
    """
    inits = items(spec, "initContainers")
    beside = [one for one in inits if one.get("restartPolicy") == "Always"]
    running = sum(of_container(one) for one in (*items(spec, "containers"), *beside))
    return max([running, *(of_container(one) for one in inits)])


def of_container(container: Mapping[str, Any]) -> int:
    """Accelerators that a container asks for."""
    resources = mapping(container, "resources")
    asked = {**mapping(resources, "requests"), **mapping(resources, "limits")}
    return sum(_amount(amount) for name, amount in asked.items() if is_accelerator(name))


def is_accelerator(resource: str) -> bool:
    """Whether a resource's name is that of an accelerator.

    >>> [is_accelerator(one) for one in ("nvidia.com/gpu", "huawei.com/Ascend910", "cpu", "rdma/hca", "nvidia.com/gpumem")]
    [True, True, False, False, False]
    """
    group, slash, name = str(resource).partition("/")
    if not slash or group in _OTHER_GROUPS or group.endswith("kubernetes.io"):
        return False
    return not name.endswith(_SHARES) and not any(word in name for word in _OTHER_WORDS)


def storage_bytes(subject: Subject) -> int:
    """Bytes that a claim asks for; 0 for what is no claim."""
    if subject.kind != "/PersistentVolumeClaim":
        return 0
    return _amount(value(subject.body, "spec", "resources", "requests", "storage"))


def pods_of_templates(roles: Mapping[str, Any]) -> Iterator[Pods]:
    """The pods of roles that have `replicas` and a `template`."""
    for name in roles:
        there = at_least_one(roles, name, "replicas")
        yield Pods(there, there, mapping(roles, name, "template", "spec"))


def _amount(amount: Any) -> int:
    try:
        return max(0, quantity_bytes(str(amount))) if amount is not None else 0
    except ValueError:
        return 0
