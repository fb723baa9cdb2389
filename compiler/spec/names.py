"""Names of fields: as users write them, and in Python."""

from __future__ import annotations


def camel(name: str) -> str:
    """A Python field name as users write it: `access_modes` is `accessModes`, `class_` is `class`."""
    head, *tail = name.rstrip("_").split("_")
    return head + "".join(part.capitalize() for part in tail)
