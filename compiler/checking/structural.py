"""The schema of a CRD version as a strict JSON Schema.

What the API server would drop without a word is an error here: a field that the schema does not
name is refused, unless the schema keeps unknown fields. Rules in CEL are left out and counted.
Source: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
and the pruning algorithm of k8s.io/apiextensions-apiserver, pkg/apiserver/schema/pruning.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compiler.checking.subschemas import Schema

_VERBATIM = (
    "default", "enum", "maxItems", "maxLength", "maxProperties", "maximum", "minItems", "minLength",
    "minProperties", "minimum", "multipleOf", "pattern", "uniqueItems",
)  # fmt: skip
_FORMATS = frozenset(("date", "date-time", "ipv4", "ipv6", "uuid"))
"""Formats that mean the same to Kubernetes and to JSON Schema. `duration` and `uri` do not."""

_INT32: Mapping[str, Any] = {"minimum": -(2**31), "maximum": 2**31 - 1}
_BASE64 = r"^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
_KEEPS_UNKNOWN = "x-kubernetes-preserve-unknown-fields"


class Malformed(ValueError):  # noqa: N818
    """A CRD's schema is not of the form that Kubernetes accepts."""


class Converter:
    """Turns the nodes of one schema, and counts the rules that are left out."""

    def __init__(self) -> None:
        self.rules = 0

    def convert(self, node: Any, *, closes: bool = True) -> Schema:
        """A node and all below it; `closes` is off where a node only adds to another, as in `anyOf`.

        Raises: Malformed.
        """
        if not isinstance(node, dict):
            raise Malformed(f"a schema is a mapping, and not {type(node).__name__}")
        self.rules += len(_list(node, "x-kubernetes-validations"))
        schema: Schema = {keyword: node[keyword] for keyword in _VERBATIM if keyword in node}
        _add_type(schema, node)
        _add_format(schema, node)
        _add_limits(schema, node)
        self._add_fields(schema, node, closes=closes)
        if "items" in node:
            schema["items"] = self.convert(node["items"], closes=closes)
        self._add_forms(schema, node)
        if node.get("x-kubernetes-list-type") == "set":
            schema["uniqueItems"] = True
        if node.get("x-kubernetes-embedded-resource"):
            _add_embedded(schema)
        return schema

    def _add_fields(self, schema: Schema, node: Schema, *, closes: bool) -> None:
        properties = _mapping(node, "properties")
        if properties:
            schema["properties"] = {name: self.convert(properties[name], closes=closes) for name in sorted(properties)}
        if not all(isinstance(name, str) for name in _list(node, "required")):
            raise Malformed("`required` is a list of names")
        # The API server fills in defaults before it looks for what is missing.
        required = [name for name in _list(node, "required") if "default" not in (properties.get(name) or {})]
        if required:
            schema["required"] = sorted(required)
        extra = node.get("additionalProperties")
        if isinstance(extra, dict):
            schema["additionalProperties"] = self.convert(extra, closes=closes)
        elif extra is not True and closes and node.get("type") == "object" and not node.get(_KEEPS_UNKNOWN):
            schema["additionalProperties"] = False

    def _add_forms(self, schema: Schema, node: Schema) -> None:
        for keyword in ("allOf", "anyOf", "oneOf"):
            forms = _list(node, keyword)
            if forms and not (keyword == "anyOf" and node.get("x-kubernetes-int-or-string")):
                schema[keyword] = [self.convert(form, closes=False) for form in forms]
        if "not" in node:
            schema["not"] = self.convert(node["not"], closes=False)


def _add_type(schema: Schema, node: Schema) -> None:
    types = (
        ["integer", "string"] if node.get("x-kubernetes-int-or-string") else [node["type"]] if "type" in node else []
    )
    if types and node.get("nullable"):
        types.append("null")
        if isinstance(schema.get("enum"), list):
            schema["enum"] = [*schema["enum"], None]
    if types:
        schema["type"] = types if len(types) > 1 else types[0]


def _add_format(schema: Schema, node: Schema) -> None:
    name = str(node.get("format"))
    if name in _FORMATS:
        schema["format"] = name
    elif name == "byte":
        schema.setdefault("pattern", _BASE64)
    elif name == "int32" and node.get("type") == "integer":
        for limit, value in _INT32.items():
            schema.setdefault(limit, value)


def _add_limits(schema: Schema, node: Schema) -> None:
    """OpenAPI 3.0 marks a limit as exclusive by a boolean beside it, JSON Schema has a keyword of its own."""
    for limit, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if node.get(exclusive) is True and limit in node:
            schema[exclusive] = schema.pop(limit)


def _add_embedded(schema: Schema) -> None:
    own: Schema = {
        "apiVersion": {"type": "string"},
        "kind": {"type": "string"},
        "metadata": {"$ref": "#/$defs/ObjectMeta"},
    }
    schema["properties"] = own | schema.get("properties", {}) | {"metadata": own["metadata"]}
    schema["required"] = sorted({"apiVersion", "kind", *schema.get("required", ())})


def _mapping(node: Schema, keyword: str) -> dict[str, Any]:
    value = node.get(keyword) or {}
    if not isinstance(value, dict):
        raise Malformed(f"`{keyword}` is a mapping, and not {type(value).__name__}")
    return value


def _list(node: Schema, keyword: str) -> list[Any]:
    value = node.get(keyword) or []
    if not isinstance(value, list):
        raise Malformed(f"`{keyword}` is a list, and not {type(value).__name__}")
    return value
