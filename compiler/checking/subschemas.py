"""Walking JSON Schemas, and writing them so that a diff shows one field a line."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_WIDTH = 120

_ONE = frozenset(("additionalProperties", "else", "if", "items", "not", "propertyNames", "then"))
_LIST = frozenset(("allOf", "anyOf", "oneOf"))
_MAP = frozenset(("$defs", "dependentSchemas", "properties"))


def map_subschemas(schema: Schema, change: Callable[[Schema, str], Any]) -> Schema:
    """A copy with `change(schema, name)` in the place of each direct subschema; booleans stay.

    The name is the field's, or the keyword's where there is no field.
    """
    changed: Schema = {}
    for keyword, value in schema.items():
        if keyword in _MAP:
            changed[keyword] = {name: _changed(one, name, change) for name, one in value.items()}
        elif keyword in _LIST:
            changed[keyword] = [_changed(one, keyword, change) for one in value]
        elif keyword in _ONE:
            changed[keyword] = _changed(value, keyword, change)
        else:
            changed[keyword] = value
    return changed


def _changed(value: Any, name: str, change: Callable[[Schema, str], Any]) -> Any:
    return change(value, name) if isinstance(value, dict) else value


def text_of(schema: Schema) -> str:
    """The file's text. Keys are sorted; what fits a line of 120 stands on one."""
    return _lines(schema, 0) + "\n"


def _lines(value: Any, depth: int) -> str:
    flat = json.dumps(value, sort_keys=True, ensure_ascii=False)
    if len(flat) + depth <= _WIDTH or not isinstance(value, dict | list) or not value:
        return flat
    indent = " " * (depth + 1)
    if isinstance(value, list):
        inner = [indent + _lines(one, depth + 1) for one in value]
        return "[\n" + ",\n".join(inner) + "\n" + " " * depth + "]"
    inner = [f"{indent}{json.dumps(key, ensure_ascii=False)}: {_lines(value[key], depth + 1)}" for key in sorted(value)]
    return "{\n" + ",\n".join(inner) + "\n" + " " * depth + "}"
