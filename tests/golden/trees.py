"""Golden cases as trees of files: rendered, compared, rewritten."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Mapping
from pathlib import Path

from tests.compiled import Compiled, compiled

FOLDER = Path(__file__).parent
CASES = sorted(one.parent for one in FOLDER.glob("*/repo"))
FINDINGS = "findings.txt"


def expectation(repo: Path) -> dict[str, str]:
    """What a repo compiles to, path -> text, and its findings, a line each."""
    result = compiled(repo)
    return {**result.rendered.files, FINDINGS: _findings(result)}


def _findings(result: Compiled) -> str:
    lines = []
    for one in result.found:
        span = one.at.span()
        lines.append(f"{span.file}:{span.line}:{span.column} {one.level.label} {one.code.id} {one.wrong}\n")
    return "".join(lines)


def stored(folder: Path) -> dict[str, str]:
    """The files of a folder, path -> text."""
    found = (one for one in sorted(folder.rglob("*")) if one.is_file())
    return {one.relative_to(folder).as_posix(): one.read_text("utf-8") for one in found}


def rewrite(folder: Path, files: Mapping[str, str]) -> None:
    """Make a folder hold exactly those files."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def shuffled_copy(repo: Path, destination: Path) -> Path:
    """The repo again: its files made in another order, with other times, in another directory."""
    found = [one for one in repo.rglob("*") if one.is_file()]
    random.Random(7).shuffle(found)
    for number, one in enumerate(found):
        copy = destination / one.relative_to(repo)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(one, copy)
        os.utime(copy, (1_000_000_000 + number, 1_000_000_000 - number))
    return destination
