"""What an object is called, where it goes and where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from compiler.source.document import Origin


class Identity(NamedTuple):
    """What an object is called, where it goes and where it comes from."""

    name: str
    namespace: str | None
    unit: str
    origin: Origin
    labels: Mapping[str, str] = {}
    annotations: Mapping[str, str] = {}
    places: Mapping[str, Origin] = {}
    """Where what findings are about was said: `size`, `class`, `secret`..."""
