"""Hugging Face: a model or data set of the hub."""

from __future__ import annotations

from compiler.sources.base import Option, Placement, Reading, Source, SourceType
from compiler.sources.hub import OPTIONS, Hub, pinned, read_hub

HUB = Hub("huggingface", "hf", "main")


def read(reading: Reading) -> Source:
    """A repository of the Hugging Face hub. The option `offline`, which makes the original loader fail, is refused."""
    if "offline" in reading.options:
        reading.problem("`offline` makes the loader fail.", "Remove it: a mirror is the option `endpoint`.", "offline")
    return read_hub(reading, SOURCE, HUB)


SOURCE = SourceType(
    name="HUGGING_FACE",
    summary="A model or data set of the Hugging Face hub",
    form="hf://[datasets/]<organisation>/<name>[@<revision>]",
    schemes=("hf", "huggingface"),
    placement=Placement.LOADED,
    read=read,
    options={**OPTIONS, "endpoint": Option("URL of a mirror of the hub.", content=False)},
    secret_keys=("token",),
    pinned=pinned,
)
