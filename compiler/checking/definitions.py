"""CustomResourceDefinitions: the schemas of their served versions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from compiler.checking.catalogue import file_name
from compiler.checking.compacting import compact
from compiler.checking.structural import Converter, Malformed
from compiler.checking.subschemas import DIALECT, Schema, map_subschemas
from compiler.data import data_root

_STATUS = "the operator writes it"


class Made(NamedTuple):
    """A schema made of one version of a CRD. `name` is for people: `kubeflow.org/v1 PyTorchJob`."""

    name: str
    file: str
    schema: Schema
    rules: int


class NotDefinition(NamedTuple):
    """A CRD, or a version of one, that no schema can be made of."""

    name: str
    reason: str


def made_of(definition: Schema) -> Iterator[Made | NotDefinition]:
    """The schemas of a CRD's served versions. What is not as it should be is an entry as well."""
    metadata = definition.get("metadata")
    called = str(metadata.get("name") if isinstance(metadata, dict) else "a CustomResourceDefinition without name")
    if definition.get("apiVersion") != "apiextensions.k8s.io/v1":
        yield NotDefinition(called, f"it is of `{definition.get('apiVersion')}`, which Kubernetes no longer reads")
        return
    try:
        spec = _part(definition, "spec", dict)
        group, kind = _part(spec, "group", str), _part(_part(spec, "names", dict), "kind", str)
        versions = [one for one in _part(spec, "versions", list) if _part(one, "served", bool)]
    except Malformed as error:
        yield NotDefinition(called, str(error))
        return
    for version in versions:
        yield _version(version, group, kind, called, namespaced=spec.get("scope") != "Cluster")


def _version(version: Any, group: str, kind: str, called: str, *, namespaced: bool) -> Made | NotDefinition:
    try:
        api_version = f"{group}/{_part(version, 'name', str)}"
        root = _part(_part(version, "schema", dict), "openAPIV3Schema", dict)
        subresources = _part({"subresources": version.get("subresources") or {}}, "subresources", dict)
        converter = Converter()
        schema = converter.convert(root)
    except Malformed as error:
        return NotDefinition(called, str(error))
    file = file_name(api_version, kind)
    if file is None:
        return NotDefinition(called, f"`{kind}` of `{api_version}` is no name of a kind")
    whole = _with_head(schema, api_version, kind, namespaced=namespaced)
    if "status" in subresources:
        whole["properties"]["status"] = {"not": {}, "description": _STATUS}
        whole["required"] = [name for name in whole["required"] if name != "status"]
    metadata = _metadata()
    smaller = compact(whole, metadata)
    smaller["$defs"] = metadata | smaller.get("$defs", {})
    smaller |= {"$schema": DIALECT, "$comment": f"Made from the CRD {called} by `hydra schema import`."}
    return Made(f"{api_version} {kind}", file, smaller, converter.rules)


def _with_head(schema: Schema, api_version: str, kind: str, *, namespaced: bool) -> Schema:
    """The schema with what every object has. CRDs leave metadata to the API server."""
    metadata: Schema = {"$ref": "#/$defs/ObjectMeta", "required": ["name"]}
    properties = schema.get("properties", {})
    narrowed = {keyword: value for keyword, value in properties.get("metadata", {}).items() if keyword == "properties"}
    if not namespaced:
        metadata["properties"] = {"namespace": {"not": {}, "description": f"a {kind} belongs to no namespace"}}
    if narrowed:
        metadata["allOf"] = [narrowed]
    head = {"apiVersion": {"const": api_version}, "kind": {"const": kind}, "metadata": metadata}
    required = {"apiVersion", "kind", "metadata", *schema.get("required", ())}
    return schema | {"properties": properties | head, "required": sorted(required)}


@cache
def _metadata() -> dict[str, Schema]:
    """Our schema of metadata with all that it refers to, to stand in one file."""
    shared = data_root() / "schemas" / "kubernetes" / "shared"
    known: dict[str, Schema] = {}
    for name in ("values.json", "metadata.json"):
        known |= json.loads((shared / name).read_text("utf-8"))["$defs"]
    wanted: dict[str, Schema] = {}

    def take(schema: Schema, _name: str = "") -> Schema:
        if "$ref" not in schema:
            return map_subschemas(schema, take)
        name = schema["$ref"].rpartition("/")[2]
        if name not in wanted:
            wanted[name] = {}
            wanted[name] = map_subschemas(known[name], take)
        return map_subschemas(schema | {"$ref": f"#/$defs/{name}"}, take)

    take({"$ref": "ObjectMeta"})
    return wanted


def _part(holder: Any, name: str, kind: type) -> Any:
    value = holder.get(name) if isinstance(holder, dict) else None
    if not isinstance(value, kind):
        raise Malformed(f"`{name}` is missing or of another type")
    return value
