"""Overrides: a merge patch (RFC 7386) on a project for one cluster, with the spans of both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from compiler.diagnostics import Diagnostic, Span
from compiler.linking import problems
from compiler.source.document import Document, Path

if TYPE_CHECKING:
    from compiler.specs import Declared

FIXED = ("apiVersion", "kind", "metadata", "clusters", "overrides", "acknowledge", "moved")


class OverriddenDocument(Document):
    """A project with a cluster's override applied: values of the override are found where the override says them."""

    __slots__ = ("base", "cluster", "patch")

    def __init__(self, document: Document, cluster: str, patch: Mapping[str, Any]) -> None:
        super().__init__(document.file, document.index, merged(document.value, patch))
        self.base = document.value
        self.cluster = cluster
        self.patch = patch

    def locate(self, path: Path, key: bool = False) -> Span:
        """The place in the override where it says the value or deletes something of it, else in the project."""
        in_override, there = _way(self.patch, path)
        in_project, _ = _way(self.base, path)
        deletes = key and isinstance(there, Mapping) and None in there.values()
        if in_override > in_project or (in_override and (deletes or not isinstance(there, Mapping))):
            return super().locate(("overrides", self.cluster, *path), key)
        return super().locate(path, key)


def _way(value: Any, path: Path) -> tuple[int, Any]:
    """How many steps of a path there are, and what is at the last of them."""
    for depth, step in enumerate(path):
        if not isinstance(value, Mapping) or step not in value:
            return depth, value
        value = value[step]
    return len(path), value


def merged(base: Any, patch: Any) -> Any:
    """A value with a merge patch applied (RFC 7386): mappings merge, null deletes, everything else replaces.

    >>> merged({"a": 1, "b": {"c": 2}}, {"b": {"c": None, "d": 3}})
    {'a': 1, 'b': {'d': 3}}
    """
    if not isinstance(patch, Mapping):
        return patch
    result = dict(base) if isinstance(base, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def overridden(document: Document, cluster: str) -> Document:
    """The project as it is for a cluster."""
    overrides = document.value.get("overrides")
    patch = overrides.get(cluster) if isinstance(overrides, dict) else None
    return OverriddenDocument(document, cluster, patch) if isinstance(patch, dict) and patch else document


def check_overrides(document: Document, declared: Declared, on: set[str]) -> list[Diagnostic]:
    """Overrides for clusters that are not the project's, and of fields that are what the project is."""
    found: list[Diagnostic] = []
    for cluster, patch in document.value.get("overrides", {}).items():
        at = document.at("overrides", cluster, key=True)
        if declared.lacks(cluster):
            found.append(problems.unknown_cluster(at, cluster, declared.names))
        elif cluster in declared.names and cluster not in on:
            do = f"Add `{cluster}` to `clusters`, or remove the override."
            found.append(problems.bad_override(at, f"The project is not on cluster `{cluster}`.", do))
        found += [
            problems.bad_override(
                document.at("overrides", cluster, field, key=True),
                f"`{field}` cannot be overridden.",
                "Change it in the project itself, or make another project.",
            )
            for field in FIXED
            if field in patch
        ]
    return found
