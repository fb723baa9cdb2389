"""MANUAL: an empty volume that people fill themselves."""

from __future__ import annotations

from compiler.sources.base import Placement, Reading, Source, SourceType


def read(reading: Reading) -> Source:
    """Nothing to read: the URI is exactly `manual://`."""
    if reading.uri.text != "manual://":
        reading.problem("A MANUAL source has nothing behind `manual://`.", "Write `manual://`.")
    return Source(SOURCE, "manual://")


SOURCE = SourceType(
    name="MANUAL",
    summary="An empty volume that people fill themselves",
    form="manual://",
    schemes=("manual",),
    placement=Placement.EMPTY,
    read=read,
)
