"""The generated schemas: fresh, described, and as strict as the models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from pydantic import ValidationError

from compiler.data import data_root
from compiler.emission.lock_file import Lock
from compiler.library.kinds import kinds
from compiler.linking.promotion import Promotion
from compiler.lock.pins import Pins
from compiler.spec.reference_page import PAGE, page
from compiler.spec.schema_export import files, language_schemas, models

SCHEMAS = language_schemas()
ROOT = data_root()


def documents() -> Iterator[tuple[str, str, Any]]:
    """Path, schema and value of every document of the sample repo and of the library that has a schema."""
    sample = ROOT / "sample-repo"
    yield ".hydra.yaml", "Settings", yaml.safe_load((sample / ".hydra.yaml").read_text(encoding="utf-8"))
    lock = Lock(
        {"prod": {("bot/services/chat", "a"): Promotion("a", "2222222222", "adapter", "6h8828fk56")}},
        Pins({"hf://acme/own@main": "1234567890" * 4}, {"docker.io/library/alpine:3.20": f"sha256:{'9b2c' * 16}"}),
    )
    yield "hydra.lock", "Lock", yaml.safe_load(lock.text() or "")
    specs = [*sample.glob("**/*hydra.yaml"), *sample.glob("clusters/*.yaml")]
    for file in sorted(set(specs) - {sample / ".hydra.yaml"}):
        for value in yaml.safe_load_all(file.read_text(encoding="utf-8")):
            if value["kind"] in SCHEMAS:
                yield file.relative_to(ROOT).as_posix(), value["kind"], value
    kinds_by_directory = {one.directory: one.id for one in kinds().values()}
    for library in (sample / "library", ROOT / "library"):
        for file in sorted(library.glob("*/*.yaml")):
            kind = f"library/{kinds_by_directory[file.parent.name]}"
            yield file.relative_to(ROOT).as_posix(), kind, yaml.safe_load(file.read_text(encoding="utf-8"))


def objects(schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every mapping with fields of a schema, by the name of its model."""
    yield str(schema["title"]), schema
    for name, below in schema.get("$defs", {}).items():
        if "properties" in below:
            yield name, below


def test_schemas_are_fresh() -> None:
    folder = ROOT / "schemas" / "language"
    there = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    assert there == files(), "run `make docs`"


def test_the_reference_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make docs`"


def test_every_kind_has_a_schema() -> None:
    assert {"Project", "Cluster", "Settings", "Dataset", "ModelSpec", "library/model", "library/loader"} <= set(SCHEMAS)
    assert set(SCHEMAS) == set(models())


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_field_is_described_and_every_mapping_closed(name: str) -> None:
    jsonschema_rs.meta.validate(SCHEMAS[name])
    for title, schema in objects(SCHEMAS[name]):
        bare = [field for field, value in schema["properties"].items() if not value.get("description")]
        assert bare == [], f"{title} has fields without a docstring"
        assert schema["additionalProperties"] is False, title
        assert schema.get("description"), title


@pytest.mark.parametrize("name", SCHEMAS)
def test_schemas_validate_what_is_there(name: str) -> None:
    validator = jsonschema_rs.validator_for(SCHEMAS[name])
    values = [(path, value) for path, kind, value in documents() if kind == name]
    assert values
    wrong = [(path, error.message) for path, value in values for error in validator.iter_errors(value)]
    assert wrong == []


PROJECT = {"apiVersion": "hydra.io/v1alpha1", "kind": "Project", "metadata": {"name": "a", "namespace": "b"}}
WRONG: list[tuple[str, dict[str, Any]]] = [
    ("Project", {"dataset": {}}),
    ("Project", {"datasets": {"Big": {"source": "s3://a/b"}}}),
    ("Project", {"datasets": {"a" * 64: {"source": "s3://a/b"}}}),
    ("Project", {"datasets": {"a": {}}}),
    ("Project", {"datasets": {"a": {"source": ["s3://a/b"]}}}),
    ("Project", {"datasets": {"a": {"source": {"type": "FTP", "uri": "ftp://a"}}}}),
    ("Project", {"datasets": {"a": {"source": "s3://a/b", "volume": {"size": "50 Gi"}}}}),
    ("Project", {"datasets": {"a": {"source": "s3://a/b", "mount": {"mode": 774}}}}),
    ("Project", {"datasets": {"a": {"source": "s3://a/b", "mount": {"uid": 0}}}}),
    ("Project", {"datasets": {"a": {"source": "s3://a/b", "share": "yes"}}}),
    ("Project", {"datasets": {"a": {"source": "s3://a/b", "round": True}}}),
    ("Project", {"models": {"a": {}}}),
    ("Project", {"models": {"a": {"source": None}}}),
    ("Project", {"models": {"a": {"from": "b", "facts": {"parameters": "7.6 B"}}}}),
    ("Project", {"clusters": []}),
    ("Project", {"overrides": {"Prod": {}}}),
]


@pytest.mark.parametrize(("name", "change"), WRONG, ids=lambda value: str(value)[:60])
def test_schemas_refuse_what_models_refuse(name: str, change: dict[str, Any]) -> None:
    value = {**PROJECT, **change}
    with pytest.raises(ValidationError):
        models()[name].model_validate(value)
    assert not jsonschema_rs.validator_for(SCHEMAS[name]).is_valid(value)


def test_an_entry_that_extends_needs_only_its_name() -> None:
    validator = jsonschema_rs.validator_for(SCHEMAS["library/loader"])
    assert validator.is_valid({"kind": "Loader", "name": "s3", "extends": "s3"})
    assert not validator.is_valid({"kind": "Loader", "name": "s3"})


def test_what_an_entry_removes_is_missing(tmp_path: Path) -> None:
    from compiler.library.library import open_library

    entry = tmp_path / "library" / "loaders" / "s3.yaml"
    entry.parent.mkdir(parents=True)
    entry.write_text("kind: Loader\nname: s3\nextends: s3\nimage: null\n", encoding="utf-8")
    found = open_library(tmp_path, ["library"]).check().found
    assert [one.wrong for one in found if "`image`" in one.wrong]
