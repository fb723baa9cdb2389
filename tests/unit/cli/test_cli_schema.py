"""`hydra schema`."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from compiler.cli import hydra
from compiler.spec import schema_export

SCHEMAS = {
    "library/model": {"title": "Model", "description": "Weights,\nmany. More of them."},
    "Project": {"title": "Project", "description": "What a team wants.", "type": "object"},
}


@pytest.fixture(autouse=True)
def language(monkeypatch: pytest.MonkeyPatch) -> None:
    """A language of two kinds."""
    monkeypatch.setattr(schema_export, "language_schemas", lambda: SCHEMAS)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(hydra, ["schema", *arguments], catch_exceptions=False)


def test_the_kinds_are_listed_with_what_they_are() -> None:
    ran = run()
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.stdout == ("KIND           WHAT\nProject        What a team wants.\nlibrary/model  Weights, many.\n")


@pytest.mark.parametrize("kind", list(SCHEMAS))
def test_a_kind_is_printed(kind: str) -> None:
    ran = run(kind)
    assert (ran.exit_code, json.loads(ran.stdout)) == (0, SCHEMAS[kind])


def test_an_unknown_kind_is_wrong_use() -> None:
    ran = run("project")
    assert ran.exit_code == 2
    assert "No kind of the language is called `project`. Did you mean `Project`?" in ran.stderr


def test_help_needs_no_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema_export, "language_schemas", None)
    ran = run("--help")
    assert ran.exit_code == 0
    assert "Usage: hydra schema [OPTIONS] [KIND | import ...]\n" in ran.stdout
    assert "  import  Turn CRDs into schemas" in ran.stdout
