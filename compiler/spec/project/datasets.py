"""`datasets`: data that is loaded onto volumes."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from compiler.spec.base import Name, SpecModel
from compiler.spec.storage import Loaded, Source

Column = Literal["prompt", "query", "response", "history", "system", "messages", "text", "chosen", "rejected", "label"]
"""`label` says whether a response is a good one, for KTO."""

Role = Literal["role", "content", "user", "assistant", "observation", "function", "system"]
"""`role` and `content` are keys of a message, the others what `role` says."""


class Format(SpecModel):
    """How training data reads."""

    style: Literal["alpaca", "sharegpt", "text", "preference"]
    """Shape of a record."""

    columns: dict[Column, str] = Field(default={})
    """What the style calls a column -> the name in the files."""

    tags: dict[Role, str] = Field(default={})
    """How messages are written: keys of a message, and names of those who speak. Left out, `from` and `value`, `human`
    and `gpt`."""

    splits: dict[Literal["train", "validation", "test"], str] = Field(default={})
    """Split -> file below the data's directory."""


class Dataset(Loaded):
    """Data that is loaded onto a volume, or that lies on one already."""

    source: Source
    """Where the data comes from: a URI, `{type, uri, options}`, or `./file` for a small file of the repo."""

    format: Format | None = None
    """How its files read, where it is used for training."""


SECTION = dict[Name, Dataset]
