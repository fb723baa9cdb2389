"""Reading bodies of objects that somebody else may have written: what is not as expected is as good as not there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compiler.change.values import Change, Field
from compiler.manifest import Body


def value(body: Any, *path: str) -> Any:
    """What stands at a path of maps; None where the way to it is another one."""
    for step in path:
        body = body.get(step) if isinstance(body, dict) else None
    return body


def mapping(body: Any, *path: str) -> Mapping[str, Any]:
    """The map at a path; empty where there is none."""
    found = value(body, *path)
    return found if isinstance(found, dict) else {}


def items(body: Any, *path: str) -> list[Mapping[str, Any]]:
    """The maps in the list at a path."""
    found = value(body, *path)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def names_in(field: Field) -> set[str]:
    """The names in a map on either side."""
    return {str(name) for side in (field.before, field.after) if isinstance(side, Mapping) for name in side}


def number(body: Any, *path: str, default: int = 0) -> int:
    """The count at a path."""
    found = value(body, *path)
    return max(0, found) if isinstance(found, int) and not isinstance(found, bool) else default


def at_least_one(body: Any, *path: str) -> int:
    """A number of pods that is one where nothing is said."""
    return number(body, *path, default=1)


def name_of(body: Body) -> str:
    """The object's own name, with its digest."""
    return str(value(body, "metadata", "name"))


def keeps_name(change: Change) -> bool:
    """Whether both sides are one object to the API server, and not two with the same logical name."""
    return name_of(change.before.body) == name_of(change.after.body)


def only_below(change: Change, *paths: tuple[str, ...]) -> bool:
    """Whether everything that differs lies at or below one of these paths."""
    return all(any(one.path[: len(path)] == path for path in paths) for one in change.fields)


def only_metadata(change: Change) -> bool:
    """Whether labels, annotations and the like are all that differs."""
    return only_below(change, ("metadata",))


def differs(change: Change, *path: str) -> bool:
    """Whether the values at a path are not the same."""
    return bool(value(change.before.body, *path) != value(change.after.body, *path))
