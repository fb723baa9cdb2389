"""Directories and versions that the settings name: whether they can be what they are named for."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from compiler import __version__, repo_problems
from compiler.diagnostics import Diagnostic, Located
from compiler.layout import CLUSTERS, LIST_NAME
from compiler.source.discovery import discover
from compiler.source.document import Document, Origin

if TYPE_CHECKING:
    from compiler.spec.settings import Settings

_REMEDY = "Use a directory of its own, such as `rendered`."


def check_settings_file(root: Path, settings: Settings, document: Document) -> list[Diagnostic]:
    """What is wrong with the settings by themselves."""
    found = _version(settings, document)
    for at, value in _directories(settings, document):
        wrong = ""
        if ".." in value.split("/"):
            wrong = f"`{value}` leads out of the repo."
        elif at.path[0] != "output" and at.path[0] in document.value and not (root / value).is_dir():
            wrong = f"`{value}` is no directory of the repo."
        if wrong:
            found.append(repo_problems.bad_setting(at, wrong, "Use a directory of the repo."))
    return found


def check_output(root: Path, output: str, settings: Settings, at: Located) -> list[Diagnostic]:
    """An output directory with sources in it: they would not be read any more, and the tree would lie among them."""
    below = _from_root(root, output)
    if below is None or below.startswith(".."):
        return []
    taken = [*((one, "library entries") for one in settings.library), (CLUSTERS, "clusters")]
    wrong = next((f"`{one}` is for {what}" for one, what in taken if _overlap(below, one)), "")
    if below == ".":
        wrong = "it is the root of the repo"
    elif not wrong and not (root / below / LIST_NAME).exists():
        # A tree that was written before may have an object whose file is named like a spec.
        specs = discover(root / below, output="", library=()).value.specs
        wrong = f"it holds the spec `{below}/{specs[0]}`" if specs else ""
    if not wrong:
        return []
    return [repo_problems.bad_setting(at, f"`{output}` cannot be the output: {wrong}.", _REMEDY)]


def _directories(settings: Settings, document: Document) -> Iterator[tuple[Origin, str]]:
    yield document.at("output"), settings.output
    for field, directories in (("library", settings.library), ("schemas", settings.schemas)):
        yield from ((document.at(field, index), value) for index, value in enumerate(directories))


def _from_root(root: Path, output: str) -> str | None:
    """A directory as a clean path from the root; None where it is elsewhere."""
    path = Path(output)
    if not path.is_absolute():
        return posixpath.normpath(output)
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else None


def _overlap(one: str, other: str) -> bool:
    one, other = f"{one}/", f"{posixpath.normpath(other)}/"
    return one.startswith(other) or other.startswith(one)


def _version(settings: Settings, document: Document) -> list[Diagnostic]:
    if settings.compiler is None:
        return []
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    at = document.at("compiler")
    try:
        wanted = SpecifierSet(settings.compiler)
    except InvalidSpecifier:
        wrong = f"`{settings.compiler}` is not a range of versions."
        return [repo_problems.bad_setting(at, wrong, "Write it like `>=0.1,<1`.")]
    if wanted.contains(__version__, prereleases=True):
        return []
    return [repo_problems.wrong_version(at, settings.compiler, __version__)]
