"""`schemas/kubernetes/`: our schemas of kinds that operators define, from their CRDs and `adopted.yaml`.

`python -m compiler.checking.adopting CRDS` writes them, with `--check` it only tells whether they are fresh. CRDS is
a folder with the CRDs by project. The structure is the CRD's, as `hydra schema import` reads it; pods, containers and
what is in them are ours, which are narrower and stand in `shared/` once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from compiler.checking.catalogue import file_name
from compiler.checking.compacting import compact
from compiler.checking.generating import FOLDER
from compiler.checking.structural import Converter
from compiler.checking.subschemas import DIALECT, Schema, map_subschemas, text_of

COMMENT = "Written by `python -m compiler.checking.adopting` from {source}. Edit adopted.yaml, not this file."

_FILES = ("values", "metadata", "storage", "pod")
_SHARED = "shared/{file}.json#/$defs/{name}"
_INT32 = {"minimum": -(2**31), "maximum": 2**31 - 1}
_LARGE = ("Container", "PodSpec")
"""Definitions that operators embed and extend: they are recognized by most of their fields."""

_MOST = 0.8
_FEWEST = 3
"""Fields of a definition that is recognized by having the same: below, others have them by chance."""


class UnknownPattern(ValueError):  # noqa: N818
    """A pattern of a CRD that `adopted.yaml` does not say in words."""


class Ours:
    """Our shared definitions by name, each with references that hold from the folder of kinds."""

    def __init__(self) -> None:
        self.definitions: dict[str, Schema] = {}
        self._homes: dict[str, str] = {}
        for file in _FILES:
            document = json.loads((FOLDER / "shared" / f"{file}.json").read_text("utf-8"))
            self.definitions |= {name: _from_outside(one, file) for name, one in document["$defs"].items()}
            self._homes |= dict.fromkeys(document["$defs"], file)

    def behind(self, schema: Schema) -> Schema:
        """The definition that a schema refers to, or the schema."""
        return self.definitions[schema["$ref"].rpartition("/")[2]] if schema.keys() == {"$ref"} else schema

    def like(self, schema: Schema) -> Schema | None:
        """A reference to the definition with these fields; None where there is none, or more than one."""
        fields = schema.get("properties", {}).keys()
        for name in _LARGE:
            theirs = self.definitions[name]["properties"].keys()
            if len(theirs & fields) >= _MOST * len(theirs):
                return self._reference(name)
        if len(fields) < _FEWEST and fields != {"matchExpressions", "matchLabels"}:
            return None
        same = [name for name, one in self.definitions.items() if one.get("properties", {}).keys() == fields]
        return self._reference(same[0]) if len(same) == 1 else None

    def _reference(self, name: str) -> Schema:
        return {"$ref": _SHARED.format(file=self._homes[name], name=name)}


def _value(name: str) -> Schema:
    return {"$ref": _SHARED.format(file="values", name=name)}


def _from_outside(schema: Schema, file: str) -> Schema:
    def link(one: Schema, _name: str = "") -> Schema:
        if "$ref" in one:
            home, _, name = one["$ref"].rpartition("#/$defs/")
            one = one | {"$ref": _SHARED.format(file=home.removesuffix(".json") or file, name=name)}
        return map_subschemas(one, link)

    return link(schema)


class Adopter:
    """Puts our definitions into the place of a CRD's."""

    def __init__(self, ours: Ours, own: frozenset[str], patterns: Mapping[str, str]) -> None:
        self._ours = ours
        self._own = own
        self._patterns = patterns

    def adopted(self, schema: Schema, _name: str = "") -> Schema:
        """The schema of a CRD's node, with what we know better."""
        if isinstance(schema.get("type"), list) and "KMGTPE" in schema.get("pattern", ""):
            return _value("quantity")
        if schema.get("type") == "integer" and schema.items() >= _INT32.items():
            return _value("int32")
        ours = self._ours.like(schema)
        if ours is not None:
            return self._merged(schema, ours)
        return self._worded(map_subschemas(schema, self.adopted))

    def _merged(self, theirs: Schema, ours: Schema) -> Schema:
        """A node of which we have a definition: ours, less the fields that the CRD does not know."""
        target = self._ours.behind(ours)
        fields = target.get("properties")
        if fields is None:
            return self._merged_items(theirs, ours, target)
        if "properties" not in theirs:
            return self._worded(map_subschemas(theirs, self.adopted))
        name = ours["$ref"].rpartition("/")[2] if ours.keys() == {"$ref"} else ""
        own = name in self._own
        if not own and fields.keys() <= theirs["properties"].keys():
            return ours
        merged = {
            field: self._merged(one, fields[field]) if field in fields else self.adopted(one)
            for field, one in theirs["properties"].items()
        }
        required = theirs.get("required", []) if own else [*theirs.get("required", ()), *target.get("required", ())]
        schema = theirs | {"properties": merged, "required": sorted({*required} & merged.keys())}
        if "allOf" in target and not own:
            schema["allOf"] = target["allOf"]
        return {key: value for key, value in schema.items() if value != []}

    def _merged_items(self, theirs: Schema, ours: Schema, target: Schema) -> Schema:
        if "items" in theirs and "items" in target:
            return target | {"items": self._merged(theirs["items"], target["items"])}
        return ours

    def _worded(self, schema: Schema) -> Schema:
        schema.pop("default", None)
        pattern = schema.get("pattern")
        if pattern is None:
            return schema
        if pattern not in self._patterns:
            raise UnknownPattern(pattern)
        return schema | {"description": self._patterns[pattern]}


def adopt(crds: Path) -> dict[str, str]:
    """The text of each file, by its name in `schemas/kubernetes/`. `crds` has the CRDs in folders by project.

    Raises: UnknownPattern, OSError.
    """
    import yaml

    table = yaml.safe_load((FOLDER / "adopted.yaml").read_text("utf-8"))
    ours = Ours()
    found: dict[str, str] = {}
    for folder, source in table["sources"].items():
        adopter = Adopter(ours, frozenset(source.get("own", ())), table["patterns"])
        wanted = {(one["apiVersion"], one["kind"]) for one in source["kinds"]}
        for api_version, kind, version, namespaced in _versions(crds / folder):
            if (api_version, kind) in wanted:
                schema = adopter.adopted(Converter().convert(version["schema"]["openAPIV3Schema"]))
                whole = _with_head(schema, api_version, kind, namespaced=namespaced)
                whole["$comment"] = COMMENT.format(source=source["source"])
                found[str(file_name(api_version, kind))] = text_of(whole)
    return found


def _versions(folder: Path) -> Iterator[tuple[str, str, Schema, bool]]:
    """The versions of all CRDs of a folder: apiVersion, kind, the version, whether it is namespaced."""
    import yaml

    for file in sorted(folder.glob("*.yaml")):
        spec = yaml.load(file.read_text("utf-8"), yaml.CSafeLoader)["spec"]
        for version in spec["versions"]:
            yield f"{spec['group']}/{version['name']}", spec["names"]["kind"], version, spec["scope"] == "Namespaced"


def _with_head(schema: Schema, api_version: str, kind: str, *, namespaced: bool) -> Schema:
    metadata: Schema = {"$ref": "shared/metadata.json#/$defs/ObjectMeta", "required": ["name"]}
    if namespaced:
        metadata["required"].append("namespace")
    else:
        refused = {"not": {}, "description": f"a {kind} belongs to no namespace"}
        metadata["properties"] = {"namespace": refused}
    schema["properties"] |= {
        "apiVersion": {"const": api_version},
        "kind": {"const": kind},
        "metadata": metadata,
        "status": {"not": {}, "description": "the operator writes it"},
    }
    schema["required"] = ["apiVersion", "kind", "metadata", "spec"]
    return compact(schema) | {"$schema": DIALECT}


def main(crds: Path, *, check: bool) -> list[str]:
    """Write the files that differ, or with `check` only name them."""
    stale = []
    for name, text in adopt(crds).items():
        file = FOLDER / name
        if not file.is_file() or file.read_text("utf-8") != text:
            stale.append(name)
            if not check:
                file.write_text(text, "utf-8", newline="\n")
    return stale


if __name__ == "__main__":
    import sys

    folder, *rest = sys.argv[1:]
    changed = main(Path(folder), check="--check" in rest)
    for one in changed:
        sys.stdout.write(f"{one}\n")
    raise SystemExit(1 if changed and "--check" in rest else 0)
