"""Runs the command inside of the test's process, the way its users run it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from click.testing import CliRunner

from compiler.cli import hydra

REPLACED = ("XDG_CACHE_HOME", "HYDRA_NO_CACHE", "FORCE_COLOR")


class Ran(NamedTuple):
    """What a run of the command came to."""

    code: int
    output: str

    @property
    def report(self) -> dict[str, Any]:
        """The report, where it was asked for as JSON."""
        return dict(json.loads(self.output))

    @property
    def found(self) -> list[dict[str, Any]]:
        """The findings of a JSON report."""
        return list(self.report["findings"])

    @property
    def codes(self) -> list[str]:
        """The codes of a JSON report, in source order."""
        return [str(one["code"]) for one in self.found]

    def errors(self) -> list[str]:
        """The errors of a JSON report: code and what is wrong."""
        return [f"{one['code']} {one['message']}" for one in self.found if one["severity"] == "error"]


def run(repo: Path, *arguments: str, form: str = "json", cache: Path | None = None) -> Ran:
    """`hydra <arguments>` in a repo, without a cache unless a directory is given for one."""
    environment = {"HYDRA_NO_CACHE": None, "XDG_CACHE_HOME": str(cache)} if cache else {"HYDRA_NO_CACHE": "1"}
    with inside(repo):
        result = CliRunner().invoke(hydra, [*arguments, "--format", form], env=environment, catch_exceptions=False)
    return Ran(result.exit_code, result.stdout)


@contextmanager
def inside(directory: Path) -> Iterator[None]:
    """Be in a directory for a while."""
    before = Path.cwd()
    os.chdir(directory)
    try:
        yield
    finally:
        os.chdir(before)


def snapshot(directory: Path) -> dict[str, bytes | str]:
    """Everything below a directory: contents of files, targets of links."""
    return {
        path.relative_to(directory).as_posix(): f"-> {path.readlink()}" if path.is_symlink() else path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


def repo_of(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """A repo with those files."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root
