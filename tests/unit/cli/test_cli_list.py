"""`hydra list`."""

from __future__ import annotations

import doctest
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from compiler.cli import hydra, listing
from compiler.library.kinds import kinds
from compiler.library.library import open_library

ENTRY = """\
kind: Model
name: aa-own-7b
summary: Our own model
source: https://example.com/own
huggingface: acme/own-7b
licence: Apache-2.0
facts: {parameters: 7615616512, context: 32768}
"""


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repo with an entry of its own; the working directory is in it."""
    (tmp_path / "library" / "models").mkdir(parents=True)
    (tmp_path / "library" / "models" / "aa-own-7b.yaml").write_text(ENTRY)
    (tmp_path / ".hydra.yaml").touch()
    (tmp_path / "teams").mkdir()
    monkeypatch.chdir(tmp_path / "teams")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(hydra, ["list", *arguments], catch_exceptions=False)


def test_the_kinds(repo: Path) -> None:
    ran = run()
    assert ran.exit_code == 0
    head, *rows = ran.stdout.splitlines()
    assert head.split() == ["KIND", "ENTRIES"]
    assert [row.split()[0] for row in rows] == [kind.directory for kind in kinds().values()]


def test_models_are_those_of_the_library_and_of_the_repo(repo: Path) -> None:
    ran = run("models")
    assert (ran.exit_code, ran.stderr) == (0, "")
    head, own, *built_in = ran.stdout.splitlines()
    assert head.split() == ["NAME", "PARAMETERS", "CONTEXT", "LICENCE", "SUMMARY"]
    assert own.split() == ["aa-own-7b", "7.62B", "32768", "Apache-2.0", "Our", "own", "model"]
    assert [line.split()[0] for line in built_in] == list(open_library(None).names("model"))


def test_json_has_exact_numbers(repo: Path) -> None:
    assert json.loads(run("models", "--format", "json").stdout)[0] == {
        "name": "aa-own-7b",
        "parameters": 7615616512,
        "context": 32768,
        "licence": "Apache-2.0",
        "summary": "Our own model",
    }


@pytest.mark.parametrize("kind", [kind.directory for kind in kinds().values()])
def test_every_kind_can_be_listed(repo: Path, kind: str) -> None:
    ran = run(kind, "--format", "json")
    assert ran.exit_code == 0
    assert all({"name", "summary"} <= set(row) for row in json.loads(ran.stdout))


def test_a_wrong_entry_is_reported_and_the_others_are_listed(repo: Path) -> None:
    (repo / "library" / "models" / "aa-own-7b.yaml").write_text(ENTRY.replace("summary", "sumary"))
    ran = run("models")
    assert ran.exit_code == 1
    assert "aa-own-7b" not in ran.stdout
    assert len(ran.stdout.splitlines()) > 100
    assert " --> ../library/models/aa-own-7b.yaml:3:1\n" in ran.stderr
    assert "3 | sumary: Our own model\n" in ran.stderr


def test_an_unknown_kind_is_wrong_use(repo: Path) -> None:
    ran = run("model")
    assert ran.exit_code == 2
    assert "No kind of entry is called `model`. Did you mean `models`" in ran.stderr


def test_kinds_are_completed() -> None:
    found = [item.value for item in listing.complete(None, None, "mod")]  # type: ignore[arg-type]
    assert found == ["models"]


def test_examples_in_docstrings() -> None:
    assert doctest.testmod(listing).failed == 0
