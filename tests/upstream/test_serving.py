"""The schemas of what serves against the CRDs that they are made from, the reference output and the golden documents."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from compiler.checking import adopting
from compiler.checking.problems import UNKNOWN_FIELD
from compiler.checking.schemas import Schemas
from compiler.manifest import Body
from tests.unit.checking.objects import put
from tests.upstream.crds import exemplar, objects_in

pytestmark = pytest.mark.upstream

SHIPPED = Schemas()
GROUPS = ("ray.io", "serving.kserve.io")
PASSED = Path(__file__).parents[1] / "golden" / "serving-documents-passed-through" / "expected"


def documents() -> list[tuple[str, Body]]:
    """What serves in the reference output, and documents that are passed through."""
    golden = objects_in(*sorted(PASSED.rglob("*.yaml")))
    return [one for one in (*exemplar(), *golden) if one[1]["apiVersion"].partition("/")[0] in GROUPS]


every_document = pytest.mark.parametrize("body", [one for _, one in documents()], ids=[name for name, _ in documents()])


def test_the_schemas_are_those_of_the_crds(upstream: Path) -> None:
    assert adopting.main(upstream / "crds", check=True) == [], "run `python -m compiler.checking.adopting CRDS`"


def test_every_kind_that_is_named_has_its_schema(upstream: Path) -> None:
    made = adopting.adopt(upstream / "crds")
    assert len(made) == 13
    assert all(len(text) < 50_000 for text in made.values())


@every_document
def test_ours_and_the_crd_take_it(body: Body, imported_schemas: Schemas) -> None:
    for schemas in (SHIPPED, imported_schemas):
        assert schemas.of(body["apiVersion"], body["kind"])
        assert schemas.failures(body) == []


@every_document
def test_a_misspelt_field_is_refused_by_ours_and_by_the_crd(body: Body, imported_schemas: Schemas) -> None:
    for path in mappings(body["spec"], ("spec",)):
        spoilt = copy.deepcopy(body)
        put(*path, "hydraUnknown", 1)(spoilt)
        for schemas in (SHIPPED, imported_schemas):
            found = {(one.code, one.path) for one in schemas.failures(spoilt)}
            assert (UNKNOWN_FIELD, (*path, "hydraUnknown")) in found


def mappings(value: object, path: tuple[str | int, ...]) -> list[tuple[str | int, ...]]:
    """The ways to mappings whose keys are the schema's."""
    free = {"annotations", "labels", "limits", "nodeSelector", "rayStartParams", "requests", "resources"}
    if isinstance(value, list):
        return [way for index, one in enumerate(value) for way in mappings(one, (*path, index))]
    if not isinstance(value, dict) or path[-1] in free:
        return []
    return [path, *(way for key, one in value.items() for way in mappings(one, (*path, key)))]
