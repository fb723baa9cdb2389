"""The check of all objects: what is counted, what is said, where it points."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from compiler.checking.problems import BROKEN_SCHEMA, NO_SCHEMA
from compiler.checking.schemas import Schemas, check
from compiler.diagnostics import Severity
from compiler.manifest import Body
from tests.unit.checking.objects import claim, config_map, job, manifest, metadata, put, secret

WIDGET = {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": metadata("a"), "spec": {"size": 3}}


def folder(tmp_path: Path, schema: object, name: str = "widget-example.com-v1.json") -> Path:
    """A folder with one schema."""
    (tmp_path / name).write_text(schema if isinstance(schema, str) else json.dumps(schema))
    return tmp_path


def test_good_objects_are_counted(shipped: Schemas) -> None:
    checked, found = check(map(manifest, (claim(), job(), config_map())), shipped)
    assert (checked.objects, checked.unknown, found) == (3, {}, [])


def test_a_finding_names_object_field_and_remedy(shipped: Schemas) -> None:
    body = job()
    put("spec", "template", "spec", "containers", 0, "imagePullPolcy", "Always")(body)
    (one,) = check([manifest(body)], shipped).found
    assert one.wrong == (
        "`spec.template.spec.containers[0].imagePullPolcy` of `Job/nlp/weights-preload-mckkc4kfh5` is no field of its kind."
    )
    assert one.candidates == ("imagePullPolicy",)
    assert one.level is Severity.ERROR
    assert one.at == manifest(body).origin._replace(document=one.at.document)  # type: ignore[attr-defined]
    assert "Hydra makes this object" in one.notes[0]


@pytest.mark.parametrize(
    ("change", "path", "key"),
    [
        (put("spec", "storageClass", "a"), ("spec", "storageClass"), True),
        (put("spec", "volumeMode", "Disk"), ("spec", "volumeMode"), False),
        (put("spec", "accessModes", ...), ("spec",), True),
        (put("spec", ...), (), True),
    ],
    ids=["unknown field: its key", "bad value: the value", "missing field: what lacks it", "at the top: the document"],
)
def test_a_document_that_is_passed_through_is_pointed_into(
    shipped: Schemas, change: object, path: tuple[str, ...], key: bool
) -> None:
    body = claim()
    change(body)  # type: ignore[operator]
    source = manifest(body, document=body)
    (one,) = check([source], shipped).found
    assert one.at == source.origin.document.at(*path, key=key)
    assert one.notes == ()


def test_all_that_is_wrong_is_reported_at_once(shipped: Schemas) -> None:
    first, second = claim(), job()
    put("spec", "accessModes", ["RWX"])(first)
    put("spec", "volumeMode", "Disk")(first)
    put("spec", "backoffLimit", -1)(second)
    assert len(check([manifest(first), manifest(second)], shipped).found) == 3


def test_a_kind_without_schema_is_one_warning_with_a_count(shipped: Schemas) -> None:
    checked, found = check([manifest(WIDGET), manifest(claim()), manifest(WIDGET)], shipped)
    assert (checked.objects, checked.unknown) == (1, {("example.com/v1", "Widget"): 2})
    (one,) = found
    assert (one.code, one.level) == (NO_SCHEMA, Severity.WARNING)
    assert "2 objects are not checked" in one.wrong
    assert "`schemas/widget-example.com-v1.json`" in one.do


@pytest.mark.parametrize("kind", ["../../etc/passwd", "Widget/x", "", "Widget\n"])
def test_a_kind_that_is_no_name_reads_no_file(shipped: Schemas, kind: str) -> None:
    (one,) = check([manifest(WIDGET | {"kind": kind})], shipped).found
    assert one.code is NO_SCHEMA


def test_a_schema_of_the_repo_is_used(tmp_path: Path) -> None:
    schemas = Schemas(
        [tmp_path / "none", folder(tmp_path, {"properties": {"spec": {"properties": {"size": {"maximum": 2}}}}})]
    )
    (one,) = check([manifest(WIDGET)], schemas).found
    assert (one.wrong, one.do) == ("`spec.size` of `Widget/nlp/a` cannot be the number 3.", "It takes 2 or less.")


def test_a_schema_of_the_repo_is_used_beside_ours(tmp_path: Path) -> None:
    ours_too: Body = {"properties": {"metadata": {"properties": {"labels": {"required": ["cost-centre"]}}}}}
    schemas = Schemas([folder(tmp_path, ours_too, "persistentvolumeclaim-v1.json")])
    body = claim()
    put("spec", "accessModes", ["RWX"])(body)
    assert [one.path[-1] for one in schemas.failures(body)] == [0, "cost-centre"]


def test_what_two_schemas_find_is_said_once(tmp_path: Path) -> None:
    modes = {"properties": {"spec": {"properties": {"accessModes": {"items": {"enum": ["ReadWriteMany"]}}}}}}
    schemas = Schemas([folder(tmp_path, modes, "persistentvolumeclaim-v1.json")])
    body = claim()
    put("spec", "accessModes", ["RWX"])(body)
    assert len(schemas.failures(body)) == 1


def test_values_of_a_secret_are_never_shown(shipped: Schemas) -> None:
    body = secret()
    put("data", {"key": "hunter2?"})(body)
    put("stringData", {"key": 4711, "list": ["hunter2"]})(body)
    found = check([manifest(body)], shipped).found
    said = [f"{one.wrong} {one.do}" for one in found]
    assert len(said) == 3
    assert all(one.secret for one in found)
    assert not any("hunter2" in text or "4711" in text for text in said)


BROKEN = {
    "no JSON": "{",
    "no schema": "[]",
    "no type": {"type": "strin"},
    "no pattern": {"pattern": "("},
    "too deep": "[" * 100_000,
    "a file beside it": {"$ref": "other.json"},
    "a shipped file": {"$ref": "shared/pod.json#/$defs/PodSpec"},
    "a file of the machine": {"$ref": "file:///etc/passwd"},
    "the network": {"$ref": "http://127.0.0.1:9/schema.json"},
    "another dialect": {"$schema": "http://127.0.0.1:9/dialect"},
}


@pytest.mark.parametrize("schema", BROKEN.values(), ids=BROKEN.keys())
def test_a_schema_that_cannot_be_used_is_an_error(tmp_path: Path, schema: object) -> None:
    (tmp_path / "own").mkdir()
    schemas = Schemas([folder(tmp_path / "own", schema)], root=tmp_path)
    checked, found = check([manifest(WIDGET), manifest(WIDGET)], schemas)
    assert [one.code for one in found] == [NO_SCHEMA, BROKEN_SCHEMA]
    assert found[1].at.span().file == "own/widget-example.com-v1.json"
    assert checked.unknown == {("example.com/v1", "Widget"): 2}


def test_a_symbolic_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    folder(tmp_path, {})
    (tmp_path / "own" / "widget-example.com-v1.json").symlink_to(tmp_path / "widget-example.com-v1.json")
    assert check([manifest(WIDGET)], Schemas([tmp_path / "own"])).found[-1].code is BROKEN_SCHEMA


def test_a_folder_out_of_the_repo_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "repo").mkdir()
    (tmp_path / "repo" / "platform").symlink_to(tmp_path)
    (tmp_path / "schemas").mkdir()
    folder(tmp_path / "schemas", {})
    schemas = Schemas([tmp_path / "repo" / "platform" / "schemas"], root=tmp_path / "repo")
    (_, one) = check([manifest(WIDGET)], schemas).found
    assert "outside of the repo" in one.wrong


def test_a_device_is_not_read(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "widget-example.com-v1.json")
    assert check([manifest(WIDGET)], Schemas([tmp_path])).found[-1].code is BROKEN_SCHEMA


def test_a_pattern_that_backtracks_ends(tmp_path: Path) -> None:
    slow = {"properties": {"spec": {"additionalProperties": {"pattern": "^(?=(a+)+$)(a|aa)+\\1$"}}}}
    body = WIDGET | {"spec": {"text": "a" * 5_000 + "b"}}
    assert Schemas([folder(tmp_path, slow)]).failures(body)
