"""Where the shipped data lies: `library/` and `schemas/`, in the wheel or beside the package in a checkout."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def data_root() -> Path:
    """The folder that holds the built-in `library/` and `schemas/`."""
    package = Path(__file__).parent
    shipped = package / "_data"
    return shipped if shipped.is_dir() else package.parent
