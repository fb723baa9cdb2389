"""Schemas of operators' kinds from their CRDs, with our pods in the place of theirs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from compiler.checking import adopting
from compiler.checking.adopting import Adopter, Ours, UnknownPattern
from compiler.checking.catalogue import file_name
from compiler.checking.generating import FOLDER
from compiler.checking.subschemas import Schema

OURS = Ours()
POD = "shared/pod.json#/$defs/"


def adopted(schema: Schema, *own: str, **patterns: str) -> Schema:
    """The schema, by a table with these definitions and patterns."""
    return Adopter(OURS, frozenset(own), patterns).adopted(schema)


def fields_of(name: str) -> dict[str, Any]:
    """The fields of one of our definitions, as a CRD might have them: of any type."""
    return {field: {"type": "string"} for field in OURS.definitions[name]["properties"]}


def closed(properties: dict[str, Any], **more: Any) -> Schema:
    """An object with those fields and no others."""
    return {"type": "object", "additionalProperties": False, "properties": properties, **more}


def test_a_pod_becomes_ours() -> None:
    found = adopted(closed({"template": closed({"spec": closed(fields_of("PodSpec"))})}))
    assert found["properties"]["template"]["properties"]["spec"] == {"$ref": f"{POD}PodSpec"}


def test_a_pod_of_a_later_kubernetes_becomes_ours_too() -> None:
    assert adopted(closed({**fields_of("Container"), "ofTomorrow": {"type": "string"}})) == {"$ref": f"{POD}Container"}


def test_what_extends_a_pod_keeps_its_own_fields_and_what_it_requires() -> None:
    own = {**fields_of("Container"), "storageUri": {"type": "string"}}
    found = adopted(closed(own, required=["name"]), "Container")
    assert found["required"] == ["name"]
    assert found["properties"]["storageUri"] == {"type": "string"}
    assert found["properties"]["imagePullPolicy"] == {"enum": ["Always", "IfNotPresent", "Never"]}
    assert found["additionalProperties"] is False


def test_a_field_that_the_crd_lacks_is_not_added() -> None:
    fields = fields_of("Container")
    del fields["resizePolicy"]
    found = adopted(closed(fields))
    assert "resizePolicy" not in found["properties"]
    assert found["required"] == ["image", "name"]


@pytest.mark.parametrize("name", ["VolumeMount", "ResourceRequirements", "SecurityContext", "LabelSelector"])
def test_a_part_with_exactly_our_fields_becomes_ours(name: str) -> None:
    assert adopted(closed(fields_of(name)))["$ref"].endswith(f"#/$defs/{name}")


@pytest.mark.parametrize("fields", [("name",), ("name", "value"), ("key", "operator", "values")])
def test_what_may_be_something_else_stays(fields: tuple[str, ...]) -> None:
    schema = closed({field: {"type": "string"} for field in fields})
    assert adopted(schema) == schema


def test_single_values_are_those_that_the_api_server_takes() -> None:
    amount = {"type": ["integer", "string"], "pattern": "^([KMGTPE]i)$"}
    found = adopted(closed({"size": amount, "count": {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1}}))
    values = "shared/values.json#/$defs/"
    assert found["properties"] == {"size": {"$ref": f"{values}quantity"}, "count": {"$ref": f"{values}int32"}}


def test_a_pattern_has_to_be_said_in_words() -> None:
    schema = closed({"path": {"type": "string", "pattern": "^/"}})
    with pytest.raises(UnknownPattern):
        adopted(schema)
    assert adopted(schema, **{"^/": "a path"})["properties"]["path"]["description"] == "a path"


def test_every_source_says_of_which_release_it_is() -> None:
    table = yaml.safe_load((FOLDER / "adopted.yaml").read_text("utf-8"))
    for source in table["sources"].values():
        for kind in source["kinds"]:
            name = str(file_name(kind["apiVersion"], kind["kind"]))
            assert source["source"] in (FOLDER / name).read_text("utf-8")


def test_a_folder_without_crds_makes_nothing(tmp_path: Path) -> None:
    assert adopting.main(tmp_path, check=True) == []
