"""The kinds that the stand-in has, with their schemas."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema_rs

SCHEMAS = Path(__file__).parents[2] / "schemas" / "kubernetes"
CLUSTER_SCOPED = {"Namespace", "PersistentVolume", "ClusterServingRuntime", "CustomResourceDefinition"}
PLURALS = {"Ingress": "ingresses"}
NOT_SERVED = {"Kustomization"}
SET_BY_THE_SERVER = {"uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink"}


class Kind(NamedTuple):
    """A kind that is served."""

    api_version: str
    kind: str
    schema: Mapping[str, Any]
    """Of whole objects, without what only the server sets."""

    @property
    def plural(self) -> str:
        return PLURALS.get(self.kind, f"{self.kind.lower()}s")

    @property
    def namespaced(self) -> bool:
        return self.kind not in CLUSTER_SCOPED

    @property
    def group(self) -> str:
        return self.api_version.rpartition("/")[0]

    def problems(self, body: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Field and message of everything that the schema refuses."""
        found = validator(json.dumps(self.schema)).iter_errors(strip(body))
        return sorted({(".".join(map(str, one.instance_path)), one.message) for one in found})


def strip(body: Mapping[str, Any]) -> dict[str, Any]:
    """An object without what only the server sets."""
    metadata = {key: value for key, value in body["metadata"].items() if key not in SET_BY_THE_SERVER}
    return {**{key: value for key, value in body.items() if key != "status"}, "metadata": metadata}


@cache
def validator(schema: str) -> jsonschema_rs.Validator:
    def retrieve(uri: str) -> Any:
        return json.loads((SCHEMAS / uri.removeprefix("hydra:///")).read_text("utf-8"))

    return jsonschema_rs.validator_for(json.loads(schema), base_uri="hydra:///x.json", retriever=retrieve)


def kinds() -> Iterator[Kind]:
    """Every kind that there is a schema for."""
    for file in sorted(SCHEMAS.glob("*.json")):
        schema = json.loads(file.read_text("utf-8"))
        kind = schema["properties"]["kind"]["const"]
        if kind not in NOT_SERVED:
            yield Kind(schema["properties"]["apiVersion"]["const"], kind, schema)
    pods = {"type": "object", "required": ["selector", "serviceName", "template"]}
    yield Kind("apps/v1", "StatefulSet", {"type": "object", "required": ["spec"], "properties": {"spec": pods}})
    yield Kind("apiextensions.k8s.io/v1", "CustomResourceDefinition", {"type": "object"})
