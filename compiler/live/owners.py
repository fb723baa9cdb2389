"""Who wrote which field of a live object: those who apply what is in git, or a controller.

Source: Kubernetes, "Server-Side Apply", Field management; `fieldsV1` in apimachinery, `meta/v1/types.go`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from compiler.manifest import Body

APPLIERS = (
    "kustomize-controller",
    "argocd-controller",
    "argocd-application-controller",
    "flux",
    "hydra",
    "kubectl",
    "helm",
)
"""Managers that apply what is in git, by the beginning of their names."""

PEOPLE = ("before-first-apply", "k9s", "Lens", "OpenLens", "node-fetch", "Mozilla", "headlamp", "rancher")
"""Managers behind which people sit: what they changed is drift, and is shown."""

Tree = Mapping[str, Any]


class Owned(NamedTuple):
    """Who owns what is at a place, and below it."""

    ours: Tree | None
    """None: nothing here is owned by whoever applies; empty: all of it."""

    theirs: Tree | None
    """The same of controllers."""

    whole: bool = False
    """Whether an owner has something above this place as one value."""

    def field(self, name: str) -> Owned:
        """Of a key."""
        return self._below(lambda tree: tree.get(f"f:{name}"))

    def item(self, value: Any) -> Owned:
        """Of an item of a list, which is told apart by some of its fields, or not at all."""
        return self._below(lambda tree: _item(tree, value))

    def _below(self, step: Callable[[Tree], Tree | None]) -> Owned:
        def below(tree: Tree | None) -> Tree | None:
            return step(tree) if tree else tree

        return Owned(below(self.ours), below(self.theirs), self.whole or {} in (self.ours, self.theirs))

    @property
    def by_controllers(self) -> bool:
        """Whether controllers own it, and whoever applies does not."""
        return self.theirs is not None and self.ours is None


def owned(live: Body) -> Owned:
    """The owners of an object's fields."""
    ours: Tree = {}
    theirs: Tree = {}
    for entry in _entries(live):
        name = str(entry.get("manager", ""))
        if entry.get("subresource"):
            continue
        if name.startswith(APPLIERS):
            ours = _union(ours, entry["fieldsV1"])
        elif not name.startswith(PEOPLE):
            theirs = _union(theirs, entry["fieldsV1"])
    return Owned(ours or None, theirs or None)


def applier(live: Body) -> str | None:
    """The manager that has applied the object, where it was by server-side apply."""
    names = [str(one.get("manager")) for one in _entries(live) if one.get("operation") == "Apply"]
    return next((name for prefix in APPLIERS for name in names if name.startswith(prefix)), None)


def last_applied(live: Body) -> Any:
    """What a client-side apply has noted of the object; None where there was none."""
    note = (live.get("metadata", {}).get("annotations") or {}).get("kubectl.kubernetes.io/last-applied-configuration")
    try:
        return json.loads(note) if isinstance(note, str) else None
    except ValueError:
        return None


def _entries(live: Body) -> Iterator[Mapping[str, Any]]:
    entries = live.get("metadata", {}).get("managedFields")
    for one in entries if isinstance(entries, list) else ():
        if isinstance(one, dict) and isinstance(one.get("fieldsV1"), dict):
            yield one


def _union(one: Tree, other: Tree) -> dict[str, Any]:
    # What one of them has as a whole stays whole.
    return {
        step: ({} if {} in (one.get(step), other.get(step)) else _union(one.get(step) or {}, other.get(step) or {}))
        for step in dict.fromkeys((*one, *other))
    }


def _item(tree: Tree, value: Any) -> Any:
    for step, below in tree.items():
        if step.startswith("k:") and isinstance(value, dict) and _subset(step[2:], value.items()):
            return below
        if step.startswith("v:") and step[2:] == json.dumps(value):
            return below
    return None


def _subset(text: str, items: Iterable[tuple[str, Any]]) -> bool:
    try:
        wanted = json.loads(text)
    except ValueError:
        return False
    there = dict(items)
    return isinstance(wanted, dict) and all(there.get(name) == value for name, value in wanted.items())
