"""`hydra schema import`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from compiler.cli import hydra

CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  names: {kind: Widget, plural: widgets}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec: {type: object, properties: {size: {type: integer}}}
"""


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repo with a CRD; the working directory is in it."""
    (tmp_path / "crds").mkdir()
    (tmp_path / "crds" / "widget.yaml").write_text(CRD)
    (tmp_path / ".hydra.yaml").write_text("schemas: [platform/schemas]\n")
    monkeypatch.chdir(tmp_path / "crds")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(hydra, ["schema", "import", *arguments], catch_exceptions=False)


def test_schemas_go_where_the_settings_say(repo: Path) -> None:
    ran = run("widget.yaml")
    assert (ran.exit_code, ran.output) == (0, "Schemas: 1 written, 0 unchanged.\n")
    assert [file.name for file in (repo / "platform" / "schemas").iterdir()] == ["widget-example.com-v1.json"]
    assert run(".").output == "Schemas: 0 written, 1 unchanged.\n"


def test_schemas_go_where_the_option_says(repo: Path) -> None:
    run("widget.yaml", "--to", "../own")
    assert (repo / "own" / "widget-example.com-v1.json").is_file()
    assert not (repo / "platform").exists()


def test_what_is_no_crd_is_a_finding(repo: Path) -> None:
    (repo / "crds" / "other.yaml").write_text("apiVersion: v1\nkind: Service\n")
    ran = run("other.yaml", "--format", "json", "--fail-on", "info")
    assert ran.exit_code == 1
    assert [one["span"]["file"] for one in json.loads(ran.stdout)["findings"]] == ["other.yaml"]
    assert ran.stderr == "Schemas: 0 written, 0 unchanged.\n"


def test_without_files_it_is_wrong_use(repo: Path) -> None:
    assert run().exit_code == 2
