"""JSON Schemas of the language, for editors and other tools.

`python -m compiler.spec.schema_export` writes `schemas/language/`, with `--check` it only tells whether it is fresh.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from compiler.data import data_root
from compiler.library.entry import Entry
from compiler.library.kinds import kinds
from compiler.spec import foreign, patterns
from compiler.spec.docstrings import meaning
from compiler.spec.kinds import CLUSTER_SECTIONS, PROJECT_SECTIONS, cluster_model, project_model
from compiler.spec.names import camel
from compiler.spec.sections import section_names

if TYPE_CHECKING:
    from pydantic_core import CoreSchema

DIALECT = "https://json-schema.org/draft/2020-12/schema"
SECTIONS = (PROJECT_SECTIONS, CLUSTER_SECTIONS)
EXAMPLES: Mapping[str, list[str]] = {
    patterns.NAME: ["tickets", "support-bot"],
    patterns.QUANTITY: ["50Gi", "1.5Ti"],
    patterns.DURATION: ["24h", "1h30m"],
    patterns.DIGEST: ["6h8828fk56"],
    patterns.COMMIT: ["a09a35458c702b33eeacc393d103063234e8bc28"],
    patterns.IMAGE_DIGEST: ["sha256:9b2cc13c1c3f4ad6d5a7fd3e1a6e2b7d3f0a0c8a3b1f4e5d6c7b8a9f0e1d2c3b"],
    r"^[0-7]{3,4}$": ["0774", "0750"],
    r"^https?://[^\s@]+$": ["http://mirror.acme.io"],
    r"^1\.[0-9]+$": ["1.33"],
}
"""Examples of texts by the pattern that they fit."""


def language_schemas() -> dict[str, dict[str, Any]]:
    """The schema of every kind of document: `Project`, `Cluster`, `Settings`, `Lock`, foreign kinds, `library/model` and so on."""
    return {name: schema_of(model) for name, model in models().items()}


def models() -> dict[str, type[BaseModel]]:
    """The model of every kind of document."""
    from compiler.spec.lock import Lock
    from compiler.spec.settings import Settings

    own: dict[str, type[BaseModel]] = {"Project": project_model(), "Cluster": cluster_model()}
    own |= {"Settings": Settings, "Lock": Lock}
    library = {f"library/{kind.id}": kind.model for kind in kinds().values()}
    return own | dict(_foreign()) | library


def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """The schema of one model, with what its fields mean."""
    schema = model.model_json_schema(by_alias=True, schema_generator=_Documented)
    if issubclass(model, Entry):
        _may_extend(schema)
    return {"$schema": DIALECT, **schema}


class _Documented(GenerateJsonSchema):
    """Adds to pydantic's schema what fields mean and examples, and leaves out titles that repeat a field's name."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """No: an editor shows the field's name anyway."""
        del schema
        return False

    def model_schema(self, schema: Any) -> JsonSchemaValue:
        """A model's schema, its properties described."""
        found = super().model_schema(schema)
        model: type[BaseModel] = schema["cls"]
        properties = found.get("properties", {})
        for name, field in model.model_fields.items():
            text = meaning(model, name, SECTIONS)
            if text:
                properties[field.alias or camel(name)]["description"] = text
        return found

    def default_schema(self, schema: Any) -> JsonSchemaValue:
        """A schema with its default, where that is something."""
        found = super().default_schema(schema)
        return {key: value for key, value in found.items() if key != "default" or value is not None}

    def encode_default(self, dft: Any) -> Any:
        """A default as JSON: of a model, only what differs from the model's own defaults."""
        if isinstance(dft, BaseModel):
            return dft.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        return super().encode_default(dft)

    def dict_schema(self, schema: Any) -> JsonSchemaValue:
        """A mapping's schema. A key that does not fit its pattern is wrong, which pydantic's own form lets pass."""
        found = super().dict_schema(schema)
        for pattern, values in found.pop("patternProperties", {}).items():
            found["propertyNames"] = {"pattern": pattern, **found.get("propertyNames", {})}
            found["additionalProperties"] = values
        return found

    def str_schema(self, schema: Any) -> JsonSchemaValue:
        """A text's schema, with examples of its pattern."""
        found = super().str_schema(schema)
        examples = EXAMPLES.get(found.get("pattern", ""))
        return {**found, "examples": examples} if examples else found

    def tagged_union_schema(self, schema: Any) -> JsonSchemaValue:
        """A choice between shapes. Which one is meant shows in the value, so an editor needs no tag."""
        members: Mapping[Any, CoreSchema] = schema["choices"]
        return {"anyOf": [self.generate_inner(member) for member in members.values()]}


def _foreign() -> Iterator[tuple[str, type[BaseModel]]]:
    """Documents of foreign kinds that have a model: those with an `apiVersion` and a `kind` of one value."""
    from importlib import import_module

    for module in section_names(foreign.__name__).values():
        for value in vars(import_module(module)).values():
            if (
                isinstance(value, type)
                and issubclass(value, BaseModel)
                and {"api_version", "kind"} <= value.model_fields.keys()
            ):
                choices = getattr(value.model_fields["kind"].annotation, "__args__", ())
                if choices == (value.__name__,):
                    yield value.__name__, value


def _may_extend(schema: dict[str, Any]) -> None:
    """An entry that extends another is a merge patch: it needs only what says which it is, and null removes.

    Without `extends`, which the compiler takes off when it has merged, everything is asked of it.
    """
    needed = schema.pop("required")
    given: dict[str, Any] = {}
    for name, value in schema["properties"].items():
        if "additionalProperties" in value:
            value["additionalProperties"] = _nullable(value["additionalProperties"])
            given[name] = {"type": "object", "additionalProperties": _NOT_NULL}
        elif _NULL not in value.get("anyOf", ()):
            given[name] = _NOT_NULL
        if name in given:
            schema["properties"][name] = _nullable(value)
    schema["required"] = ["kind", "name"]
    schema["if"] = {"required": ["extends"]}
    schema["else"] = {"required": needed, "properties": given}


def _nullable(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema that also takes null. Unions stay flat."""
    about = {key: schema[key] for key in ("default", "description") if key in schema}
    members = schema.get("anyOf") or [{key: value for key, value in schema.items() if key not in about}]
    return {"anyOf": [*members, _NULL], **about}


_NULL = {"type": "null"}
_NOT_NULL = {"not": _NULL}


def files() -> dict[str, str]:
    """File below `schemas/language/` -> its text."""
    return {
        f"{name.replace('/', '-').lower()}.json": json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        for name, schema in language_schemas().items()
    }


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 where a schema is not fresh.")
def write(check: bool) -> None:
    """Write `schemas/language/`."""
    folder = data_root() / "schemas" / "language"
    fresh = files()
    there = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.json"))}
    if there == fresh:
        return
    if check:
        raise click.ClickException("schemas/language is stale: run `python -m compiler.spec.schema_export`")
    folder.mkdir(parents=True, exist_ok=True)
    for name in there.keys() - fresh.keys():
        (folder / name).unlink()
    for name, text in fresh.items():
        Path(folder, name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
