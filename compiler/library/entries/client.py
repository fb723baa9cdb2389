"""`library/clients/`: images that ask services."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from compiler.library.entries.loader import Resources
from compiler.library.entry import Entry, Text


class Client(Entry):
    """An image in which a program of Hydra's own runs. It has Python 3.11 or newer, and needs nothing else."""

    kind: Literal["Client"]

    image: Text
    """The image with its tag."""

    resources: Resources = Field(default=Resources())
    """What a pod asks for."""


ENTRY = Client
