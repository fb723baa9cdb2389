"""Containers of objects, wherever a kind has them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from compiler.checking.environments import below
from compiler.manifest import Manifest
from compiler.source.document import Path

REPLICAS = "ReplicaSpecs"
"""What the field ends in that has the pods of a training job by role: `pytorchReplicaSpecs`."""

ANYWHERE = frozenset(("ray.io", "serving.kserve.io"))
"""Groups whose kinds have pods at many places."""

LISTS = ("initContainers", "containers")


def is_passed(manifest: Manifest) -> bool:
    """Whether an object is a document that is passed through."""
    document = manifest.origin.document
    same = (document.api_version, document.kind) == (manifest.api_version, manifest.kind)
    return same and not manifest.origin.path


def containers(manifest: Manifest) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The containers of an object's pods, each with the way to it."""
    if manifest.group in ANYWHERE:
        spec = manifest.body.get("spec")
        lists = [((*path, field), listed) for field in LISTS for path, listed in below(spec, field, ("spec",))]
    else:
        pods = [(*path, "spec") for path in _templates(manifest)]
        lists = [((*pod, field), manifest.value(*pod, field)) for pod in pods for field in LISTS]
    for path, listed in lists:
        for number, one in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(one, dict):
                yield (*path, number), one


def _templates(manifest: Manifest) -> Iterator[tuple[str, ...]]:
    """The ways to the pod templates, where there are any."""
    spec = manifest.value("spec")
    if not isinstance(spec, dict):
        return
    yield ("spec", "template")
    for field, value in spec.items():
        if str(field).endswith(REPLICAS) and isinstance(value, dict):
            yield from (("spec", field, role, "template") for role in value)
