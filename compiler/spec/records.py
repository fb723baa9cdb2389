"""Values of the language without pydantic: built from the generated JSON Schemas, which say fields and defaults.

A record has the attributes that the pydantic model has, under the same names. The models stay the one definition: the
schemas are generated from them, and a test fails where the two drift.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from keyword import iskeyword
from typing import Any

Build = Callable[[Any], Any]
Schema = Mapping[str, Any]


class Record:
    """A mapping of a spec as an object: fields as attributes, defaults filled in."""

    raw: Mapping[str, Any]
    """The mapping as it was written."""

    model_fields_set: frozenset[str]
    """Fields that were written, as with a pydantic model."""

    @classmethod
    def read(cls, given: dict[str, Any]) -> dict[str, Any]:
        """The fields that were written, where a type has them in another form than they are written in."""
        return given

    def model_dump(self, **_: Any) -> dict[str, Any]:
        """The mapping as it was written."""
        return dict(self.raw)

    def model_copy(self, *, update: Mapping[str, Any]) -> Any:
        """The same record with other fields."""
        made = type(self)()
        made.__dict__ = {**self.__dict__, **update, "model_fields_set": self.model_fields_set | update.keys()}
        return made


def attribute(field: str) -> str:
    """A field's name in Python: `accessModes` is `access_modes`, `class` is `class_`.

    >>> attribute("perGPUMemoryGB")
    'per_gpu_memory_gb'
    """
    letters: list[str] = []
    for position, letter in enumerate(field):
        before, after = field[position - 1 : position], field[position + 1 : position + 2]
        if letter.isupper() and position and (before.islower() or before.isdigit() or after.islower()):
            letters.append("_")
        letters.append(letter.lower())
    name = "".join(letters)
    return f"{name}_" if iskeyword(name) else name


class Records:
    """Builds records of one schema document. `behaviours` are methods by the title of their model."""

    def __init__(self, document: Schema, behaviours: Mapping[str, type] | None = None) -> None:
        self.document = document
        self._behaviours = behaviours or {}
        self._built: dict[str, Build] = {}
        self._whole: Build | None = None

    def build(self, value: Any) -> Any:
        """The record of a valid value of the whole document."""
        if self._whole is None:
            self._whole = self._object(self.document)
        return self._whole(value)

    def definition(self, name: str) -> Build:
        """Builds records of one of the document's definitions."""
        found = self._built.get(name)
        if found is None:
            # A definition may contain itself: until it is built, it is looked up when a value comes.
            self._built[name] = lambda value: self._built[name](value)  # noqa: PLW0108
            found = self._built[name] = self._of(self.document["$defs"][name])
        return found

    def _of(self, schema: Schema) -> Build:
        if "$ref" in schema:
            return self.definition(schema["$ref"].rpartition("/")[2])
        for union in ("anyOf", "oneOf"):
            if union in schema and "properties" not in schema:
                return self._union([self._named(one) for one in schema[union]])
        if "properties" in schema:
            return self._object(schema)
        if isinstance(schema.get("additionalProperties"), dict):
            return self._mapping(schema["additionalProperties"])
        patterns = schema.get("patternProperties")
        if patterns:
            return self._mapping(next(iter(patterns.values())))
        if isinstance(schema.get("items"), dict):
            return self._list(schema["items"])
        return _same

    def _named(self, schema: Schema) -> tuple[Schema, Build]:
        resolved = schema
        while "$ref" in resolved:
            resolved = self.document["$defs"][resolved["$ref"].rpartition("/")[2]]
        return resolved, self._of(schema)

    def _union(self, members: list[tuple[Schema, Build]]) -> Build:
        """By the value's type; of several kinds of mappings, the one whose required fields are all there."""
        plain: dict[type, Build] = {list: _same}
        for schema, build in members:
            if schema.get("type") == "array":
                plain[list] = build
        mappings = [
            (frozenset(schema.get("required", ())), build) for schema, build in members if "properties" in schema
        ]
        keyed = next(
            (build for schema, build in members if schema.get("type") == "object" and "properties" not in schema), _same
        )

        def union(value: Any) -> Any:
            if isinstance(value, dict):
                for required, build in mappings:
                    if required <= value.keys():
                        return build(value)
                return keyed(value)
            return plain[list](value) if isinstance(value, list) else value

        return union

    def _mapping(self, schema: Schema) -> Build:
        build = self._of(schema)
        if build is _same:
            return _same
        return lambda value: {key: build(item) for key, item in value.items()} if isinstance(value, dict) else value

    def _list(self, schema: Schema) -> Build:
        build = self._of(schema)
        if build is _same:
            return _same
        return lambda value: [build(item) for item in value] if isinstance(value, list) else value

    def _object(self, schema: Schema) -> Build:
        required = frozenset(schema.get("required", ()))
        builds: dict[str, tuple[str, Build]] = {}
        defaults: dict[str, Any] = {}
        for key, below in schema["properties"].items():
            name, build = attribute(key), self._of(below)
            builds[key] = (name, build)
            if key not in required:
                defaults[name] = build(_default(below))
        behaviour = self._behaviours.get(str(schema.get("title")))
        kind: Any = type(str(schema.get("title", "Record")), (*((behaviour,) if behaviour else ()), Record), {})

        def record(value: Any) -> Any:
            if not isinstance(value, dict):
                return value
            given = {}
            for key, item in value.items():
                name, build = builds[key]
                given[name] = build(item)
            made = kind()
            made.__dict__ = {**defaults, **kind.read(given), "raw": value, "model_fields_set": frozenset(given)}
            return made

        return record


def _default(schema: Schema) -> Any:
    """A field's default. Schemas leave out empty ones: of a nested model, a list, a mapping."""
    if "default" in schema:
        return schema["default"]
    if "$ref" in schema or schema.get("type") == "object":
        return {}
    return [] if schema.get("type") == "array" else None


def _same(value: Any) -> Any:
    return value
