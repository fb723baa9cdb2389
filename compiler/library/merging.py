"""Merge patches: how an entry that extends another takes over what it leaves out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def merge_patch(base: Any, patch: Any) -> Any:
    """`patch` over `base` as RFC 7386 says: mappings are merged, null deletes, everything else replaces.

    Neither is changed, and the result shares what it takes over.

    >>> merge_patch({"a": {"b": 1, "c": 2}, "d": [3]}, {"a": {"b": None}, "d": [4]})
    {'a': {'c': 2}, 'd': [4]}
    """
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(base) if isinstance(base, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged
