"""ModelScope: a model or data set of the hub."""

from __future__ import annotations

from compiler.sources.base import Placement, Reading, Source, SourceType
from compiler.sources.hub import OPTIONS, Hub, pinned, read_hub

HUB = Hub("modelscope", "modelscope", "master")


def read(reading: Reading) -> Source:
    """A repository of ModelScope."""
    return read_hub(reading, SOURCE, HUB)


SOURCE = SourceType(
    name="MODEL_SCOPE",
    summary="A model or data set of ModelScope",
    form="modelscope://[datasets/]<organisation>/<name>[@<revision>]",
    schemes=("modelscope",),
    placement=Placement.LOADED,
    read=read,
    options=OPTIONS,
    secret_keys=("token",),
    pinned=pinned,
)
