"""`hydra schema import --context`: the CRDs of a cluster become schemas of the repo, as those of files do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from compiler.live import client
from tests.api_server.server import Running
from tests.unit.checking.test_importing import crd
from tests.unit.live.repos import run


def with_crds(up: Running, *definitions: dict[str, Any]) -> None:
    for one in definitions:
        up.cluster.put(one)


def imported(repo: Path, *arguments: str) -> tuple[int, list[dict[str, Any]], list[str]]:
    """Exit code, findings, and the schemas that are there then."""
    ran = run(repo, "schema", "import", "--context", "prod", "--format", "json", *arguments)
    files = sorted(path.name for path in (repo / "schemas").glob("*")) if (repo / "schemas").is_dir() else []
    return ran.exit_code, json.loads(ran.stdout)["findings"], files


def test_crds_become_schemas_as_those_of_files_do(up: Running, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PAGE", 1)
    with_crds(up, crd(), crd("Gadget"))
    assert imported(repo) == (0, [], ["gadget-example.com-v1.json", "widget-example.com-v1.json"])
    live = (repo / "schemas" / "widget-example.com-v1.json").read_bytes()
    (repo / "crd.json").write_text(json.dumps(crd()))
    run(repo, "schema", "import", "crd.json", "--to", "others")
    assert (repo / "others" / "widget-example.com-v1.json").read_bytes() == live
    assert {one.method for one in up.cluster.requests} == {"GET"}


def test_a_second_import_writes_nothing(up: Running, repo: Path) -> None:
    with_crds(up, crd())
    assert "Schemas: 1 written, 0 unchanged." in run(repo, "schema", "import", "--context", "prod").stdout
    assert "Schemas: 0 written, 1 unchanged." in run(repo, "schema", "import", "--context", "prod").stdout


def test_groups_can_be_chosen(up: Running, repo: Path) -> None:
    other = crd("Gadget")
    other["spec"]["group"] = "acme.io"
    with_crds(up, crd(), other)
    assert imported(repo, "--group", "acme.io") == (0, [], ["gadget-acme.io-v1.json"])
    code, found, _ = imported(repo, "--group", "acme.oi")
    assert (code, found[0]["code"], found[0]["candidates"]) == (1, "HYD693", ["acme.io"])


def test_a_crd_without_a_schema_is_told_and_the_others_are_written(up: Running, repo: Path) -> None:
    with_crds(up, crd(), crd("Gadget", schema=None))
    code, found, files = imported(repo)
    assert (code, [one["code"] for one in found], files) == (1, ["HYD822"], ["widget-example.com-v1.json"])
    assert found[0]["span"]["file"] == "context prod"


@pytest.mark.parametrize(
    "spec", [{"required": [{}]}, {"format": {}}, {"type": "string", "nullable": True, "enum": 5}, {"properties": []}]
)
def test_a_garbled_crd_is_told(up: Running, repo: Path, spec: dict[str, Any]) -> None:
    with_crds(up, crd(spec=spec))
    code, found, _ = imported(repo)
    assert (code, [one["code"] for one in found]) in ((1, ["HYD822"]), (0, []))


def test_a_list_that_breaks_off_writes_nothing(up: Running, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PAGE", 1)
    with_crds(up, crd(), crd("Gadget"))
    gone = {"kind": "Status", "code": 410, "message": "The provided continue parameter is too old"}
    up.cluster.replies["continue=1"] = [(410, json.dumps(gone).encode(), {})]
    code, found, files = imported(repo)
    assert (code, [one["code"] for one in found], files) == (1, ["HYD695"], [])
    assert "status 410: The provided continue parameter is too old." in found[0]["message"]


def test_who_may_not_list_crds_is_told(up: Running, repo: Path) -> None:
    up.cluster.forbidden["customresourcedefinitions.apiextensions.k8s.io", "list"] = ""
    code, found, _ = imported(repo)
    assert (code, [one["code"] for one in found]) == (1, ["HYD697"])
    assert "may not `list` `customresourcedefinitions.apiextensions.k8s.io` on the cluster" in found[0]["message"]


@pytest.mark.parametrize("arguments", [(), ("crds", "--context", "prod"), ("crds", "--group", "a")])
def test_files_or_a_context_and_not_both(repo: Path, arguments: tuple[str, ...]) -> None:
    (repo / "crds").mkdir()
    assert run(repo, "schema", "import", *arguments).exit_code == 2


def test_what_is_imported_is_checked_by_the_next_compile(up: Running, repo: Path) -> None:
    kind = crd("InferenceService", spec={"type": "object", "properties": {}})
    kind["spec"]["group"] = "serving.kserve.io"
    kind["spec"]["versions"][0]["name"] = "v1beta1"
    with_crds(up, kind)
    assert run(repo, "validate").exit_code == 0
    imported(repo)
    ran = run(repo, "validate", "--format", "json")
    assert ran.exit_code == 1
    assert {one["code"][:4] for one in json.loads(ran.stdout)["findings"] if one["severity"] == "error"} == {"HYD8"}
