"""From plain values to models: pydantic's errors become diagnostics with spans."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from compiler.diagnostics import Diagnostic, Staged, closest
from compiler.source.document import Document, Origin, Path
from compiler.spec import problems
from compiler.spec.names import camel
from compiler.spec.remedies import ORDER, REMEDIES

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

M = TypeVar("M", bound=BaseModel)
Error = Mapping[str, Any]
Location = tuple[str | int, ...]

_WHOLE = object()


def validate(model: type[M], document: Document, path: Path = (), value: Any = _WHOLE) -> Staged[M | None]:
    """The value at `path` of a document as a model; None and every problem, where it is not one.

    `value` is what to validate where it is at hand; left out, it is looked up in the document.
    """
    if value is _WHOLE:
        value = document.value
        for step in path:
            value = value[step]
    try:
        # By alias alone: a spec says `accessModes`, and `access_modes` is a field that nobody has documented.
        return Staged(model.model_validate(value, by_alias=True, by_name=False))
    except ValidationError as error:
        origin, errors = Origin(document, path), error.errors(include_url=False)
        meant = _meant(errors)
        said = [one for one in errors if one["loc"] not in meant.values()]
        found = [_diagnostic(one, value, model, origin) for one in said]
        better = [(str(meant[one["loc"]][-1]),) if one["loc"] in meant else () for one in said]
        return Staged(
            None, [one._replace(candidates=name or one.candidates) for one, name in zip(found, better, strict=True)]
        )


def _meant(errors: Sequence[Error]) -> dict[Location, Location]:
    """Misspelt fields -> the required one that each stands for: one mistake, which is said once."""
    missing = [one["loc"] for one in errors if one["type"] == "missing"]
    meant: dict[Location, Location] = {}
    for one in errors:
        if one["type"] != "extra_forbidden":
            continue
        *above, name = one["loc"]
        beside = {str(loc[-1]): loc for loc in missing if [*loc[:-1]] == above and loc not in meant.values()}
        for match in closest(str(name), beside, most=1):
            meant[one["loc"]] = beside[match]
    return meant


def _diagnostic(error: Error, value: Any, model: type[BaseModel], origin: Origin) -> Diagnostic:
    path, found = _walk(error["loc"], value)
    at = origin.child(*path)
    explain = _EXPLAIN.get(error["type"], _other)
    return explain(error, at, found, model)


def _walk(location: Location, value: Any) -> tuple[Path, Any]:
    """The way into the data, without the names of union members that pydantic puts between."""
    path: list[str | int] = []
    last = len(location) - 1
    for position, step in enumerate(location):
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        elif step == "[key]" or (position == last and isinstance(value, dict)):
            path.append(step)
            break
        else:
            continue
        path.append(step)
    return tuple(path), value


def _field(at: Origin) -> str:
    names = [step for step in at.path if isinstance(step, str) and step != "[key]"]
    return names[-1] if names else "document"


def _unknown(error: Error, at: Origin, found: Any, model: type[BaseModel]) -> Diagnostic:
    del found
    known = set(_fields(model, at.path[:-1]))
    return problems.unknown_field(at._replace(key=True), str(error["loc"][-1]), known)


def _missing(error: Error, at: Origin, found: Any, model: type[BaseModel]) -> Diagnostic:
    del found, model
    parent = at.path[:-1]
    return problems.missing_field(Origin(at.document, parent, key=bool(parent)), str(error["loc"][-1]))


def _choice(error: Error, at: Origin, found: Any, model: type[BaseModel]) -> Diagnostic:
    del model
    at = _key(at)
    choices = [word.strip().strip("'") for word in str(error["ctx"]["expected"]).replace(" or ", ", ").split(",")]
    if at.key:
        return problems.not_a_name(at, _subject(at), str(at.path[-1]), choices, _swapped(at, found, choices))
    return problems.not_a_choice(at, _field(at), str(found), choices)


def _swapped(at: Origin, found: Any, choices: Sequence[str]) -> str:
    """What to write where a name and its value stand in each other's place, or could."""
    order = ORDER.get(str(at.path[-2]), "") if len(at.path) > 1 else ""
    return f"{order} Write `{found}: {at.path[-1]}`." if order and found in choices else order


def _pattern(error: Error, at: Origin, found: Any, model: type[BaseModel]) -> Diagnostic:
    del model
    at = _key(at)
    pattern, text = str(error["ctx"]["pattern"]), str(at.path[-1] if at.key else found)
    fails = f"cannot be {_lower_first(_subject(at))}" if at.key else f"does not fit {_subject(at)}"
    do = REMEDIES.get(pattern, f"It has to match `{pattern}`.")
    other_case = tuple(one for one in (text.lower(), text.upper()) if one != text and re.search(pattern, one))
    return problems.bad_value(at, f"`{text}` {fails}.", do)._replace(candidates=other_case)


def _custom(error: Error, at: Origin, found: Any, model: type[BaseModel]) -> Diagnostic:
    del found, model
    wrong, _, do = str(error["msg"]).removeprefix("Value error, ").partition(" | ")
    return problems.bad_value(_key(at), wrong, do or "Change the value.")


def _other(error: Error, at: Origin, found: Any, model: type[BaseModel]) -> Diagnostic:
    wanted = _WANTED.get(error["type"])
    if wanted is None:
        at = _key(at)
        message = str(error["msg"]).removeprefix("Input should be ").rstrip(".")
        value = at.path[-1] if at.key else found
        return problems.bad_value(at, f"{_subject(at)} cannot be `{value}`.", f"It has to be {message}.")
    wanted = _alternatives(model, at.path) or wanted
    return problems.wrong_type(at, _field(at), wanted, _described(found), _remedy(wanted, at, found))


def _length(error: Error, at: Origin, found: Any, model: type[BaseModel]) -> Diagnostic:
    del model
    at = _key(at)
    context = error["ctx"]
    value = at.path[-1] if at.key else found
    if "max_length" in context:
        many = f"{len(value)} entries" if isinstance(value, list | dict) else f"{len(str(value))} characters"
        wrong = f"{_subject(at)} has {many}."
        return problems.bad_value(at, wrong, f"It may have {context['max_length']}.")
    if isinstance(value, list):
        return problems.bad_value(at, f"{_subject(at)} is an empty list.", "Name at least one, or leave the field out.")
    return problems.bad_value(
        at, f"{_subject(at)} cannot be `{value}`.", f"Write {context['min_length']} or more characters."
    )


def _alternatives(model: type[BaseModel], path: Path) -> str:
    """What a field takes that takes several types."""
    words = list(dict.fromkeys(_TYPES[one] for one in _annotations(model, path) if one in _TYPES))
    if any(
        get_origin(one) is dict or (isinstance(one, type) and issubclass(one, BaseModel))
        for one in _annotations(model, path)
    ):
        words.append("a mapping")
    return " or ".join(words) if len(words) > 1 else ""


def _key(at: Origin) -> Origin:
    """pydantic marks a mapping's key by a last step `[key]`."""
    return Origin(at.document, at.path[:-1], key=True) if at.path[-1:] == ("[key]",) else at


def _subject(at: Origin) -> str:
    """What a sentence is about, as it begins: a field, or the names of a mapping."""
    if not at.key:
        return f"`{_field(at)}`"
    return f"A name under `{at.path[-2]}`" if len(at.path) > 1 else "A name"


def _lower_first(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _described(found: Any) -> str:
    if found is None:
        return "empty"
    names: dict[type, str] = {
        bool: "true or false",
        int: "a whole number",
        float: "a number",
        str: "text",
        list: "a list",
        dict: "a mapping",
    }
    return names.get(type(found), type(found).__name__)


def _remedy(wanted: str, at: Origin, found: Any) -> str:
    if wanted == "text" and isinstance(found, bool | int | float):
        from compiler.source.positions import text_at

        written = text_at(at.document.file, at.document.index, at.path)
        return f'Quote it: `"{written}"`.' if written else "Quote it."
    if isinstance(found, str) and wanted in {"a whole number", "a number", "true or false"}:
        return f"Write {wanted} without quotes."
    if wanted == "a mapping" and isinstance(found, str) and "://" in found:
        return f'Write `{{source: "{found}"}}`.'
    return f"Write {wanted}."


def _fields(model: type[BaseModel], path: Path) -> Iterator[str]:
    """Names of the fields at a place below a model, over all members of unions on the way."""
    for member in _annotations(model, path):
        if isinstance(member, type) and issubclass(member, BaseModel):
            yield from (_alias(name, field) for name, field in member.model_fields.items())


def _alias(name: str, field: FieldInfo) -> str:
    """What specs call a field. A model that refers to itself has its aliases only when it was used."""
    return field.alias or camel(name)


def _annotations(model: type[BaseModel], path: Path) -> list[Any]:
    """The types that a place below a model can have."""
    found: list[Any] = [model]
    for step in path:
        found = [below for one in found for below in _below(one, step)]
    return [member for one in found for member in _members(one)]


def _below(annotation: Any, step: str | int) -> Iterator[Any]:
    """What a step into a value of this type can lead to."""
    for one in _members(annotation):
        if isinstance(one, type) and issubclass(one, BaseModel):
            yield from (field.annotation for name, field in one.model_fields.items() if step == _alias(name, field))
        elif get_origin(one) in (dict, list):
            yield get_args(one)[-1]


def _members(annotation: Any) -> Iterator[Any]:
    """A type without its annotations, a union's members one by one."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _members(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for one in get_args(annotation):
            yield from _members(one)
    else:
        yield annotation


_EXPLAIN: dict[str, Callable[[Error, Origin, Any, type[BaseModel]], Diagnostic]] = {
    "extra_forbidden": _unknown,
    "missing": _missing,
    "literal_error": _choice,
    "enum": _choice,
    "string_pattern_mismatch": _pattern,
    "value_error": _custom,
    "string_too_long": _length,
    "string_too_short": _length,
    "too_short": _length,
    "too_long": _length,
}
_TYPES: dict[Any, str] = {str: "text", bool: "true, false"}
_WANTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "union_tag_not_found": "text or a mapping",
}
