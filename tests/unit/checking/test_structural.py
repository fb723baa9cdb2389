"""What a node of a CRD's schema becomes."""

from __future__ import annotations

from typing import Any

import pytest

from compiler.checking.compacting import compact
from compiler.checking.structural import Converter

META = {"$ref": "#/$defs/ObjectMeta"}

BECOMES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("an object is closed", {"type": "object", "properties": {"a": {"type": "string"}}}, {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False}),
    ("an object without fields is closed", {"type": "object"}, {"type": "object", "additionalProperties": False}),
    ("a map stays a map", {"type": "object", "additionalProperties": {"type": "string"}}, {"type": "object", "additionalProperties": {"type": "string"}}),
    ("a map of anything stays open", {"type": "object", "additionalProperties": True}, {"type": "object"}),
    ("unknown fields may be kept", {"type": "object", "properties": {"a": {"type": "object"}}, "x-kubernetes-preserve-unknown-fields": True}, {"type": "object", "properties": {"a": {"type": "object", "additionalProperties": False}}}),
    ("words about a field are dropped", {"type": "string", "description": "x", "title": "y", "example": "z", "externalDocs": {}}, {"type": "string"}),
    ("a number or text", {"anyOf": [{"type": "integer"}, {"type": "string"}], "pattern": "^a$", "x-kubernetes-int-or-string": True}, {"type": ["integer", "string"], "pattern": "^a$"}),
    ("a null is allowed", {"type": "string", "nullable": True, "enum": ["a"]}, {"type": ["string", "null"], "enum": ["a", None]}),
    ("32 bits", {"type": "integer", "format": "int32", "minimum": 0}, {"type": "integer", "minimum": 0, "maximum": 2147483647}),
    ("64 bits", {"type": "integer", "format": "int64"}, {"type": "integer"}),
    ("a time", {"type": "string", "format": "date-time"}, {"type": "string", "format": "date-time"}),
    ("a duration of Go is not one of JSON Schema", {"type": "string", "format": "duration"}, {"type": "string"}),
    ("bytes", {"type": "string", "format": "byte"}, {"type": "string", "pattern": "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"}),
    ("a limit that is left out", {"type": "number", "minimum": 1, "exclusiveMinimum": True}, {"type": "number", "exclusiveMinimum": 1}),
    ("a limit that is kept", {"type": "number", "minimum": 1, "exclusiveMinimum": False}, {"type": "number", "minimum": 1}),
    ("a set", {"type": "array", "items": {"type": "string"}, "x-kubernetes-list-type": "set"}, {"type": "array", "items": {"type": "string"}, "uniqueItems": True}),
    ("what has a default need not be there", {"type": "object", "required": ["a", "b"], "properties": {"a": {"type": "integer", "default": 1}, "b": {"type": "integer"}}}, {"type": "object", "required": ["b"], "properties": {"a": {"type": "integer", "default": 1}, "b": {"type": "integer"}}, "additionalProperties": False}),
    ("a form adds and does not close", {"type": "object", "properties": {"a": {"type": "string"}}, "oneOf": [{"properties": {"a": {"enum": ["b"]}}, "required": ["a"]}], "not": {"required": ["c"]}}, {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False, "oneOf": [{"properties": {"a": {"enum": ["b"]}}, "required": ["a"]}], "not": {"required": ["c"]}}),
    ("an embedded object has a head", {"type": "object", "x-kubernetes-embedded-resource": True, "x-kubernetes-preserve-unknown-fields": True}, {"type": "object", "properties": {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": META}, "required": ["apiVersion", "kind"]}),
]  # fmt: skip


@pytest.mark.parametrize(("node", "schema"), [row[1:] for row in BECOMES], ids=[row[0] for row in BECOMES])
def test_a_node_becomes(node: dict[str, Any], schema: dict[str, Any]) -> None:
    assert Converter().convert(node) == schema


def test_rules_are_counted_at_every_depth() -> None:
    ruled = {"type": "object", "x-kubernetes-validations": [{"rule": "a"}]}
    converter = Converter()
    converter.convert({"type": "object", "properties": {"a": {"type": "array", "items": ruled}, "b": ruled}})
    assert converter.rules == 2


POD = {"type": "object", "properties": {f"field{number}": {"type": "string", "maxLength": 63} for number in range(9)}}


def test_what_occurs_twice_is_defined_once_under_its_field() -> None:
    schema = {
        "properties": {"master": {"items": POD}, "worker": POD, "size": {"type": "string"}, "unit": {"type": "string"}}
    }
    assert compact(schema) == {
        "properties": {
            "master": {"items": {"$ref": "#/$defs/master"}},
            "worker": {"$ref": "#/$defs/master"},
            "size": {"type": "string"},
            "unit": {"type": "string"},
        },
        "$defs": {"master": POD},
    }


def test_names_that_are_taken_are_counted_on() -> None:
    other = POD | {"maxProperties": 3}
    schema = {
        "properties": {"a": {"properties": {"pod": POD}}, "b": {"properties": {"pod": other}}, "c": other, "d": POD}
    }
    assert compact(schema, {"pod"})["$defs"].keys() == {"pod2", "pod3"}


def test_what_occurs_only_inside_of_a_repetition_stays_there() -> None:
    pod = {"properties": {"volumes": {"items": POD}}}
    assert compact({"properties": {"a": pod, "b": pod}})["$defs"] == {"a": pod}


def test_values_that_look_like_schemas_are_left_alone() -> None:
    schema = {"properties": {"a": {"default": {"items": POD}, "enum": [POD, POD]}, "b": {"default": {"items": POD}}}}
    assert compact(schema) == schema
