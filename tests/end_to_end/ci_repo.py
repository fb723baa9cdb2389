"""A repo whose CI is run, the command where CI installs it, and the schemas of CI systems."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from compiler.cli import hydra
from tests.command import inside

PROJECT = Path(__file__).parents[2]
SPEC = "teams/ml/first-project/hydra.yaml"


def valid(schema: str, instance: Any) -> None:
    """Hold a document to a schema that check-jsonschema carries."""
    builtin = pytest.importorskip("check_jsonschema.builtin_schemas", reason="check-jsonschema is not installed")
    jsonschema_rs = pytest.importorskip("jsonschema_rs")
    jsonschema_rs.validator_for(builtin.get_builtin_schema(schema)).validate(instance)


def git(root: Path, *arguments: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    names = {f"GIT_{who}_{what}": "a@acme.io" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    done = subprocess.run(
        ["git", "-C", str(root), *arguments], env=kept | names, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def committed_repo(root: Path) -> Path:
    """A repo that `hydra init` has made, committed."""
    root.mkdir()
    with inside(root):
        assert CliRunner().invoke(hydra, ["init", "--yes", "--git"]).exit_code == 0
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "one")
    return root


def change(repo: Path, old: str, new: str, *, compiled: bool = True) -> None:
    """Commit an edit of the first project."""
    path = repo / SPEC
    path.write_text(path.read_text().replace(old, new))
    if compiled:
        subprocess.run([*hydra_command(repo.parent), "compile", "--quiet"], cwd=repo, check=True)
    git(repo, "add", "--all")
    git(repo, "commit", "--quiet", "--message", "a change")


def program(path: Path, text: str) -> Path:
    """A program written in Python."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!{sys.executable}\n{text}")
    path.chmod(0o755)
    return path


def hydra_command(directory: Path) -> list[str]:
    """The command, where an installed one would be."""
    text = f"import sys\nsys.path.insert(0, {str(PROJECT)!r})\nfrom compiler.cli import main\nmain()\n"
    return [str(program(directory / "hydra" / "bin" / "hydra", text))]
