"""Which storage record a name leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.dialects.cpodoperator.names import PUBLIC

if TYPE_CHECKING:
    from compiler.dialects.deferred import Around
    from compiler.linking.artifact import Key


def mounted(around: Around, kind: str, namespace: str, name: str, *, public: bool) -> Key:
    """The record that a workload of a namespace mounts.

    A public one is that of namespace `public`, and linking makes it reachable. Where the repo has the copy that the
    operator would make, `<name>-public` in the namespace itself, that one is meant.
    """
    if not public or namespace == PUBLIC:
        return (namespace, name)
    copy = f"{name}-public"
    kinds = (kind, "DatasetStorage") if kind == "DataSetStorage" else (kind,)
    return (namespace, copy) if any(around.has(one, namespace, copy) for one in kinds) else (PUBLIC, name)


def remedy(kind: str, key: Key) -> str:
    """What to do where there is no such record."""
    return f"Add the {kind} `{key[1]}` of namespace `{key[0]}` to the repo."
