"""PVC: data on a claim that exists already."""

from __future__ import annotations

import re

from compiler.sources.base import Placement, Reading, Source, SourceType

_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")


def read(reading: Reading) -> Source:
    """A claim and the directory on it, which is for consumers."""
    claim, path = reading.uri.host, reading.uri.path.strip("/")
    if not _NAME.fullmatch(claim):
        reading.problem(f"`{claim}` is not the name of a claim.", f"Write `{SOURCE.form}`.")
    if ".." in path.split("/"):
        reading.problem("The path leads out of the volume.", "Remove `..`.")
    return Source(SOURCE, reading.uri.bare, {"claim": claim, "path": path}, {"claim": claim, "path": path})


SOURCE = SourceType(
    name="PVC",
    summary="A directory on a claim that exists already",
    form="pvc://<claim>/<directory>",
    schemes=("pvc",),
    placement=Placement.CLAIM,
    read=read,
)
