"""Server-side apply: who owns which field, what is removed, what conflicts.

Source: Kubernetes, "Server-Side Apply". Lists of items with names are merged by name, other lists are one value.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any

Path = tuple[str, ...]
HEAD = {"apiVersion", "kind"}
IDENTITY = {("metadata", "name"), ("metadata", "namespace")}
KEYS = ("name", "containerPort", "mountPath", "groupName")


def key_of(items: Any) -> str | None:
    """What items of a list are merged by."""
    if not isinstance(items, list) or not items or not all(isinstance(one, dict) for one in items):
        return None
    return next((key for key in KEYS if all(key in one for one in items)), None)


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    """The paths of an object's values, as `managedFields` spells them."""
    key = key_of(value)
    if isinstance(value, dict) and value:
        for name, below in value.items():
            if path or name not in HEAD:
                yield from leaves(below, (*path, f"f:{name}"))
    elif key is not None:
        for one in value:
            yield from leaves(one, (*path, f"k:{json.dumps({key: one[key]})}"))
    elif tuple(step[2:] for step in path) not in IDENTITY:
        yield path


def fields(paths: set[Path]) -> dict[str, Any]:
    """The form of `fieldsV1`."""
    root: dict[str, Any] = {}
    for path in sorted(paths):
        at = root
        for step in path:
            at = at.setdefault(step, {})
    return root


def owned(fields_v1: Mapping[str, Any], path: Path = ()) -> set[Path]:
    """The paths in `fieldsV1`."""
    if not fields_v1:
        return {path} if path else set()
    return {one for step, below in fields_v1.items() for one in owned(below, (*path, step))}


def value_at(body: Any, path: Path) -> Any:
    for step in path:
        body = _step(body, step)
        if body is None:
            return None
    return body


def _step(body: Any, step: str) -> Any:
    if step.startswith("f:"):
        return body.get(step[2:]) if isinstance(body, dict) else None
    wanted = json.loads(step[2:])
    items = body if isinstance(body, list) else []
    return next((one for one in items if isinstance(one, dict) and wanted.items() <= one.items()), None)


def merge(live: Any, wanted: Any) -> Any:
    """What is wanted, laid over what is there."""
    if isinstance(live, dict) and isinstance(wanted, dict):
        return {**live, **{name: merge(live.get(name), value) for name, value in wanted.items()}}
    key = key_of(wanted)
    if key is not None and isinstance(live, list) and key_of(live) == key:
        there = {json.dumps(one[key]): one for one in live}
        new = {json.dumps(one[key]): merge(there.get(json.dumps(one[key])), one) for one in wanted}
        return [*(new.pop(name, one) for name, one in there.items()), *new.values()]
    return copy.deepcopy(wanted)


def remove(body: Any, path: Path) -> None:
    """Take a value out, and what is empty without it."""
    holder = value_at(body, path[:-1])
    if holder is None:
        return
    step = path[-1]
    if step.startswith("f:") and isinstance(holder, dict):
        holder.pop(step[2:], None)
    elif isinstance(holder, list):
        item = _step(holder, step)
        if item is not None:
            holder.remove(item)
    if len(path) > 1 and holder in ({}, []):
        remove(body, path[:-1])
    elif len(path) > 1 and isinstance(holder, dict) and path[-2].startswith("k:") and len(holder) == 1:
        remove(body, path[:-1])


def apply(
    live: dict[str, Any] | None, wanted: dict[str, Any], manager: str, *, force: bool
) -> dict[str, Any] | list[str]:
    """The object after an apply; or the conflicts, where fields belong to others and it is not forced."""
    managers = {
        one["manager"] + "/" + one["operation"]: one
        for one in (live or {}).get("metadata", {}).get("managedFields", [])
    }
    mine = set(leaves(wanted))
    before = owned(managers.get(f"{manager}/Apply", {}).get("fieldsV1", {}))
    others = {name: owned(one["fieldsV1"]) for name, one in managers.items() if name != f"{manager}/Apply"}
    result: dict[str, Any] = merge(live or {}, wanted)
    taken = {path for path in mine if live is not None and value_at(live, path) != value_at(wanted, path)}
    conflicts = sorted(
        f'conflict with "{name.partition("/")[0]}": .{".".join(step[2:] for step in path)}'
        for name, theirs in others.items()
        for path in taken & theirs
    )
    if conflicts and not force:
        return conflicts
    for path in before - mine - set().union(*others.values()) if others else before - mine:
        remove(result, path)
    entries = [
        {**managers[name], "fieldsV1": fields(theirs - taken)} for name, theirs in others.items() if theirs - taken
    ]
    entries.append(
        {
            "manager": manager,
            "operation": "Apply",
            "apiVersion": wanted["apiVersion"],
            "fieldsType": "FieldsV1",
            "fieldsV1": fields(mine),
        }
    )
    result["metadata"]["managedFields"] = entries
    return result
