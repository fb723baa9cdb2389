"""Text of a flag as a value of the language: the field's own schema says which type it has and what it takes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from compiler.diagnostics import Diagnostic, Staged
from compiler.source.document import Origin
from compiler.spec.checked import language
from compiler.spec.problems import bad_value, not_a_choice

Schema = Mapping[str, Any]

DEFINITIONS: Mapping[str, str] = {
    "hyperparameters": "HyperparameterSet", "lora": "Lora", "freeze": "Freeze", "batch": "HyperparameterSet", "run": "Finetune",
}  # fmt: skip
"""Where a recipe's flags are -> the definition of the language that has their fields."""

STAND_INS: Mapping[tuple[str, str], Schema] = {
    ("batch", "device"): {"type": "integer", "minimum": 1, "maximum": 65536},
    ("batch", "accumulation"): {"type": "integer", "minimum": 1, "maximum": 65536},
    ("run", "bits"): {"type": "integer", "enum": [4]},
    ("run", "method"): {"type": "string"},
    ("run", "template"): {"type": "string", "pattern": "^[A-Za-z0-9_.-]+$"},
}
"""Fields that the language does not have in this form."""

SWITCHES: Mapping[str, bool] = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
"""How Transformers reads a switch, in any case of letters."""


def text_of(value: str | float | bool) -> str:
    """A flag's value as text, in whatever type YAML read it.

    >>> [text_of(value) for value in (3, 3.0, 5e-5, True, "3")]
    ['3', '3', '5e-05', 'true', '3']
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def convert(text: str, of: str, field: str, flag: str, at: Origin) -> Staged[Any]:
    """The value that a flag's text stands for; None with the finding, where the field does not take it."""
    schema = _schema(of, field)
    value = _parsed(text.strip(), schema)
    if value is not None and _fits(value, schema):
        return Staged(value)
    if "enum" in schema:
        return Staged(None, [not_a_choice(at, flag, text, [str(one) for one in schema["enum"]])])
    return Staged(None, [_refused(flag, text, schema, at)])


def switch(text: str, flag: str, at: Origin) -> Staged[bool | None]:
    """The value of a flag that is on or off."""
    value = SWITCHES.get(text.strip().lower())
    return Staged(value, [] if value is not None else [_refused(flag, text, {"type": "boolean"}, at)])


def scalar(text: str) -> bool | int | float | str:
    """A flag's text with the type that it reads as, for a configuration file.

    >>> [scalar(text) for text in ("True", "16", "0.1", "5e-5", "fa2", "nan")]
    [True, 16, 0.1, 5e-05, 'fa2', 'nan']
    """
    if text.lower() in {"true", "false"}:
        return text.lower() == "true"
    for read in (_integer, _number):
        value = read(text)
        if value is not None:
            return value
    return text


def _schema(of: str, field: str) -> Schema:
    if (of, field) in STAND_INS:
        return STAND_INS[of, field]
    definitions = language("Project").records.document["$defs"]
    found: Schema = definitions[DEFINITIONS[of]]["properties"][field]
    members = [one for one in found.get("anyOf", [found]) if one.get("type") != "null"]
    return next((one for one in members if one.get("type") == "array"), members[0])


def _parsed(text: str, schema: Schema) -> Any:
    kind = schema.get("type")
    if kind == "integer":
        return _integer(text)
    if kind == "number":
        return _number(text)
    if kind == "boolean":
        return SWITCHES.get(text.lower())
    if kind == "array":
        return "all" if text == "all" else [one.strip() for one in text.split(",")]
    return text


def _integer(text: str) -> int | None:
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdigit() and len(digits) < 19 else None


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and "_" not in text else None


def _fits(value: Any, schema: Schema) -> bool:
    import jsonschema_rs

    return value == "all" or jsonschema_rs.validator_for(dict(schema)).is_valid(value)


_BOUNDS: Mapping[str, str] = {
    "exclusiveMinimum": "above", "minimum": "from", "exclusiveMaximum": "below", "maximum": "to",
}  # fmt: skip
_WORDS: Mapping[str, str] = {
    "integer": "a whole number", "number": "a number", "boolean": "`true` or `false`",
    "array": "names of modules with `,` between, or `all`",
}  # fmt: skip


def _refused(flag: str, text: str, schema: Schema, at: Origin) -> Diagnostic:
    bounds = [f"{word} {schema[bound]:g}" for bound, word in _BOUNDS.items() if bound in schema]
    wanted = " ".join([_WORDS.get(str(schema.get("type")), "letters, digits, `-`, `_` and `.`"), *bounds])
    return bad_value(at, f"`{flag}` cannot be `{text}`.", f"Write {wanted}.")
