"""`hydra schema import`: schemas of a repo's own from the CRDs of its operators.

One file for each kind and served version, `<kind>-<group>-<version>.json` in lower case. The
same CRDs give the same bytes; a file that is up to date is left alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from compiler.checking import problems
from compiler.checking.catalogue import Broken, reason_of
from compiler.checking.compiling import compiled
from compiler.checking.definitions import Made, NotDefinition, made_of
from compiler.checking.subschemas import text_of
from compiler.checking.thirdparty import Unreadable, documents_of
from compiler.diagnostics import Diagnostic, Staged

_SUFFIXES = frozenset((".json", ".yaml", ".yml"))


class Imported(NamedTuple):
    """What an import did, by names of files in its destination, sorted."""

    written: tuple[str, ...]
    unchanged: tuple[str, ...]
    rules: int
    """Rules in CEL that were left out, over all kinds."""


def import_crds(paths: Sequence[Path], destination: Path) -> Staged[Imported]:
    """Write a schema for every kind that CRDs in these files and folders define.

    A folder is searched as a whole, but for hidden folders. Whatever can be imported is, and all
    that cannot is reported. Files of the destination that no CRD names stay as they are.
    """
    found: list[Diagnostic] = []
    made = ((one, file.as_posix()) for file in _files(paths) for one in _schemas_of(file, found))
    return _imported(made, destination, found)


def import_definitions(definitions: Iterable[Any], source: str, destination: Path) -> Staged[Imported]:
    """As `import_crds`, of CRDs that were read elsewhere; findings name the source."""
    found: list[Diagnostic] = []
    made = ((one, source) for definition in definitions for one in _usable(definition, source, found))
    return _imported(made, destination, found)


def _imported(made: Iterable[tuple[Made, str]], destination: Path, found: list[Diagnostic]) -> Staged[Imported]:
    schemas: dict[str, tuple[str, str]] = {}
    rules: dict[str, int] = {}
    for one, source in made:
        text = text_of(one.schema)
        kept, first = schemas.setdefault(one.file, (text, source))
        if kept != text:
            found.append(problems.clashing_crds(source, one.name, first))
        elif one.rules:
            rules[one.name] = one.rules
    written = [name for name, (text, _) in sorted(schemas.items()) if _write(destination / name, text, found)]
    if rules:
        found.append(problems.rules_left_out(destination.as_posix(), rules))
    unchanged = sorted(schemas.keys() - set(written))
    return Staged(Imported(tuple(written), tuple(unchanged), sum(rules.values())), found)


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for folder, folders, names in os.walk(path):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            yield from (Path(folder, name) for name in sorted(names) if Path(name).suffix in _SUFFIXES)


def _schemas_of(file: Path, found: list[Diagnostic]) -> Iterator[Made]:
    name = file.as_posix()
    try:
        documents = [*_flat(documents_of(file))]
    except Unreadable as error:
        found.append(problems.unreadable_crd(name, str(error)))
        return
    except OSError as error:
        found.append(problems.unreadable_crd(name, reason_of(error)))
        return
    definitions = [one for one in documents if _kind(one) == "CustomResourceDefinition"]
    if not definitions:
        found.append(problems.no_crd(name, filter(None, map(_kind, documents))))
    for definition in definitions:
        yield from _usable(definition, name, found)


def _usable(definition: Any, file: str, found: list[Diagnostic]) -> Iterator[Made]:
    for one in made_of(definition):
        if isinstance(one, NotDefinition):
            found.append(problems.unusable_crd(file, one.name, one.reason))
            continue
        tried = compiled(one.schema)
        if isinstance(tried, Broken):
            found.append(problems.unusable_crd(file, one.name, tried.reason))
        else:
            yield one


def _flat(documents: list[Any]) -> Iterator[Any]:
    for one in documents:
        items = one.get("items") if isinstance(one, dict) and _kind(one).endswith("List") else None
        if isinstance(items, list):
            yield from items
        else:
            yield one


def _kind(document: Any) -> str:
    kind = document.get("kind") if isinstance(document, dict) else None
    return kind if isinstance(kind, str) else ""


def _write(file: Path, text: str, found: list[Diagnostic]) -> bool:
    """Whether the file was written; not where it has these bytes already, or cannot be."""
    content = text.encode()
    beside = file.with_name(f".{file.name}.new")
    try:
        if file.is_file() and not file.is_symlink() and file.read_bytes() == content:
            return False
        file.parent.mkdir(parents=True, exist_ok=True)
        beside.unlink(missing_ok=True)
        with beside.open("xb") as stream:
            stream.write(content)
        beside.replace(file)
    except OSError as error:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        found.append(problems.not_written(file.as_posix(), reason_of(error)))
        return False
    return True
