"""The defaults of the real CRDs change nothing of what is rendered for serving, and add only what git leaves to others."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from compiler.manifest import Body
from tests.golden.served import Served, rendered
from tests.unit.checking.objects import Spoil, put

pytestmark = pytest.mark.upstream

CRDS = {
    "HTTPRoute": ("gateway-api/gateway.networking.k8s.io_httproutes.yaml", "v1"),
    "InferenceService": ("kserve/serving.kserve.io_inferenceservices.yaml", "v1beta1"),
    "RayService": ("kuberay/ray.io_rayservices.yaml", "v1"),
}
GROUPS = ("spec", "rayClusterConfig", "workerGroupSpecs")
LEFT_TO_THE_SERVER = {"numOfHosts", "priority"}
"""Fields of a worker group that releases of KubeRay have one after the other, and all with the value that is meant."""

of_every_kind = pytest.mark.parametrize("kind", CRDS)


@cache
def schema_of(kind: str, upstream: Path) -> Mapping[str, Any]:
    """The schema of the version that is rendered."""
    file, version = CRDS[kind]
    crd = yaml.load((upstream / "crds" / file).read_text("utf-8"), yaml.CSafeLoader)
    (schema,) = (one["schema"]["openAPIV3Schema"] for one in crd["spec"]["versions"] if one["name"] == version)
    found: Mapping[str, Any] = schema
    return found


def defaulted(value: Any, schema: Mapping[str, Any]) -> Any:
    """What the API server makes of a value: defaults where there is nothing, or a null that may not be.

    Source: apiextensions-apiserver, pkg/apiserver/schema/defaulting/{algorithm,prune}.go.
    """
    if isinstance(value, list):
        return [defaulted(one, schema.get("items", {})) for one in value]
    if not isinstance(value, dict):
        return value
    properties: Mapping[str, Any] = schema.get("properties", {})
    left = {name: one for name, one in value.items() if one is not None or properties.get(name, {}).get("nullable")}
    for name, inner in properties.items():
        if name not in left and "default" in inner:
            left[name] = copy.deepcopy(inner["default"])
    further = schema.get("additionalProperties")
    other: Mapping[str, Any] = further if isinstance(further, dict) else {}
    return {name: defaulted(one, properties.get(name, other)) for name, one in left.items()}


def changes(before: Any, after: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Paths of values that are others, or gone."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name, one in before.items():
            yield from changes(one, after[name], (*path, name)) if name in after else [(*path, name)]
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for at, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from changes(one, other, (*path, at))
    elif before != after:
        yield path


def added(before: Body, after: Body) -> list[tuple[str | int, ...]]:
    """Paths of what came beside the rendered fields."""
    return [*changes(after, before)]


@of_every_kind
def test_defaults_change_no_rendered_field(kind: str, upstream: Path) -> None:
    for served in rendered(kind):
        assert [*changes(served.body, defaulted(served.body, schema_of(kind, upstream)))] == [], served.path


@of_every_kind
def test_defaults_add_only_what_is_left_to_others(kind: str, upstream: Path) -> None:
    for served in rendered(kind):
        after = defaulted(served.body, schema_of(kind, upstream))
        assert {path for path in added(served.body, after) if not is_left(path, served)} == set(), served.path


def is_left(path: tuple[str | int, ...], served: Served) -> bool:
    """Whether git leaves a field to the server, or to Ray's autoscaler."""
    *way, _, name = path
    scaled = served.body["spec"].get("rayClusterConfig", {}).get("enableInTreeAutoscaling", False)
    return tuple(way) == GROUPS and (name in LEFT_TO_THE_SERVER or (name == "replicas" and scaled))


@pytest.mark.parametrize(
    ("kind", "spoil", "path"),
    [
        ("InferenceService", put("spec", "predictor", "nodeSelector", None), ("spec", "predictor", "nodeSelector")),
        ("RayService", put("spec", "upgradeStrategy", "type", None), ("spec", "upgradeStrategy", "type")),
        ("RayService", put(*GROUPS, 0, "minReplicas", None), (*GROUPS, 0, "minReplicas")),
        ("HTTPRoute", put("spec", "rules", 0, "matches", None), ("spec", "rules", 0, "matches")),
    ],
)
def test_a_null_that_defaults_replace_or_drop_is_found(
    kind: str, spoil: Spoil, path: tuple[str | int, ...], upstream: Path
) -> None:
    body = copy.deepcopy(rendered(kind)[0].body)
    spoil(body)
    assert [*changes(body, defaulted(body, schema_of(kind, upstream)))] == [path]


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("InferenceService", ("spec", "predictor", "containers", 0, "ports", 0, "protocol")),
        ("RayService", (*GROUPS, 0, "minReplicas")),
        ("RayService", (*GROUPS, 0, "maxReplicas")),
        ("HTTPRoute", ("spec", "parentRefs", 0, "group")),
        ("HTTPRoute", ("spec", "rules", 0, "backendRefs", 0, "weight")),
        ("HTTPRoute", ("spec", "rules", 0, "matches", 0, "path", "type")),
    ],
)
def test_a_field_that_the_crd_would_fill_in_is_found(kind: str, path: tuple[str | int, ...], upstream: Path) -> None:
    served = rendered(kind)[0]
    body = copy.deepcopy(served.body)
    put(*path, ...)(body)
    after = defaulted(body, schema_of(kind, upstream))
    assert path in added(body, after)
    assert not is_left(path, served)
