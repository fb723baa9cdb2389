"""What is to be imported: files, directories and standard input, as one list of documents."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from compiler.diagnostics import Diagnostic, InFile, Staged
from compiler.importing import problems
from compiler.importing.cleaning import Item, cleaned, has_values, items_of, owner_of
from compiler.source.document import Document, SourceFile
from compiler.source.reading import LARGEST_FILE, documents, read_file, reason

STDIN = "-"
STDIN_NAME = "<stdin>"
ENDINGS = (".yaml", ".yml", ".json")


class Given(NamedTuple):
    """A document to import."""

    document: Document
    """Without what a server wrote into it."""

    owner: str | None = None
    """Who made the object, where a controller did."""


class Inputs(NamedTuple):
    """What was read."""

    given: tuple[Given, ...]
    texts: Mapping[str, str]
    """By the name of a file in findings."""

    shown: Mapping[str, str]
    """Of those, what excerpts may be taken from: no file with a Secret's values, which could stand on the same line."""


def read_inputs(paths: Iterable[str], stdin: Callable[[], bytes]) -> Staged[Inputs]:
    """Every document of the files, in order; a directory stands for the YAML and JSON below it.

    What a server wrote into documents is left out, with a note. Two documents of one object are an error.
    """
    found: list[Diagnostic] = []
    files: dict[str, SourceFile] = {}
    paths = [*paths]
    for path in paths:
        for source in [_stdin(stdin)] if path == STDIN else _files(path):
            found += source.found
            if source.value is not None:
                files.setdefault(source.value.path, source.value)
    given: list[Given] = []
    for file in files.values():
        read = documents(file)
        found += read.found
        listed = _given(read.value, file.path)
        found += listed.found
        given += listed.value
    found += _twice(given)
    if not found and not given:
        name = STDIN_NAME if paths[0] == STDIN else Path(paths[0]).as_posix()
        found.append(problems.nothing_to_import(InFile(name)))
    secret = {one.document.file.path for one in given if has_values(one.document)}
    shown = {path: file.text for path, file in files.items() if path not in secret}
    return Staged(Inputs(tuple(given), {path: file.text for path, file in files.items()}, shown), found)


def _stdin(stdin: Callable[[], bytes]) -> Staged[SourceFile | None]:
    content = stdin()
    if len(content) > LARGEST_FILE:
        wrong = f"Standard input has more than {LARGEST_FILE >> 20} MiB."
        return Staged(None, [problems.unreadable(InFile(STDIN_NAME), wrong)])
    try:
        return Staged(SourceFile(STDIN_NAME, content.decode("utf-8-sig")))
    except UnicodeDecodeError:
        return Staged(None, [problems.unreadable(InFile(STDIN_NAME), "Standard input is not UTF-8.")])


def _files(path: str) -> Iterator[Staged[SourceFile | None]]:
    if not Path(path).is_dir():
        yield _file(path)
        return
    refused: list[OSError] = []
    for folder, folders, names in os.walk(path, onerror=refused.append):
        folders[:] = sorted(one for one in folders if not one.startswith("."))
        for name in sorted(names):
            if name.endswith(ENDINGS) and not name.startswith("."):
                yield _file(str(Path(folder) / name))
    for error in refused:
        yield Staged(None, [problems.unreadable(InFile(path), f"`{error.filename}` {reason(error)}.")])


def _file(path: str) -> Staged[SourceFile | None]:
    shown = Path(path).as_posix()
    read = read_file(Path(path).parent, Path(path).name)
    if read.value is None:
        return Staged(None, [one._replace(at=InFile(shown)) for one in read.found])
    return Staged(SourceFile(shown, read.value.text))


def _given(read: Iterable[Document], path: str) -> Staged[list[Given]]:
    """The objects of a file's documents, cleaned."""
    given: list[Given] = []
    found: list[Diagnostic] = []
    gone: dict[str, None] = {}
    count = 0
    for item in (one for document in read for one in items_of(document)):
        wrong = _shape(item)
        if wrong is not None:
            found.append(wrong)
            continue
        clean, fields = cleaned(item)
        count += bool(fields)
        gone.update(dict.fromkeys(fields))
        given.append(Given(clean, owner_of(item.value)))
    if gone:
        found.append(problems.cleaned(InFile(path), count, sorted(gone)))
    return Staged(given, found)


def _shape(item: Item) -> Diagnostic | None:
    """What is wrong with something that is no object."""
    if not item.kind or not item.api_version:
        return problems.no_object(item.at(), "It has no `apiVersion`, or no `kind`.")
    metadata = item.value.get("metadata")
    if not isinstance(metadata, dict) or not isinstance(metadata.get("name"), str) or not metadata["name"]:
        return problems.no_object(item.at("metadata") if "metadata" in item.value else item.at(), "It has no name.")
    return None


def _twice(given: Iterable[Given]) -> Iterator[Diagnostic]:
    seen: dict[tuple[str, ...], Document] = {}
    for one in given:
        document = one.document
        metadata = document.value["metadata"]
        group = document.api_version.rpartition("/")[0]
        key = (group, document.kind, str(metadata.get("namespace")), metadata["name"])
        first = seen.setdefault(key, document)
        if first is not document:
            yield problems.twice(
                document.at("metadata", "name"), document.kind, metadata["name"], first.at("metadata", "name")
            )
