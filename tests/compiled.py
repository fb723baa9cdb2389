"""Compiles a repo of a test in memory, and reads back what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from compiler.diagnostics import Diagnostic, Findings, Severity, in_source_order
from compiler.pipeline import Rendered, Request, compile_repo
from compiler.repo import Repo


class Compiled(NamedTuple):
    """What a repo compiles to."""

    rendered: Rendered
    found: Sequence[Diagnostic]
    read: Callable[[str], str | None] = lambda _: None
    """The text of a file that was read."""

    @property
    def objects(self) -> list[dict[str, Any]]:
        """Every object, in the order of the files."""
        texts = [text for path, text in sorted(self.rendered.files.items()) if not path.endswith("kustomization.yaml")]
        return [yaml.load(text, yaml.CSafeLoader) for text in texts]

    def of_kind(self, *kinds: str) -> list[dict[str, Any]]:
        """The objects of some kinds."""
        return [one for one in self.objects if one["kind"] in kinds]

    def codes(self, least: Severity = Severity.WARNING) -> list[str]:
        """Codes of the findings that weigh at least that much, in source order."""
        return [one.code.id for one in self.found if one.level >= least]

    def errors(self) -> list[str]:
        """What the errors say, each with its code."""
        return [f"{one.code.id} {one.wrong}" for one in self.found if one.level is Severity.ERROR]


def compiled(root: Path) -> Compiled:
    """Compile the repo of a directory. Writes nothing."""
    found = Findings()
    repo = Repo(root)
    rendered = compile_repo(repo, Request(root), found)
    return Compiled(rendered, in_source_order(found.all), repo.text)


def compiled_text(root: Path, **files: str) -> Compiled:
    """Compile a repo of `hydra.yaml`, or of files by their name without the ending."""
    return compiled(repo_of(root, {f"{name}.yaml": text for name, text in files.items()}))


def repo_of(root: Path, files: Mapping[str, str]) -> Path:
    """A repo with those files."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root
