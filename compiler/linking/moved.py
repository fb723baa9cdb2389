"""`moved`: renamed entries, whose claims and volumes are called what they were called before."""

from __future__ import annotations

from collections.abc import Mapping


def former(moved: Mapping[str, str] | None, project: str, entry: str) -> tuple[str, str] | None:
    """Project and name that an entry had before; None where it was not renamed."""
    for old, new in (moved or {}).items():
        if new == entry:
            owner, _, name = old.rpartition("/")
            return owner or project, name
    return None
