"""A small file of the repo: `./train.jsonl`. It travels in a ConfigMap."""

from __future__ import annotations

from compiler.sources.base import Placement, Reading, Source, SourceType


def read(reading: Reading) -> Source:
    """The file's name; its text is added by whoever may read the repo."""
    name = reading.uri.path.rpartition("/")[2]
    return Source(SOURCE, f".{reading.uri.path}", {"file": name}, {"file": name}, loader="file")


SOURCE = SourceType(
    name="FILE",
    summary="A small file of the repo",
    form="./<path from the spec file>",
    schemes=("file",),
    placement=Placement.LOADED,
    read=read,
    short=(),
)
