"""Objects as a server gives them, in a form that can be relied upon."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from compiler.live.client import UnreachableError
from compiler.manifest import Body


def sound(body: Body) -> Body:
    """An object with a name, whose metadata is what it should be; parts of it that are not are left out.

    Raises: UnreachableError, where it is no object at all.
    """
    metadata = body.get("metadata")
    if not isinstance(metadata, dict) or not isinstance(metadata.get("name"), str) or not metadata["name"]:
        raise UnreachableError(
            "gave an object without a name",
            "Check what stands between here and the API server: a proxy may garble answers.",
        )
    kept = {key: value for key, value in metadata.items() if key not in _SHAPES or _SHAPES[key](value)}
    if "managedFields" in kept:
        kept["managedFields"] = [one for one in kept["managedFields"] if _is_entry(one)]
    return {**body, "metadata": kept}


def _is_texts(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(one, str) for one in value.values())


def _is_entry(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("manager"), str) and _is_tree(value.get("fieldsV1"))


def _is_tree(value: Any) -> bool:
    return isinstance(value, dict) and all(_is_tree(one) for one in value.values())


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


_SHAPES: Mapping[str, Callable[[Any], bool]] = {
    "namespace": _is_text,
    "creationTimestamp": _is_text,
    "labels": _is_texts,
    "annotations": _is_texts,
    "managedFields": _is_list,
}
