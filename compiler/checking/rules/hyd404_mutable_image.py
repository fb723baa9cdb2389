"""An image whose tag can move."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from compiler.checking.environments import below
from compiler.checking.rule import Finding, Rule
from compiler.diagnostics import Code, Severity
from compiler.manifest import Manifest
from compiler.source.document import Origin, Path

REPLICAS = "ReplicaSpecs"
"""What the field ends in that has the pods of a training job by role: `pytorchReplicaSpecs`."""

ANYWHERE = frozenset(("ray.io", "serving.kserve.io"))
"""Groups whose kinds have pods at many places."""

LISTS = ("initContainers", "containers")


def mutable_image(manifest: Manifest, limit: str) -> Iterator[Finding]:
    """Tag `latest`, or none."""
    del limit
    for path, container in _containers(manifest):
        # Where a runtime brings the container, the document may leave its image to it.
        image = str(container.get("image") or "")
        tag = image.rpartition("/")[2].partition(":")[2]
        if image and "@" not in image and tag in {"", "latest"}:
            place, do = _place(manifest, (*path, "image"))
            wrong = f"The image `{image}` of container `{container.get('name')}` can change under its name."
            yield Finding(place, wrong, f"Use a tag with a version, or a digest{do}.")


def _place(manifest: Manifest, path: Path) -> tuple[Origin, str]:
    """Where the image was said: in a document that is passed through, or somewhere on the way to an object."""
    origin = manifest.origin
    document = origin.document
    if not origin.path and (document.api_version, document.kind) == (manifest.api_version, manifest.kind):
        return document.at(*path), ""
    place = manifest.places.get("image")
    return (origin, ", in the library entry") if place is None else (place, "")


def _containers(manifest: Manifest) -> Iterator[tuple[Path, dict[str, Any]]]:
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


RULE = Rule(
    Code(
        "HYD404",
        Severity.WARNING,
        "An image's tag can move.",
        "A pod that is started again may run other code than the one that was reviewed.",
        bad="# library/loaders/s3.yaml\nimage: registry.acme.io/loader:latest",
        good="# library/loaders/s3.yaml\nimage: registry.acme.io/loader:1.4.2",
    ),
    on=Manifest,
    check=mutable_image,
)
