"""An image whose tag can move."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from compiler.checking.rule import Finding, Rule
from compiler.diagnostics import Code, Severity
from compiler.manifest import Manifest


def mutable_image(manifest: Manifest, limit: str) -> Iterator[Finding]:
    """Tag `latest`, or none."""
    del limit
    for container in _containers(manifest):
        image = str(container.get("image", ""))
        tag = image.rpartition("/")[2].partition(":")[2]
        if "@" not in image and tag in {"", "latest"}:
            yield Finding(
                manifest.origin,
                f"The image `{image}` of container `{container.get('name')}` can change under its name.",
                "Use a tag with a version, or a digest, in the library entry.",
            )


def _containers(manifest: Manifest) -> Iterator[dict[str, Any]]:
    for field in ("initContainers", "containers"):
        listed = manifest.value("spec", "template", "spec", field)
        if isinstance(listed, list):
            yield from (one for one in listed if isinstance(one, dict))


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
    kinds=frozenset({"Job"}),
)
