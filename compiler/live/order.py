"""In which order objects are asked about: what others need comes first, as a sync would apply them."""

from __future__ import annotations

from collections.abc import Iterable

from compiler.change.values import Subject

FIRST = (
    "/Namespace",
    "apiextensions.k8s.io/CustomResourceDefinition",
    "storage.k8s.io/StorageClass",
    "scheduling.k8s.io/PriorityClass",
    "/ServiceAccount",
    "rbac.authorization.k8s.io/ClusterRole",
    "rbac.authorization.k8s.io/ClusterRoleBinding",
    "rbac.authorization.k8s.io/Role",
    "rbac.authorization.k8s.io/RoleBinding",
    "/PersistentVolume",
    "/PersistentVolumeClaim",
    "/Secret",
    "/ConfigMap",
    "/Service",
    "serving.kserve.io/ClusterServingRuntime",
    "serving.kserve.io/ServingRuntime",
)
"""Kinds that others need; all other kinds follow."""

_RANKS = {kind: rank for rank, kind in enumerate(FIRST)}


def in_order(subjects: Iterable[Subject]) -> list[Subject]:
    """Objects by what needs them, then by kind and name."""
    return sorted(subjects, key=lambda one: (rank(one), one.kind, one.target))


def rank(subject: Subject) -> int:
    """How early an object comes; those of one rank need none of each other."""
    return _RANKS.get(subject.kind, len(FIRST))
