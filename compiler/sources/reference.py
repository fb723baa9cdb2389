"""REFERENCE: the data of another dataset or model."""

from __future__ import annotations

from compiler.sources.base import Placement, Reading, Source, SourceType


def read(reading: Reading) -> Source:
    """`<namespace>/<name>` of a Dataset, or `<project>/<entry>`."""
    owner, name = reading.uri.host, reading.uri.path.strip("/")
    if not owner or not name or "/" in name:
        reading.problem("The URI does not name a dataset.", f"Write `{SOURCE.form}`.")
    return Source(SOURCE, reading.uri.bare, {"owner": owner, "name": name})


SOURCE = SourceType(
    name="REFERENCE",
    summary="The data of another dataset or model",
    form="dataset://<namespace or project>/<name>",
    schemes=("dataset",),
    placement=Placement.REFERENCE,
    read=read,
)
