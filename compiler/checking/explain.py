"""What a schema validator found, in words: where, what is wrong, what to do.

A schema's `description` completes the sentence "it takes ...". Where there is none (imported
schemas carry none), the keyword's own value is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from compiler.checking import problems
from compiler.checking.wording import joined, listed, shown, types_in_words
from compiler.diagnostics import Code, closest
from compiler.source.document import Path

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError

Lookup = Callable[[str], Any]
"""The part of a schema that an absolute keyword location names, None where there is none."""

_FEW = 12
_REARRANGE = "Add or remove entries accordingly."


class Failure(NamedTuple):
    """One way in which an object is not what its schema asks for. `wrong` is said of `path`."""

    code: Code
    path: Path
    key: bool
    """Whether it is about the key of the last step rather than about its value."""
    wrong: str
    do: str
    candidates: tuple[str, ...] = ()


class _Error:
    """A validator's error, with the part of the schema that it comes from."""

    def __init__(self, error: ValidationError, lookup: Lookup, *, secret: bool) -> None:
        self.path: Path = tuple(error.instance_path)
        self.value = error.instance
        self.kind: Any = error.kind
        self.keyword = error.kind.name
        self.lookup = lookup
        self.secret = secret
        location = error.absolute_keyword_location or ""
        holder = lookup(location.rpartition("/")[0])
        self.holder: Mapping[str, Any] = holder if isinstance(holder, dict) else {}

    @property
    def takes(self) -> str:
        """The schema's own words, or none."""
        said = self.holder.get("description")
        return said if isinstance(said, str) else ""

    @property
    def seen(self) -> str:
        """The value as a message may show it: never one of a Secret."""
        return "a value" if self.secret and self.path[:1] in {("data",), ("stringData",)} else shown(self.value)

    def of(self, error: ValidationError) -> _Error:
        """Another error of the same object."""
        return _Error(error, self.lookup, secret=self.secret)


def explain(error: ValidationError, lookup: Lookup, *, secret: bool) -> Iterator[Failure]:
    """The failures behind one error of the validator; `secret` keeps values of `data` out of the words."""
    yield from _explained(_Error(error, lookup, secret=secret))


def _explained(error: _Error) -> Iterator[Failure]:
    yield from _BY_KEYWORD.get(error.keyword, _value)(error)


def _unknown(error: _Error) -> Iterator[Failure]:
    known = sorted(error.holder.get("properties", ()))
    do = (
        f"Use one of its fields: {listed(known)}."
        if 0 < len(known) <= _FEW
        else "Remove it, or use a field that exists."
    )
    for name in sorted(error.kind.unexpected):
        path = (*error.path, name)
        yield Failure(problems.UNKNOWN_FIELD, path, True, "is no field of its kind.", do, closest(name, known))


def _missing(error: _Error) -> Iterator[Failure]:
    name = error.kind.property
    yield Failure(problems.MISSING_FIELD, (*error.path, name), True, "is missing.", f"Add `{name}`.")


def _type(error: _Error) -> Iterator[Failure]:
    wanted = error.takes or types_in_words(error.kind.types)
    quote = "string" in error.kind.types and isinstance(error.value, bool | int | float)
    do = f"It takes {wanted}: quote the value." if quote else f"It takes {wanted}."
    yield Failure(problems.WRONG_TYPE, error.path, False, f"cannot be {error.seen}.", do)


def _choice(error: _Error) -> Iterator[Failure]:
    options = error.kind.options if error.keyword == "enum" else [error.kind.expected_value]
    names = [option for option in options if isinstance(option, str)]
    near = closest(error.value, names) if isinstance(error.value, str) else ()
    do = f"It takes {error.takes or joined(options)}."
    yield Failure(problems.BAD_VALUE, error.path, False, f"cannot be {error.seen}.", do, near)


def _value(error: _Error) -> Iterator[Failure]:
    yield Failure(problems.BAD_VALUE, error.path, False, f"cannot be {error.seen}.", f"It takes {_rule(error)}.")


def _rule(error: _Error) -> str:
    if error.takes:
        return error.takes
    limit = error.holder.get(error.keyword)
    return _RULES.get(error.keyword, "what `{keyword}: {limit}` asks for").format(keyword=error.keyword, limit=limit)


def _key(error: _Error) -> Iterator[Failure]:
    inner = error.of(error.kind.error)
    path = (*error.path, str(inner.value))
    yield Failure(problems.BAD_VALUE, path, True, "is no possible key.", f"A key is {_rule(inner)}.")


def _shape(error: _Error) -> Iterator[Failure]:
    yield Failure(problems.WRONG_SHAPE, error.path, False, f"takes {_rule(error)}.", _REARRANGE)


def _refused(error: _Error) -> Iterator[Failure]:
    if error.holder.get("not") == {}:
        wrong = f"does not belong here: {error.takes or 'the kind has no such field'}."
        yield Failure(problems.REFUSED_FIELD, error.path, True, wrong, "Remove it.")
    elif isinstance(error.value, dict | list):
        yield from _shape(error)
    else:
        yield from _value(error)


def _nothing(error: _Error) -> Iterator[Failure]:
    yield Failure(problems.REFUSED_FIELD, error.path, True, "does not belong here.", "Remove it.")


def _alternatives(error: _Error) -> Iterator[Failure]:
    forms = [form for form in error.holder.get(error.keyword, ()) if isinstance(form, dict)]
    names = [form["required"][0] for form in forms if form.keys() == {"required"} and len(form["required"]) == 1]
    branches = [branch for branch in error.kind.context if branch]
    if error.takes:
        yield from _shape(error)
    elif names and len(names) == len(forms):
        amount = "exactly one" if error.keyword == "oneOf" else "at least one"
        wrong = f"takes {amount} of {listed(sorted(names))}."
        yield Failure(problems.WRONG_SHAPE, error.path, False, wrong, _REARRANGE)
    elif len(branches) < len(forms):
        wrong = "fits more than one of the forms that exclude each other."
        yield Failure(problems.WRONG_SHAPE, error.path, False, wrong, "Remove what belongs to the other form.")
    else:
        yield from _no_form(error, branches)


def _no_form(error: _Error, branches: list[list[ValidationError]]) -> Iterator[Failure]:
    """No form fits: by their types, or else by what the nearest of them lacks."""
    types = [_types_of(branch[0]) for branch in branches if len(branch[0].instance_path) == len(error.path)]
    if len(types) == len(branches) and all(types):
        do = f"It takes {types_in_words(name for names in types for name in names)}."
        yield Failure(problems.WRONG_TYPE, error.path, False, f"cannot be {error.seen}.", do)
        return
    for one in min(branches, key=lambda branch: (-max(len(one.instance_path) for one in branch), len(branch))):
        yield from _explained(error.of(one))


def _types_of(error: ValidationError) -> list[str]:
    kind: Any = error.kind
    return list(kind.types) if kind.name == "type" else []


_BY_KEYWORD: Mapping[str, Callable[[_Error], Iterator[Failure]]] = MappingProxyType({
    "additionalProperties": _unknown,
    "anyOf": _alternatives,
    "const": _choice,
    "enum": _choice,
    "falseSchema": _nothing,
    "maxItems": _shape,
    "maxProperties": _shape,
    "minItems": _shape,
    "minProperties": _shape,
    "not": _refused,
    "oneOf": _alternatives,
    "propertyNames": _key,
    "required": _missing,
    "type": _type,
    "unevaluatedProperties": _unknown,
    "uniqueItems": _shape,
})  # fmt: skip
"""Every other keyword (`pattern`, `format`, `minimum` ...) is about a value by itself."""

_RULES: Mapping[str, str] = MappingProxyType({
    "exclusiveMaximum": "less than {limit}",
    "exclusiveMinimum": "more than {limit}",
    "format": "text of the form `{limit}`",
    "maxItems": "at most {limit} entries",
    "maxLength": "at most {limit} characters",
    "maxProperties": "at most {limit} fields",
    "maximum": "{limit} or less",
    "minItems": "at least {limit} entries",
    "minLength": "at least {limit} characters",
    "minProperties": "at least {limit} fields",
    "minimum": "{limit} or more",
    "pattern": "text that matches `{limit}`",
    "uniqueItems": "each entry once",
})  # fmt: skip
"""Nouns for keywords of schemas that do not say in words what they ask for."""
