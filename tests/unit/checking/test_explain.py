"""Errors of the validator in words, for schemas that say nothing themselves and for those that do."""

from __future__ import annotations

from typing import Any

import pytest

from compiler.checking.catalogue import Broken
from compiler.checking.compiling import compiled
from compiler.checking.wording import path_in_words

SAID = [
    ({"type": "string"}, 3, "cannot be the number 3.", "It takes a string: quote the value."),
    ({"type": "string"}, True, "cannot be `true`.", "It takes a string: quote the value."),
    ({"type": ["integer", "string"]}, None, "cannot be `null`.", "It takes a whole number or a string."),
    ({"type": "object"}, [], "cannot be an empty list.", "It takes a mapping."),
    ({"enum": ["Retain", "", 2]}, "retain", "cannot be `retain`.", 'It takes `Retain`, `""` or `2`.'),
    ({"const": "v1"}, "v2", "cannot be `v2`.", "It takes `v1`."),
    ({"pattern": "^a$"}, "b", "cannot be `b`.", "It takes text that matches `^a$`."),
    ({"pattern": "^a$", "description": "an a"}, "b", "cannot be `b`.", "It takes an a."),
    ({"pattern": "^a$"}, "b" * 99, f"cannot be `{'b' * 60}` and more.", "It takes text that matches `^a$`."),
    ({"minimum": 2}, 1, "cannot be the number 1.", "It takes 2 or more."),
    ({"exclusiveMaximum": 2}, 2, "cannot be the number 2.", "It takes less than 2."),
    ({"multipleOf": 2}, 3, "cannot be the number 3.", "It takes what `multipleOf: 2` asks for."),
    ({"maxLength": 1}, "ab", "cannot be `ab`.", "It takes at most 1 characters."),
    ({"format": "ipv4"}, "a", "cannot be `a`.", "It takes text of the form `ipv4`."),
    ({"minItems": 2}, [1], "takes at least 2 entries.", "Add or remove entries accordingly."),
    ({"uniqueItems": True}, [1, 1], "takes each entry once.", "Add or remove entries accordingly."),
    ({"not": {"required": ["a"]}, "description": "no a"}, {"a": 1}, "takes no a.", "Add or remove entries accordingly."),
    ({"not": {}, "description": "it is gone"}, 1, "does not belong here: it is gone.", "Remove it."),
    ({"not": {}}, 1, "does not belong here: the kind has no such field.", "Remove it."),
    ({"anyOf": [{"required": ["b"]}, {"required": ["a"]}]}, {}, "takes at least one of `a`, `b`.", "Add or remove entries accordingly."),
    ({"oneOf": [{"required": ["b"]}, {"required": ["a"]}]}, {"a": 1, "b": 1}, "takes exactly one of `a`, `b`.", "Add or remove entries accordingly."),
    ({"oneOf": [{"minimum": 1}, {"maximum": 9}]}, 5, "fits more than one of the forms that exclude each other.", "Remove what belongs to the other form."),
    ({"anyOf": [{"type": "integer"}, {"type": "string"}]}, [1], "cannot be a list.", "It takes a whole number or a string."),
    ({"anyOf": [{"type": "string", "pattern": "^a$"}, {"type": "integer"}]}, "b", "cannot be `b`.", "It takes text that matches `^a$`."),
]  # fmt: skip


def failures(schema: dict[str, Any], value: Any) -> list[tuple[str, str, str]]:
    """What is found wrong with a value under the field `at`."""
    validator = compiled({"properties": {"at": schema}})
    assert not isinstance(validator, Broken)
    assert not validator.is_valid({"at": value})
    return [(path_in_words(one.path), one.wrong, one.do) for one in validator.failures({"at": value})]


@pytest.mark.parametrize(("schema", "value", "wrong", "do"), SAID)
def test_an_error_is_said_in_words(schema: dict[str, Any], value: Any, wrong: str, do: str) -> None:
    assert failures(schema, value) == [("at", wrong, do)]


def test_a_missing_field_is_named_with_its_path() -> None:
    assert failures({"required": ["a"]}, {}) == [("at.a", "is missing.", "Add `a`.")]


def test_unknown_fields_are_named_one_by_one() -> None:
    schema = {"properties": {"name": {}, "image": {}}, "additionalProperties": False}
    do = "Use one of its fields: `image`, `name`."
    wrong = "is no field of its kind."
    assert failures(schema, {"nmae": 1, "x": 2}) == [("at.nmae", wrong, do), ("at.x", wrong, do)]


def test_a_key_has_a_rule_of_its_own() -> None:
    schema = {"propertyNames": {"pattern": "^[a-z]+$", "description": "lower case"}}
    assert failures(schema, {"A b": 1}) == [('at["A b"]', "is no possible key.", "A key is lower case.")]


def test_the_nearest_of_several_forms_is_explained() -> None:
    by_port = {"required": ["port"], "properties": {"port": {"type": "integer"}}}
    by_socket = {"required": ["socket", "mode", "owner"]}
    (one,) = failures({"oneOf": [by_socket, by_port]}, {"port": []})
    assert one == ("at.port", "cannot be an empty list.", "It takes a whole number.")


def test_a_definition_with_an_odd_name_is_found() -> None:
    schema = {"$ref": "#/$defs/a~1b%20%7Bc%7D", "$defs": {}}
    validator = compiled({"properties": {"at": schema}, "$defs": {"a/b {c}": {"type": "string", "description": "odd"}}})
    assert not isinstance(validator, Broken)
    (one,) = validator.failures({"at": 1})
    assert one.do == "It takes odd: quote the value."
