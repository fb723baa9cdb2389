"""An image whose tag can move."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.checking.containers import containers, is_passed
from compiler.checking.rule import Finding, Rule
from compiler.diagnostics import Code, Severity
from compiler.manifest import Manifest
from compiler.source.document import Origin, Path


def mutable_image(manifest: Manifest, limit: str) -> Iterator[Finding]:
    """Tag `latest`, or none."""
    del limit
    for path, container in containers(manifest):
        # Where a runtime brings the container, the document may leave its image to it.
        image = str(container.get("image") or "")
        tag = image.rpartition("/")[2].partition(":")[2]
        if image and "@" not in image and tag in {"", "latest"}:
            place, do = _place(manifest, (*path, "image"))
            wrong = f"The image `{image}` of container `{container.get('name')}` can change under its name."
            yield Finding(place, wrong, f"Use a tag with a version, or a digest{do}.")


def _place(manifest: Manifest, path: Path) -> tuple[Origin, str]:
    """Where the image was said: in a document that is passed through, or somewhere on the way to an object."""
    if is_passed(manifest):
        return manifest.origin.document.at(*path), ""
    said = manifest.said(path)
    if said is not None:
        return said, ""
    place, where = manifest.places.get("image"), ""
    if place is None:
        place, where = manifest.origin, ", in the library entry"
    return place, f"{where}, or run `hydra lock`, which looks the digest up"


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
