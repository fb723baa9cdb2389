"""`docs/reference.md`: every field of the language and every source type, from their definitions.

`python -m compiler.spec.reference_page` writes the page, with `--check` it only tells whether it is fresh.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

import compiler
from compiler.pages import write_page
from compiler.sources.base import SourceType
from compiler.sources.registry import source_types
from compiler.spec.schema_export import language_schemas

PAGE = Path(compiler.__file__).parents[1] / "docs" / "reference.md"

HEAD = """\
<!-- Written by `python -m compiler.spec.reference_page`. Edit the models' docstrings, not this page. -->

# Reference

Every kind of document that Hydra reads, field by field. The same definitions are in `schemas/language/` as JSON
Schemas for editors; `hydra schema KIND` prints one. A field without a default and without *required* may be left out.
"""

Schema = Mapping[str, Any]


def page() -> str:
    """The whole page."""
    schemas = language_schemas()
    own = {name: schema for name, schema in schemas.items() if name != "library/cluster"}
    contents = [f"* [{name}](#{anchor(name)}): {sentence(schema)}" for name, schema in own.items()]
    contents.append("* [Sources](#sources): where data comes from")
    chapters = [text for name, schema in own.items() for text in chapter(name, schema)]
    return "\n\n".join([HEAD.rstrip(), "\n".join(contents), *chapters, *sources()]) + "\n"


def chapter(name: str, schema: Schema) -> Iterator[str]:
    """A kind of document: its fields, then the fields of what stands in it, in the order of their first mention."""
    yield f"## {name}"
    yield str(schema["description"])
    yield table(name, schema)
    for part in mentioned(schema):
        below = schema["$defs"][part]
        if "properties" in below:
            yield f"### {name}: {part}"
            yield str(below.get("description", ""))
            yield table(name, below)


def mentioned(schema: Schema) -> list[str]:
    """Definitions in the order in which a reader meets them."""
    found: list[str] = []
    waiting = list(references({**schema, "$defs": None}))
    while waiting:
        one = waiting.pop(0)
        if one not in found:
            found.append(one)
            waiting = [*references(schema["$defs"][one]), *waiting]
    return found


def references(node: Any) -> Iterator[str]:
    """Names of the definitions that a schema refers to."""
    if isinstance(node, Mapping):
        if "$ref" in node:
            yield str(node["$ref"]).rpartition("/")[2]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def table(name: str, schema: Schema) -> str:
    """The fields of a mapping."""
    needed = {*schema.get("required", ()), *schema.get("else", {}).get("required", ())}
    rows = ["| Field | Type | Default | Meaning |", "|---|---|---|---|"]
    for field, value in schema["properties"].items():
        default = "*required*" if field in needed else shown(value)
        cells = (f"`{field}`", kind(name, value), default, str(value.get("description", "")))
        rows.append("| " + " | ".join(cell.replace("\n", " ").replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows)


def shown(value: Schema) -> str:
    """A default as YAML would have it."""
    default = value.get("default")
    return "" if default in (None, {}, []) else f"`{json.dumps(default, ensure_ascii=False)}`"


def kind(name: str, value: Schema) -> str:
    """What a value has to be, in a few words."""
    if "$ref" in value:
        part = str(value["$ref"]).rpartition("/")[2]
        return f"[{part}](#{anchor(f'{name}: {part}')})"
    if "anyOf" in value:
        members = [kind(name, one) for one in value["anyOf"] if one.get("type") != "null"]
        return " or ".join(dict.fromkeys(members))
    if "enum" in value:
        return ", ".join(f"`{one}`" for one in value["enum"])
    if "const" in value:
        return f"`{value['const']}`"
    if value.get("type") == "array":
        return f"list of {kind(name, value['items'])}"
    if value.get("type") == "object":
        below = value.get("additionalProperties")
        return f"map of {kind(name, below)}" if isinstance(below, Mapping) else "mapping"
    return WORDS.get(str(value.get("type")), "anything")


WORDS = {"string": "text", "integer": "whole number", "number": "number", "boolean": "`true` or `false`"}


def sources() -> Iterator[str]:
    """The chapter about source types."""
    yield "## Sources"
    yield (
        "A Project gives a URI alone where the scheme says the type, else `{type, uri, options}`; a Dataset document "
        "always gives the type. Option values are text. *Keys* are those of the Secret that the entry names."
    )
    for one in source_types().values():
        yield f"### {one.name}"
        yield f"{one.summary}: `{one.form}`. {how(one)}"
        if one.options:
            rows = [f"| `{name}` | {option.summary} |".replace("\n", " ") for name, option in one.options.items()]
            yield "\n".join(["| Option | Meaning |", "|---|---|", *rows])


def how(one: SourceType) -> str:
    """How a type is written and what it takes, in sentences."""
    short = one.schemes if one.short is None else one.short
    said = [
        f"In a Project: {', '.join(f'`{scheme}://`' for scheme in short)}." if short else "In a Project: the long form."
    ]
    if one.secret_keys:
        said.append(f"Keys: {', '.join(f'`{key}`' for key in one.secret_keys)}.")
    if one.any_option:
        said.append("Every other option is passed on.")
    return " ".join(said)


def anchor(heading: str) -> str:
    """The anchor that a heading gets.

    >>> anchor("Project: Volume"), anchor("library/model")
    ('project-volume', 'librarymodel')
    """
    kept = "".join(character for character in heading.lower() if character.isalnum() or character in " -_")
    return kept.replace(" ", "-")


def sentence(schema: Schema) -> str:
    """The first sentence of a description, without its dot."""
    return str(schema["description"]).partition("\n")[0].rstrip(".")


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 where the page is not fresh.")
def write(check: bool) -> None:
    """Write `docs/reference.md`."""
    write_page(PAGE, page(), "compiler.spec.reference_page", check)


if __name__ == "__main__":
    write()
