"""Where entries lie: the built-in library, and the directories of the user's repo over it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from compiler.data import data_root
from compiler.diagnostics import Staged
from compiler.library import problems
from compiler.library.kinds import EntryKind
from compiler.source.document import Document

SUFFIX = ".yaml"


class Layer(NamedTuple):
    """One directory with entries: `<root>/<directory>/<kind>s/<name>.yaml`."""

    root: Path
    """The folder that paths in findings start from."""

    directory: str
    """The library below it, as a posix path."""

    built_in: bool = False

    def path(self, *below: str) -> str:
        """A path below the library, seen from the root."""
        return "/".join((self.directory, *below))

    def file(self, kind: EntryKind, name: str) -> str:
        """An entry's file, seen from the root."""
        return self.path(kind.directory, f"{name}{SUFFIX}")

    def names(self, kind: EntryKind) -> tuple[str, ...]:
        """Names of the entries of a kind: the files that are there, unread."""
        files = listed(self.root / self.path(kind.directory))
        return tuple(one.name.removesuffix(SUFFIX) for one in files if is_entry(one))

    def document(self, kind: EntryKind, name: str) -> Staged[Document | None]:
        """The one document of an entry's file."""
        from compiler.source.reading import documents, read_file

        relative = self.file(kind, name)
        file, unread = read_file(self.root, relative)
        if file is None:
            return Staged(None, unread)
        found, unclear = documents(file)
        if len(found) == 1:
            return Staged(found[0], unclear)
        return Staged(None, unclear or [problems.not_one_entry(relative, len(found))])

    def text(self, kind: EntryKind, name: str) -> str:
        """An entry's file as it is; nothing where it cannot be read, which reading it as a document reports."""
        relative = self.file(kind, name)
        if self.built_in:
            # A lookup by repository reads every model file; pathlib takes twice as long.
            with open(f"{self.root}/{relative}", encoding="utf-8") as file:  # noqa: PTH123
                return file.read()
        from compiler.source.reading import read_file

        source = read_file(self.root, relative).value
        return "" if source is None else source.text


def built_in() -> Layer:
    """The library that comes with the compiler."""
    return Layer(data_root(), "library", built_in=True)


def listed(directory: Path) -> list[os.DirEntry[str]]:
    """What is in a directory, by name, without hidden files; nothing where there is no such directory."""
    try:
        with os.scandir(directory) as entries:
            return sorted((one for one in entries if not one.name.startswith(".")), key=lambda one: one.name)
    except (FileNotFoundError, NotADirectoryError):
        return []


def is_entry(file: os.DirEntry[str]) -> bool:
    """Whether a file of a kind's directory is read as an entry."""
    return file.name.endswith(SUFFIX) and file.is_file()


def unread(layer: Layer, directories: dict[str, EntryKind]) -> Iterator[tuple[str, bool]]:
    """Paths in a library that no kind reads, with whether they are directories. Files other than YAML are left alone."""
    for one in listed(layer.root / layer.directory):
        if one.is_dir():
            if one.name in directories:
                yield from _unread_below(layer, one)
            elif listed(Path(one.path)):
                yield layer.path(one.name), True
        elif _is_yaml(one.name):
            yield layer.path(one.name), False


def _unread_below(layer: Layer, directory: os.DirEntry[str]) -> Iterator[tuple[str, bool]]:
    for one in listed(Path(directory.path)):
        if not is_entry(one) and (one.is_dir() or _is_yaml(one.name)):
            yield layer.path(directory.name, one.name), False


def _is_yaml(name: str) -> bool:
    return name.lower().endswith((".yaml", ".yml"))
