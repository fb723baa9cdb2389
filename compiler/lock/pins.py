"""Pins: what names that can move meant when `hydra lock` asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from compiler.linking.artifact import Artifact
    from compiler.linking.program import Parts


def section_of(system: str) -> str:
    """The section of the lock file for names of a system: what a registry resolves is in `images`, artifacts as well."""
    return "images" if system == "oci" else "revisions"


class Pins(NamedTuple):
    """What the lock file pins. The fields are its sections, in their order."""

    revisions: Mapping[str, str] = {}
    """By source, with the branch or tag (`hf://acme/own@main`): the commit, 40 or 64 hexadecimal digits."""

    images: Mapping[str, str] = {}
    """By image or artifact of a registry (`docker.io/library/alpine:3.20`): the digest, `sha256:` and 64 digits."""

    @property
    def any(self) -> bool:
        """Whether anything is pinned: without, what moves is a matter of policy alone."""
        return bool(self.revisions or self.images)

    def of(self, system: str, name: str) -> str | None:
        """The commit or digest of a name; None where it has none."""
        return (self.images if section_of(system) == "images" else self.revisions).get(name)


def pinned(parts: dict[str, Parts], pins: Pins) -> dict[str, Parts]:
    """The parts of each cluster with their sources at the commits that are pinned, and the profile with the digests.

    What is loaded is the pinned commit, and so it is what the run digest covers: a source that is pinned is the same
    run as one whose spec names that commit.
    """
    if not pins.any:
        return parts
    return {
        cluster: one._replace(
            profile=one.profile._replace(images=pins.images),
            artifacts=tuple(_pinned(artifact, pins) for artifact in one.artifacts),
        )
        for cluster, one in parts.items()
    }


def _pinned(artifact: Artifact, pins: Pins) -> Artifact:
    source = artifact.source
    if source.movable is None or source.type.pinned is None:
        return artifact
    fixed = pins.of(source.movable.system, source.movable.name)
    return artifact._replace(source=source.type.pinned(source, fixed) if fixed else source._replace(unpinned=True))
