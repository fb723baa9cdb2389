"""What a compile needs of the lock file: which names it pins, which it lacks, and which nothing asks for any more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from compiler.checking.containers import containers
from compiler.checking.policy import levels_of
from compiler.checking.rules.hyd403_mutable_revision import moves
from compiler.diagnostics import Diagnostic, Placed, Severity, placed
from compiler.lock.problems import missing_pin, unused_pin
from compiler.planning.images import mirrored, name_of

if TYPE_CHECKING:
    from compiler.dialects.base import Passed
    from compiler.front import Front
    from compiler.linking.artifact import Artifact
    from compiler.linking.profile import Profile
    from compiler.manifest import Manifest
    from compiler.sources.base import Source
    from compiler.spec.settings import Settings


class Use(NamedTuple):
    """Where an image is first written. Files are compared, so that it does not matter who finds it first."""

    file: str
    at: Placed


Uses = Mapping[str, Use]
"""By image, as it is written."""


def uses(manifests: Iterable[Manifest], passed: Iterable[Passed]) -> dict[str, Use]:
    """The images of the objects that the compiler makes. Documents that are passed through stay as they are."""
    verbatim = {id(one.document) for one in passed}
    first: dict[str, Manifest] = {}
    for manifest in manifests:
        if id(manifest.origin.document) in verbatim:
            continue
        for image in images_of(manifest):
            if image not in first or manifest.file < first[image].file:
                first[image] = manifest
    return {image: Use(one.file, placed(one.place("image"))) for image, one in first.items()}


def images_of(manifest: Manifest) -> Iterator[str]:
    """The images of an object's containers, as they are written."""
    for _, container in containers(manifest):
        image = container.get("image")
        if isinstance(image, str) and image:
            yield image


def together(shares: Iterable[Uses]) -> dict[str, Use]:
    """What several shares of a cluster use."""
    found: dict[str, Use] = {}
    for one in shares:
        for image, use in one.items():
            found[image] = min(use, found.get(image, use), key=lambda each: each.file)
    return found


def about_pins(front: Front, images: Mapping[str, Uses], *, whole: bool) -> list[Diagnostic]:
    """Names that the lock file lacks and, of a whole repo without errors, those that nothing needs.

    `images` is what each cluster uses. A lock file that pins nothing is no promise that anything is pinned.
    """
    if not front.locked.lock.pins.any:
        return []
    return [*_missing(front, images), *(_unused(front, images) if whole else ())]


def _missing(front: Front, images: Mapping[str, Uses]) -> Iterator[Diagnostic]:
    told: set[str] = set()
    for parts in front.parts.values():
        for artifact in parts.artifacts:
            movable = artifact.source.movable
            if movable is not None and artifact.source.unpinned and movable.name not in told:
                told.add(movable.name)
                level = _level(artifact.source, front.settings)
                yield missing_pin(artifact.source_at, movable.name, level, artifact.origin)
    for cluster in sorted(images):
        for image, use in sorted(images[cluster].items()):
            name = name_of(image)
            if name is not None and name.full not in told:
                told.add(name.full)
                yield missing_pin(use.at, image)


def _level(source: Source, settings: Settings) -> Severity | None:
    """The level of a source that is not pinned: where settings say more of one that can move, that counts here, too."""
    level = levels_of(settings).get("HYD403")
    return Severity.ERROR if level == Severity.ERROR.label and moves(source) else None


def _unused(front: Front, images: Mapping[str, Uses]) -> Iterator[Diagnostic]:
    needed = {name for parts in front.parts.values() for name in _sources(parts.artifacts)}
    for cluster, parts in front.parts.items():
        needed |= _pulled(parts.profile, images.get(cluster, {}))
    for section, names in front.locked.lock.pins._asdict().items():
        for name in sorted(names.keys() - needed):
            if front.locked.document is not None:
                yield unused_pin(front.locked.document.at(section, name, key=True), name)


def _sources(artifacts: Iterable[Artifact]) -> Iterator[str]:
    for artifact in artifacts:
        if artifact.source.movable is not None:
            yield artifact.source.movable.name


def _pulled(profile: Profile, images: Uses) -> set[str]:
    """The names behind the images that a cluster pulls by a digest of the lock file."""
    pins = profile.images
    by_mirror = {f"{mirrored(name, profile.registry)}@{digest}": name for name, digest in pins.items()}
    found = set()
    for image in images:
        stem, _, digest = image.partition("@")
        name = name_of(stem)
        found |= {name.full} if name is not None and pins.get(name.full) == digest else set()
        found |= {by_mirror[image]} if image in by_mirror else set()
    return found
