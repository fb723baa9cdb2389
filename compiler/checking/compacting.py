"""Making a schema small: what occurs more than once moves to `$defs`.

The CRDs of training and serving operators repeat the pod template for every role; their schemas
shrink to a tenth and compile as much faster.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from compiler.checking.subschemas import Schema, map_subschemas

_WORTH = 90
"""Characters below which a reference would not be shorter by much."""

_KEYWORDS = frozenset(("additionalProperties", "allOf", "anyOf", "items", "not", "oneOf", "propertyNames"))
_HELD = "held"


class _Node:
    """A distinct subschema, its own subschemas replaced by `{"held": number}`."""

    __slots__ = ("name", "schema", "size", "uses")

    def __init__(self, name: str, schema: Schema, size: int) -> None:
        self.name = name
        self.schema = schema
        self.size = size
        self.uses = 0


class _Compactor:
    def __init__(self, taken: Iterable[str]) -> None:
        self._nodes: list[_Node] = []
        self._numbers: dict[str, int] = {}
        self._names: dict[int, str] = {}
        self._taken = set(taken)
        self.definitions: dict[str, Schema] = {}

    def hold(self, schema: Schema, name: str) -> Schema:
        """Note a subschema and what is below it."""
        children: list[_Node] = []

        def below(child: Schema, at: str) -> Schema:
            held = self.hold(child, name if at in _KEYWORDS else at)
            children.append(self._nodes[held[_HELD]])
            return held

        shallow = map_subschemas(schema, below)
        key = json.dumps(shallow, sort_keys=True)
        number = self._numbers.setdefault(key, len(self._nodes))
        if number == len(self._nodes):
            self._nodes.append(_Node(name, shallow, len(key) + sum(child.size for child in children)))
        else:
            # What is below a repetition is written once, with its first occurrence.
            for child in children:
                child.uses -= 1
        self._nodes[number].uses += 1
        return {_HELD: number}

    def written(self, held: Schema, _name: str = "") -> Schema:
        """The subschema, or a reference to it."""
        number: int = held[_HELD]
        node = self._nodes[number]
        if node.uses == 1 or node.size < _WORTH:
            return map_subschemas(node.schema, self.written)
        if number not in self._names:
            self._names[number] = self._free_name(node.name)
            self.definitions[self._names[number]] = map_subschemas(node.schema, self.written)
        return {"$ref": f"#/$defs/{self._names[number]}"}

    def _free_name(self, wanted: str) -> str:
        stem = re.sub(r"[^A-Za-z0-9]", "", wanted) or "part"
        name, count = stem, 1
        while name in self._taken:
            count += 1
            name = f"{stem}{count}"
        self._taken.add(name)
        return name


def compact(schema: Schema, taken: Iterable[str] = ()) -> Schema:
    """The same schema with its repetitions under `$defs`, beside definitions of the names `taken`."""
    compactor = _Compactor(taken)
    whole = compactor.written(compactor.hold(schema, "whole"))
    return whole | {"$defs": compactor.definitions} if compactor.definitions else whole
