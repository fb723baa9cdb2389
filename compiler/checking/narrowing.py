"""Narrowing the documented structure of an API to what its server takes: see `schemas/kubernetes/strict.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compiler.checking.subschemas import Schema


class UnknownTarget(ValueError):  # noqa: N818
    """The table narrows a definition, a field or a value that does not exist."""


def narrowed(
    definitions: Mapping[str, Schema], objects: Mapping[str, Mapping[str, Any]], values: Mapping[str, Schema]
) -> dict[str, Schema]:
    """The definitions, those of `objects` narrowed.

    Raises: UnknownTarget, so that a table that outlives a field of the API is noticed.
    """
    if unknown := sorted(objects.keys() - definitions.keys()):
        raise UnknownTarget(f"no such definition: {', '.join(unknown)}")
    found = dict(definitions)
    for name, table in objects.items():
        found[name] = _object(name, definitions[name], table, values)
    return found


def _object(name: str, definition: Schema, table: Mapping[str, Any], values: Mapping[str, Schema]) -> Schema:
    properties = dict(definition["properties"])
    required = [*definition.get("required", ()), *table.get("require", ())]
    for field in (*table.get("fields", ()), *table.get("refuse", ()), *required):
        if field not in properties:
            raise UnknownTarget(f"{name} has no field {field}")
    for field, how in table.get("fields", {}).items():
        properties[field] = _field(properties[field], how, values)
    for field, reason in table.get("refuse", {}).items():
        properties[field] = {"not": {}, "description": reason}
    schema = definition | {"properties": properties}
    if required:
        schema["required"] = sorted(set(required))
    if "rules" in table:
        schema["allOf"] = table["rules"]
    return schema


def _field(schema: Schema, how: Any, values: Mapping[str, Schema]) -> Schema:
    if isinstance(how, str):
        if how not in values:
            raise UnknownTarget(f"no such value: {how}")
        return {"$ref": f"#/$defs/{how}"}
    if isinstance(how, list):
        return {"enum": how}
    extra = dict(how)
    if "items" in extra:
        extra["items"] = _field(schema["items"], extra["items"], values)
    if "keys" in extra:
        extra["propertyNames"] = _field({}, extra.pop("keys"), values)
    if "each" in extra:
        extra["additionalProperties"] = _field(schema["additionalProperties"], extra.pop("each"), values)
    return schema | extra
