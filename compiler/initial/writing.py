"""Writes a new repo: all of it or nothing, and never over a file that is there."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from typing import NamedTuple

from compiler import pipeline
from compiler.diagnostics import Severity
from compiler.emission.place import STATE
from compiler.initial.answers import Answers
from compiler.initial.places import RefusedError, check_root, check_ways, has_specs, top_of
from compiler.initial.templates import files
from compiler.requests import Outcome, Request

LINES = frozenset({".gitignore", ".gitattributes"})
"""Files that are lists of lines: the missing ones are added to a file that is there."""


class Begun(NamedTuple):
    """What came of it. Paths are absolute."""

    root: Path
    written: tuple[Path, ...] = ()
    added_to: tuple[Path, ...] = ()
    """Files that were there and got lines more."""
    kept: tuple[Path, ...] = ()
    """Files that were there and stay as they are."""
    outcome: Outcome | None = None
    """What came of compiling; None where the specs were there before, and nothing was compiled. With errors nothing was
    written."""


def begin(root: Path, answers: Answers) -> Begun:
    """Write a repo and compile it. Where something is compiled there already, only what belongs around it is written.

    Raises: RefusedError, where it cannot be; nothing is changed then.
    """
    check_root(root)
    top = top_of(root)
    made = files(answers, root.relative_to(top).as_posix())
    specs = {} if has_specs(root) else made.specs
    wanted = {**at(root, specs), **at(root, made.around), **at(top, made.top)}
    check_ways(root, [*specs, *made.around])
    check_ways(top, made.top)
    if specs:
        tried = try_out(specs)
        if any(one.level >= Severity.ERROR for one in tried.found):
            return Begun(root, outcome=tried)
    left = () if specs else tuple(path for path in at(root, made.specs) if os.path.lexists(path))
    undo = Undo()
    try:
        begun = write(root, wanted, undo)
        outcome = pipeline.compile_tree(Request(root=root)) if specs else None
    except BaseException:  # An interrupt too leaves nothing behind.
        undo.all()
        raise
    if outcome and any(one.level >= Severity.ERROR for one in outcome.found):
        undo.all()
        return Begun(root, outcome=outcome)
    return begun._replace(outcome=outcome, kept=(*left, *begun.kept))


def at(base: Path, texts: Mapping[str, str]) -> dict[Path, str]:
    """Texts by the place that they go to."""
    return {base / path: text for path, text in texts.items()}


def try_out(specs: Mapping[str, str]) -> Outcome:
    """What a compile will find, before anything is written where the repo will be."""
    with TemporaryDirectory(prefix="hydra-init-") as directory:
        for path, text in at(Path(directory), specs).items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return pipeline.validate(Request(root=Path(directory)))


def write(root: Path, wanted: Mapping[Path, str], undo: Undo) -> Begun:
    """Write what is not there yet. What was written, `undo` can take back.

    Raises: RefusedError, where the system refuses.
    """
    there = [path for path in wanted if os.path.lexists(path)]
    for path in wanted:
        try:
            if path in there:
                undo.append(path, wanted[path])
            else:
                undo.create(path, wanted[path])
        except (OSError, UnicodeDecodeError) as error:
            reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
            raise RefusedError(f"`{path}` could not be written: {reason}. Nothing was changed.") from error
    unchanged = tuple(path for path in there if path not in undo.before)
    return Begun(root, tuple(undo.created), tuple(undo.before), unchanged)


@dataclass(frozen=True, slots=True)
class Undo:
    """What was written so far, and how to take it back."""

    created: list[Path] = field(default_factory=list)
    directories: list[Path] = field(default_factory=list)
    before: dict[Path, bytes] = field(default_factory=dict)
    """Files that lines were added to, as they were."""

    def create(self, path: Path, text: str) -> None:
        """Write a new file. One that has appeared meanwhile is not written over: that is an error."""
        for directory in reversed(path.parents):
            if not directory.exists():
                directory.mkdir()
                self.directories.append(directory)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            self.created.append(path)
            file.write(text)

    def append(self, path: Path, text: str) -> None:
        """Add the lines that a list of lines lacks; other files stay as they are."""
        if path.name not in LINES or path.is_symlink():
            return
        content = path.read_bytes()
        known = {" ".join(line.split()) for line in content.decode().splitlines()}
        lines = [line for line in text.splitlines() if " ".join(line.split()) not in known]
        if any(not line.startswith("#") for line in lines):
            self.before[path] = content
            gap = b"" if not content or content.endswith(b"\n") else b"\n"
            path.write_bytes(content + gap + "".join(f"{line}\n" for line in lines).encode())

    def all(self) -> None:
        """Take everything back, as far as the system lets us."""
        for path, content in self.before.items():
            with suppress(OSError):
                path.write_bytes(content)
        for path in reversed(self.created):
            with suppress(OSError):
                path.unlink()
        for directory in reversed(self.directories):
            rmtree(directory / STATE, ignore_errors=True)  # A compile that failed leaves the lock that it held.
            with suppress(OSError):
                directory.rmdir()
