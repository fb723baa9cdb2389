"""What is read for an import: files, lists, JSON, standard input, and what is wrong with them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from compiler.importing.reading import Inputs, read_inputs
from tests.command import inside
from tests.compiled import repo_of
from tests.unit.importing.imported import came_of, dataset


def read(root: Path, *paths: str, stdin: str = "", **files: str) -> tuple[Inputs, list[str]]:
    repo = repo_of(root, {name.replace("_", "."): text for name, text in files.items()})
    with inside(repo):
        staged = read_inputs(paths or sorted(name.replace("_", ".") for name in files), stdin.encode)
    return staged.value, [f"{one.code.id} {one.at.span().file}:{one.at.span().line}" for one in staged.found]


def names(inputs: Inputs) -> list[str]:
    return [one.document.value["metadata"]["name"] for one in inputs.given]


def listed(*documents: str, kind: str = "List") -> str:
    return json.dumps({"apiVersion": "v1", "kind": kind, "items": [yaml.safe_load(one) for one in documents]}, indent=2)


def test_documents_come_in_the_order_of_files_and_lines(tmp_path: Path) -> None:
    inputs, found = read(tmp_path, a_yaml=f"{dataset('b')}---\n{dataset('a')}", b_json=listed(dataset("c")))
    assert (names(inputs), found) == (["b", "a", "c"], [])


def test_a_directory_stands_for_the_yaml_and_json_below_it(tmp_path: Path) -> None:
    (tmp_path / "deep" / ".git").mkdir(parents=True)
    (tmp_path / "deep" / ".git" / "x.yaml").write_text(dataset("hidden"))
    (tmp_path / "deep" / "a.yml").write_text(dataset("a"))
    (tmp_path / "deep" / "notes.txt").write_text("no")
    inputs, found = read(tmp_path, ".")
    assert (names(inputs), found) == (["a"], [])


def test_a_list_is_its_items_and_their_places_are_found(tmp_path: Path) -> None:
    inputs, found = read(tmp_path, "-", stdin=listed(dataset("a"), dataset("b")))
    assert (names(inputs), found) == (["a", "b"], [])
    text = inputs.texts["<stdin>"].splitlines()
    span = inputs.given[1].document.at("metadata", "name").span()
    assert '"name": "b"' in text[span.line - 1]


def test_items_of_a_list_of_one_kind_have_that_kind(tmp_path: Path) -> None:
    item = {key: one for key, one in yaml.safe_load(dataset("a")).items() if key not in {"apiVersion", "kind"}}
    text = json.dumps({"apiVersion": "dataset.baizeai.io/v1alpha1", "kind": "DatasetList", "items": [item]})
    inputs, _ = read(tmp_path, "-", stdin=text)
    assert inputs.given[0].document.kind == "Dataset"


def test_what_a_server_wrote_is_left_out_with_a_note(tmp_path: Path) -> None:
    server: dict[str, Any] = {
        "uid": "1", "resourceVersion": "2", "creationTimestamp": "2026-01-01T00:00:00Z", "managedFields": [{}],
        "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}"},
    }  # fmt: skip
    body = yaml.safe_load(dataset("a", metadata=server)) | {"status": {"phase": "READY"}}
    inputs, found = read(tmp_path, a_yaml=yaml.safe_dump(body))
    assert found == ["HYD968 a.yaml:1"]
    assert inputs.given[0].document.value == yaml.safe_load(dataset("a"))


def test_what_a_controller_made_stays(tmp_path: Path) -> None:
    owner = {"apiVersion": "x/v1", "kind": "Dataset", "name": "tickets", "uid": "1", "controller": True}
    claim = {
        "apiVersion": "v1", "kind": "PersistentVolumeClaim",
        "metadata": {"name": "tickets", "namespace": "nlp", "ownerReferences": [owner]}, "spec": {},
    }  # fmt: skip
    found = came_of(tmp_path, dataset(), yaml.safe_dump(claim))
    assert [*found.project["datasets"]] == ["tickets"]
    assert "Its `Dataset/tickets` made it" in found.told


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "HYD965 a.yaml:1"),
        ("# nothing\n", "HYD965 a.yaml:1"),
        ("a: [1", "HYD101 a.yaml:1"),
        ("just text", "HYD105 a.yaml:1"),
        ("kind: Dataset\nmetadata: {name: a}", "HYD966 a.yaml:1"),
        ("apiVersion: v1\nkind: Secret\n", "HYD966 a.yaml:1"),
        ("apiVersion: v1\nkind: Secret\nmetadata: {name: 7}", "HYD966 a.yaml:3"),
        ('{"apiVersion": "v1", "kind": "List", "items": [\n7]}', "HYD966 a.yaml:2"),
        (f"{dataset('a')}---\n{dataset('a')}", "HYD967 a.yaml:14"),
    ],
)
def test_bad_input_is_told_with_its_place(tmp_path: Path, text: str, found: str) -> None:
    _, said = read(tmp_path, a_yaml=text)
    assert said == [found]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (dataset("a").replace("s3://corp/a", "ftp://corp/a"), "HYD502"),
        (dataset("a").replace("  namespace: nlp\n", ""), "HYD315"),
        (dataset("a").replace("source:", "sauce:"), "HYD201"),
    ],
)
def test_a_document_that_does_not_compile_makes_no_project(tmp_path: Path, text: str, code: str) -> None:
    found = came_of(tmp_path, text)
    assert code in found.codes
    assert found.done.text == ""
    assert not found.done.complete


def test_kinds_that_hydra_does_not_read_are_listed(tmp_path: Path) -> None:
    deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: nlp}\n"
    found = came_of(tmp_path, deployment, dataset())
    assert "Deployment/web. Hydra does not read this kind." in found.told
    assert came_of(tmp_path, deployment).told.startswith("No document became an entry.")


def test_values_of_secrets_are_neither_taken_nor_shown(tmp_path: Path) -> None:
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: nlp}\nstringData: {password: hunter2}\n"
    found = came_of(tmp_path, secret, dataset())
    assert "Secret/s. It has values in it" in found.told
    assert "hunter2" not in found.done.text + found.told + repr([one.wrong for one in found.done.found])
    assert found.done.texts == {}
