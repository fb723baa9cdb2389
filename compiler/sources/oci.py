"""OCI: an artifact of a container registry."""

from __future__ import annotations

import re

from compiler.sources.base import Movable, Placement, Reading, Source, SourceType

_ARTIFACT = re.compile(r"[a-z0-9]+([._/-]+[a-z0-9]+)*")
_TAG = re.compile(r"[\w][\w.-]{0,127}", re.ASCII)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def read(reading: Reading) -> Source:
    """Registry, repository, and a tag or digest: `oci://host/repo:tag` or `oci://host/repo@sha256:...`."""
    path = reading.uri.path.strip("/")
    name, at, digest = path.partition("@")
    name, colon, tag = name.partition(":")
    if not reading.uri.host or not _ARTIFACT.fullmatch(name):
        reading.problem("The URI does not name an artifact.", f"Write `{SOURCE.form}`.")
    if at and not _DIGEST.fullmatch(digest):
        reading.problem(f"`{digest}` is not a digest.", "Write `sha256:` and 64 hexadecimal digits.")
    if colon and not _TAG.fullmatch(tag):
        reading.problem(f"`{tag}` is not a tag.", "Use letters, digits, `_`, `.` and `-`.")
    revision = digest if at else tag if colon else "latest"
    artifact = f"{reading.uri.host}/{name}{'@' if at else ':'}{revision}"
    location = f"{reading.uri.host}/{name}"
    movable = None if at else Movable("oci", artifact, location, revision)
    fields = {"artifact": artifact}
    return Source(SOURCE, reading.uri.bare, fields, fields, revision, loader="oci", movable=movable)


def pinned(source: Source, digest: str) -> Source:
    """The artifact at a digest: registries take no tag beside it."""
    location = source.movable.location if source.movable is not None else ""
    fields = {"artifact": f"{location}@{digest}"}
    return source._replace(uri=f"oci://{location}@{digest}", fields=fields, content=fields, revision=digest)


SOURCE = SourceType(
    name="OCI",
    summary="An artifact of a container registry",
    form="oci://<registry>/<repository>:<tag>",
    schemes=("oci",),
    placement=Placement.LOADED,
    read=read,
    secret_keys=(".dockerconfigjson",),
    pinned=pinned,
)
