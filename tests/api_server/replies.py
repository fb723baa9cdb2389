"""Answers that are no objects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Reply = tuple[int, Any, dict[str, str]]


def group_of(name: str, served: Iterable[str]) -> dict[str, Any]:
    """A group with its versions."""
    named = [{"groupVersion": one, "version": one.rpartition("/")[2]} for one in served if one.startswith(f"{name}/")]
    return {"name": name, "versions": named, "preferredVersion": named[0] if named else None}


def failure(
    status: int,
    reason: str,
    message: str,
    *,
    causes: list[tuple[str, str]] | None = None,
    details: Mapping[str, Any] | None = None,
) -> Reply:
    """A `Status`."""
    told = {
        **(details or {}),
        **({"causes": [{"field": field, "message": said} for field, said in causes]} if causes else {}),
    }
    return (
        status,
        {
            "kind": "Status",
            "apiVersion": "v1",
            "status": "Failure",
            "reason": reason,
            "message": message,
            "details": told,
            "code": status,
        },
        {},
    )


def not_found() -> Reply:
    return failure(404, "NotFound", "the server could not find the requested resource")
