"""The generated schemas are fresh, and each of them follows the rules of the house."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from compiler.checking import generating
from compiler.checking.catalogue import file_name
from compiler.checking.narrowing import UnknownTarget, narrowed

FILES = sorted(generating.FOLDER.rglob("*.json"))

POD = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "tags": {"type": "array", "items": {"type": "string"}}},
}


def nodes(schema: Any) -> Iterator[dict[str, Any]]:
    """All mappings of a schema but those that say what is not taken."""
    if isinstance(schema, dict):
        yield schema
        for keyword, value in schema.items():
            if keyword != "not":
                yield from nodes(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from nodes(value)


def test_the_generated_files_are_fresh() -> None:
    assert generating.main(check=True) == [], "run `python -m compiler.checking.generating`"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_shipped_schema_is_closed(file: Path) -> None:
    for node in nodes(json.loads(file.read_text("utf-8"))):
        if node.get("type") == "object" and "properties" in node:
            assert node.get("additionalProperties") is False


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_shipped_schema_says_each_pattern_in_words(file: Path) -> None:
    for node in nodes(json.loads(file.read_text("utf-8"))):
        if isinstance(node.get("pattern"), str):
            assert node["description"]


@pytest.mark.parametrize("file", [one for one in FILES if one.parent == generating.FOLDER], ids=lambda file: file.name)
def test_a_shipped_schema_is_found_by_its_name(file: Path) -> None:
    properties = json.loads(file.read_text("utf-8"))["properties"]
    assert file_name(properties["apiVersion"]["const"], properties["kind"]["const"]) == file.name


def test_every_pod_of_a_later_kind_can_refer_to_ours() -> None:
    pod = json.loads((generating.FOLDER / "shared" / "pod.json").read_text("utf-8"))
    assert {"PodTemplateSpec", "PodSpec", "Container", "ResourceRequirements", "Volume", "Probe"} <= pod["$defs"].keys()


def test_narrowing_merges_names_choices_and_keywords() -> None:
    values = {"label": {"type": "string"}}
    table = {"Pod": {"require": ["name"], "fields": {"name": "label", "tags": {"minItems": 1, "items": ["a"]}}}}
    assert narrowed({"Pod": POD}, table, values)["Pod"] == {
        "type": "object",
        "properties": {
            "name": {"$ref": "#/$defs/label"},
            "tags": {"type": "array", "minItems": 1, "items": {"enum": ["a"]}},
        },
        "required": ["name"],
    }


@pytest.mark.parametrize(
    "table",
    [
        {"Node": {}},
        {"Pod": {"fields": {"nmae": ["a"]}}},
        {"Pod": {"fields": {"name": "labl"}}},
        {"Pod": {"require": ["image"]}},
        {"Pod": {"refuse": {"image": "gone"}}},
    ],
    ids=["definition", "field", "value", "required field", "refused field"],
)
def test_narrowing_what_does_not_exist_is_an_error(table: dict[str, Any]) -> None:
    with pytest.raises(UnknownTarget):
        narrowed({"Pod": POD}, table, {"label": {}})
