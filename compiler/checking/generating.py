"""`schemas/kubernetes/`: our schemas of the core kinds, from the API's structure and `strict.yaml`.

`python -m compiler.checking.generating` writes them, with `--check` it only tells whether they are fresh.
The structure (which fields there are, of which type) is taken from the OpenAPI document of Kubernetes
(Apache-2.0) as the development dependency `kubernetes-validate` carries it; nothing else of it is kept.
What is added stands in `schemas/kubernetes/strict.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import compiler
from compiler.checking.catalogue import file_name
from compiler.checking.narrowing import narrowed
from compiler.checking.subschemas import DIALECT, Schema, map_subschemas, text_of

FOLDER = Path(compiler.__file__).parents[1] / "schemas" / "kubernetes"

COMMENT = "Written by `python -m compiler.checking.generating`. Edit strict.yaml, not this file."

_DEFINITIONS = re.compile(r"io\.k8s\.(?:api\.(?:apps|batch|core|networking)\.v1|apimachinery\.pkg\..+)\.(\w+)")
_DROPPED = frozenset(("default", "description", "format"))
_REFERENCE = "#/$defs/"


def generate() -> dict[str, str]:
    """The text of each generated file, by its path below `schemas/kubernetes/`."""
    import yaml

    strict = yaml.safe_load((FOLDER / "strict.yaml").read_text("utf-8"))
    definitions = narrowed(upstream(strict["release"]), strict["objects"], strict["values"])
    homes = dict.fromkeys(strict["values"], "values")
    files: dict[str, Schema] = {"shared/values.json": _shared(strict["values"])}
    for file, roots in strict["files"].items():
        taken = [name for name in _reachable(roots, definitions) if name not in homes]
        homes.update(dict.fromkeys(taken, file))
        if taken:
            files[f"shared/{file}.json"] = _shared({name: _linked(definitions[name], homes, file) for name in taken})
    for kind in strict["kinds"]:
        files[str(file_name(kind["apiVersion"], kind["kind"]))] = _of_kind(kind, definitions, homes)
    return {path: text_of(schema) for path, schema in files.items()}


def upstream(release: str) -> dict[str, Schema]:
    """The definitions of one Kubernetes release by short name: structure only, closed, without nulls."""
    import json
    from importlib.resources import files

    folder = files("kubernetes_validate") / "kubernetes-json-schema" / f"v{release}.0-local-strict"
    document = json.loads((folder / "_definitions.json").read_text("utf-8"))
    found: dict[str, Schema] = {}
    for name, definition in document["$defs"].items():
        if match := _DEFINITIONS.fullmatch(name):
            found.setdefault(match[1], _structure(definition))
    found["Time"] = {"type": ["string", "null"], "format": "date-time"}
    return found


def _structure(definition: Schema, _name: str = "") -> Schema:
    kept = {key: value for key, value in definition.items() if key not in _DROPPED and not key.startswith("x-")}
    if definition.get("format") == "int32":
        return {"$ref": "#/$defs/int32"}
    if isinstance(kept.get("type"), list):
        kept["type"] = kept["type"][0]
    if "$ref" in kept:
        name = kept["$ref"].rpartition(".")[2]
        kept["$ref"] = _REFERENCE + ("quantity" if name == "Quantity" else name)
    return map_subschemas(kept, _structure)


def _shared(definitions: Mapping[str, Schema]) -> Schema:
    return {"$schema": DIALECT, "$comment": COMMENT, "$defs": dict(definitions)}


def _of_kind(kind: Mapping[str, Any], definitions: Mapping[str, Schema], homes: Mapping[str, str]) -> Schema:
    own = [name for name in _reachable([kind["kind"]], definitions) if name not in homes and name != kind["kind"]]
    homes = {name: f"shared/{file}" for name, file in homes.items()} | dict.fromkeys(own, "")
    schema = dict(definitions[kind["kind"]])
    schema["required"] = ["apiVersion", "kind", "metadata", *kind.get("require", ())]
    schema["properties"] = schema["properties"] | {
        "apiVersion": {"const": kind["apiVersion"]},
        "kind": {"const": kind["kind"]},
        "metadata": _metadata(kind),
    }
    schema |= {"$schema": DIALECT, "$comment": COMMENT}
    if own:
        schema["$defs"] = {name: definitions[name] for name in own}
    return _linked(schema, homes, "")


def _metadata(kind: Mapping[str, Any]) -> Schema:
    properties: Schema = {"name": {"$ref": _REFERENCE + kind["name"]}}
    if not kind.get("namespaced"):
        properties["namespace"] = {"not": {}, "description": f"a {kind['kind']} belongs to no namespace"}
    required = ["name", "namespace"] if kind.get("namespaced") else ["name"]
    return {"$ref": _REFERENCE + "ObjectMeta", "properties": properties, "required": required}


def _reachable(roots: Iterable[str], definitions: Mapping[str, Schema]) -> list[str]:
    """The roots and what they refer to, each once, sorted. Values have no definition and are left out."""
    seen: set[str] = set()
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name in definitions and name not in seen:
            seen.add(name)
            waiting.extend(_references(definitions[name]))
    return sorted(seen)


def _references(schema: Schema) -> Iterator[str]:
    found: list[str] = []

    def visit(one: Schema, _name: str = "") -> Schema:
        if "$ref" in one:
            found.append(one["$ref"].removeprefix(_REFERENCE))
        return map_subschemas(one, visit)

    visit(schema)
    yield from found


def _linked(schema: Schema, homes: Mapping[str, str], here: str) -> Schema:
    """The schema with each reference pointing into the file that holds the definition."""

    def link(one: Schema, _name: str = "") -> Schema:
        if "$ref" in one:
            name = one["$ref"].removeprefix(_REFERENCE)
            home = homes.get(name, here)
            one = one | {"$ref": one["$ref"] if home == here else f"{home}.json{_REFERENCE}{name}"}
        return map_subschemas(one, link)

    return link(schema)


def main(*, check: bool) -> list[str]:
    """Write the files that differ, or with `check` only name them."""
    stale = []
    for path, text in generate().items():
        file = FOLDER / path
        if not file.is_file() or file.read_text("utf-8") != text:
            stale.append(path)
            if not check:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, "utf-8", newline="\n")
    return stale


if __name__ == "__main__":
    import sys

    changed = main(check="--check" in sys.argv[1:])
    for name in changed:
        sys.stdout.write(f"{name}\n")
    raise SystemExit(1 if changed and "--check" in sys.argv[1:] else 0)
