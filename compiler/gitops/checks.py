"""The health checks of `health/`: a file a check, `<name>.yaml` with its kinds and CEL for Flux, `<name>.lua` for Argo CD.

A check for other kinds is another pair of files. `current` and `failed` are evaluated in the order of Flux: `failed` first.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).parent / "health"


class Check(NamedTuple):
    """How healthy objects of some kinds are."""

    name: str
    kinds: tuple[tuple[str, str], ...]
    """Group and kind."""

    lua: str
    """The script for Argo CD, empty where its own check does."""

    current: str
    """When an object is ready, in CEL; empty where the check of Flux does, or cannot be replaced."""

    failed: str
    """When it has failed, in CEL."""


@cache
def checks() -> tuple[Check, ...]:
    """All checks, by name.

    Raises: OSError, where the package is incomplete.
    """
    return tuple(_read(file) for file in sorted(FOLDER.glob("*.yaml")))


def _read(file: Path) -> Check:
    import yaml

    said: dict[str, Any] = yaml.load(file.read_text("utf-8"), yaml.CSafeLoader)
    script = file.with_suffix(".lua")
    return Check(
        file.stem,
        tuple((one["group"], one["kind"]) for one in said["kinds"]),
        script.read_text("utf-8") if script.is_file() else "",
        said.get("current", ""),
        said.get("failed", ""),
    )
