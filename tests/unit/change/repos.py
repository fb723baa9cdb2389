"""The repos that edits are made in, as a user keeps them: `repos/<name>/`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parent / "repos"


def _files(folder: Path) -> dict[str, str]:
    found = sorted(one for one in folder.rglob("*") if one.is_file())
    return {one.relative_to(folder).as_posix(): one.read_text("utf-8") for one in found}


REPOS: Mapping[str, Mapping[str, str]] = {one.name: _files(one) for one in sorted(ROOT.iterdir())}
"""Name -> file -> text."""
