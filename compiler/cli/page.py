"""What a stream can show: how wide a line may be, and which characters."""

from __future__ import annotations

import shutil
from typing import TextIO

WIDTH = 80
"""Columns of what is no terminal, so that the same input gives the same output everywhere."""

NARROWEST = 40
DRAWN = "█▓░·│▏…"


def width_of(stream: TextIO) -> int:
    """The columns of a line."""
    return max(NARROWEST, shutil.get_terminal_size().columns) if stream.isatty() else WIDTH


def drawable(stream: TextIO) -> bool:
    """Whether the stream's encoding has the characters that bars are drawn with."""
    try:
        DRAWN.encode(getattr(stream, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
