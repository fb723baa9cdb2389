"""Importing CRDs: which files are written, and what is said about those that are not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from compiler.checking import problems
from compiler.checking.importing import Imported, import_crds
from compiler.checking.schemas import Schemas
from compiler.diagnostics import Staged
from compiler.manifest import Body

SPEC = {"type": "object", "required": ["size"], "properties": {"size": {"type": "integer", "format": "int32"}}}


def crd(kind: str = "Widget", *, spec: Any = None, **version: Any) -> Body:
    """A CRD with one version."""
    schema = {"type": "object", "properties": {"spec": SPEC if spec is None else spec, "status": {"type": "object"}}}
    one = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}} | version
    plural = f"{kind.lower()}s"
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.example.com"},
        "spec": {
            "group": "example.com",
            "names": {"kind": kind, "plural": plural},
            "scope": "Namespaced",
            "versions": [one],
        },
    }


def run(tmp_path: Path, *contents: Any, suffix: str = "yaml") -> Staged[Imported]:
    """Import a folder with one file for each of the contents."""
    folder = tmp_path / "crds"
    folder.mkdir(exist_ok=True)
    for number, content in enumerate(contents):
        text = content if isinstance(content, str) else json.dumps(content)
        (folder / f"{number}.{suffix}").write_text(text)
    return import_crds([folder], tmp_path / "schemas")


def codes(staged: Staged[Imported]) -> list[str]:
    """The codes of what was found."""
    return [one.code.id for one in staged.found]


def test_a_crd_becomes_a_strict_schema(tmp_path: Path) -> None:
    assert run(tmp_path, crd()) == (Imported(("widget-example.com-v1.json",), (), 0), [])
    schemas = Schemas([tmp_path / "schemas"])
    good = {
        "apiVersion": "example.com/v1",
        "kind": "Widget",
        "metadata": {"name": "a", "namespace": "b"},
        "spec": {"size": 1},
    }
    assert schemas.of("example.com/v1", "Widget")
    assert schemas.failures(good) == []
    assert [one.path for one in schemas.failures(good | {"spec": {"size": 1, "sise": 2}})] == [("spec", "sise")]
    assert [one.path for one in schemas.failures(good | {"metadata": {"name": "A"}})] == [("metadata", "name")]
    assert [one.path for one in schemas.failures(good | {"sepc": {}})] == [("sepc",)]


def test_the_second_import_writes_nothing(tmp_path: Path) -> None:
    run(tmp_path, crd())
    file = tmp_path / "schemas" / "widget-example.com-v1.json"
    before = (file.read_bytes(), file.stat().st_mtime_ns, file.stat().st_ino)
    assert run(tmp_path, crd()).value == Imported((), ("widget-example.com-v1.json",), 0)
    assert before == (file.read_bytes(), file.stat().st_mtime_ns, file.stat().st_ino)
    assert [one.name for one in file.parent.iterdir()] == [file.name]


def test_the_order_of_fields_does_not_change_the_bytes(tmp_path: Path) -> None:
    pod = {"type": "object", "properties": {"b": SPEC, "a": SPEC | {"description": "x"}, "c": {"type": "string"}}}
    turned = {"properties": {name: pod["properties"][name] for name in ("c", "a", "b")}, "type": "object"}  # type: ignore[index]
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    run(tmp_path / "one", crd(spec={"type": "object", "properties": {"x": pod, "y": pod}}))
    run(
        tmp_path / "two",
        crd(spec={"properties": {"y": turned, "x": turned}, "type": "object"}),
        suffix="json",
    )
    first, second = (next((tmp_path / name / "schemas").iterdir()) for name in ("one", "two"))
    assert first.read_bytes() == second.read_bytes()


def test_several_documents_lists_and_folders_are_searched(tmp_path: Path) -> None:
    below = tmp_path / "crds" / "deep"
    hidden = tmp_path / "crds" / ".git"
    for folder, kind in ((below, "Gadget"), (hidden, "Hidden")):
        folder.mkdir(parents=True)
        (folder / "x.yml").write_text(yaml.safe_dump(crd(kind)))
    many = {"apiVersion": "v1", "kind": "List", "items": [crd("Thing"), {"apiVersion": "v1", "kind": "Service"}]}
    listed = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinitionList", "items": [crd("Other")]}
    value, found = run(tmp_path, "---\n" + yaml.safe_dump_all([crd(), None, many]), listed)
    assert found == []
    assert value.written == tuple(f"{kind}-example.com-v1.json" for kind in ("gadget", "other", "thing", "widget"))


def test_every_served_version_is_imported(tmp_path: Path) -> None:
    definition = crd()
    (one,) = definition["spec"]["versions"]
    definition["spec"]["versions"] = [one, one | {"name": "v2beta1"}, one | {"name": "v1alpha1", "served": False}]
    assert run(tmp_path, definition).value.written == ("widget-example.com-v1.json", "widget-example.com-v2beta1.json")


def test_a_file_without_crd_is_reported_with_what_it_holds(tmp_path: Path) -> None:
    value, found = run(tmp_path, "apiVersion: v1\nkind: Service\n", "# nothing\n")
    assert value.written == ()
    assert [(one.code, one.wrong.rpartition("/")[2]) for one in found] == [
        (problems.NO_CRD, "0.yaml` holds no CustomResourceDefinition, but `Service`."),
        (problems.NO_CRD, "1.yaml` holds no CustomResourceDefinition."),
    ]


def test_a_path_that_does_not_exist_is_reported(tmp_path: Path) -> None:
    (one,) = import_crds([tmp_path / "none.yaml"], tmp_path / "schemas").found
    assert (one.code, one.at.span().file) == (problems.UNREADABLE_CRD, (tmp_path / "none.yaml").as_posix())
    assert not (tmp_path / "schemas").exists()


UNREADABLE = {
    "a template": "kind: {{ .Values.kind }}\n",
    "a tab": "a:\n\t- b\n",
    "not UTF-8": "\udce9",
    "aliases": "a: &x 1\nb: *x\n",
    "flow nesting": "[" * 100_000,
    "block nesting": "- " * 100_000,
    "a control character": "a: \x01\n",
}


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_cannot_be_read_does_not_stop_the_rest(tmp_path: Path, text: str) -> None:
    (tmp_path / "crds").mkdir()
    (tmp_path / "crds" / "bad.yaml").write_bytes(text.encode(errors="surrogateescape"))
    staged = run(tmp_path, crd())
    assert codes(staged) == [problems.UNREADABLE_CRD.id]
    assert len(staged.value.written) == 1


def test_json_that_cannot_be_read_is_reported(tmp_path: Path) -> None:
    assert codes(run(tmp_path, "{", "[" * 100_000, suffix="json")) == [problems.UNREADABLE_CRD.id] * 2


OLD = crd() | {"apiVersion": "apiextensions.k8s.io/v1beta1"}
BARE = {name: value for name, value in crd().items() if name != "spec"}
UNUSABLE = {
    "an old form": OLD,
    "no spec": BARE,
    "no schema": crd(schema={}),
    "a schema that is a list": crd(schema={"openAPIV3Schema": []}),
    "fields that are a list": crd(spec={"type": "object", "properties": ["a"]}),
    "a field that is text": crd(spec={"type": "object", "properties": {"a": "string"}}),
    "an unknown type": crd(spec={"type": "strin"}),
    "a pattern that is none": crd(spec={"type": "string", "pattern": "("}),
    "versions that are a mapping": crd() | {"spec": crd()["spec"] | {"versions": {}}},
    "a group with a slash": crd() | {"spec": crd()["spec"] | {"group": "../../etc"}},
    "a kind with a slash": crd("../Widget"),
    "subresources that are a list": crd(subresources=["status"]),
}


@pytest.mark.parametrize("definition", UNUSABLE.values(), ids=UNUSABLE.keys())
def test_a_crd_that_cannot_be_used_is_reported(tmp_path: Path, definition: Body) -> None:
    staged = run(tmp_path, definition, crd("Gadget"))
    assert codes(staged) == [problems.UNUSABLE_CRD.id]
    assert "gadget-example.com-v1.json" in staged.value.written
    assert {one.parent for one in tmp_path.rglob("*.json")} == {tmp_path / "schemas"}


def test_two_definitions_of_one_kind_clash(tmp_path: Path) -> None:
    staged = run(tmp_path, crd(), crd(spec={"type": "object"}), crd())
    assert codes(staged) == [problems.CLASHING_CRDS.id]
    kept = json.loads((tmp_path / "schemas" / "widget-example.com-v1.json").read_text())
    assert kept["properties"]["spec"]["required"] == ["size"]


def test_rules_in_cel_are_counted(tmp_path: Path) -> None:
    rules = [{"rule": "self.size > 1"}, {"rule": "self == oldSelf"}]
    value, found = run(tmp_path, crd(spec=SPEC | {"x-kubernetes-validations": rules}))
    assert value.rules == 2
    assert [(one.code, one.notes) for one in found] == [(problems.RULES_LEFT_OUT, ("example.com/v1 Widget: 2",))]


def test_a_destination_that_is_a_file_is_reported(tmp_path: Path) -> None:
    (tmp_path / "schemas").write_text("")
    staged = run(tmp_path, crd())
    assert codes(staged) == [problems.NOT_WRITTEN.id]
    assert staged.value.written == ()


def test_a_disk_that_is_full_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(tmp_path, crd())
    (file,) = (tmp_path / "schemas").iterdir()
    before = file.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    staged = run(tmp_path, crd(spec={"type": "object"}))
    assert codes(staged) == [problems.NOT_WRITTEN.id]
    assert file.read_bytes() == before
    assert [*(tmp_path / "schemas").iterdir()] == [file]


def test_a_link_in_the_destination_is_replaced_and_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.json"
    outside.write_text("{}")
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "widget-example.com-v1.json").symlink_to(outside)
    run(tmp_path, crd())
    assert outside.read_text() == "{}"
    assert not (tmp_path / "schemas" / "widget-example.com-v1.json").is_symlink()
