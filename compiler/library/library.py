"""The library: entries by kind and name, read when asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from compiler.diagnostics import Diagnostic, InFile, Located, Staged
from compiler.library import layers, problems
from compiler.library.behaviour import EntryBehaviour
from compiler.library.kinds import EntryKind, kinds
from compiler.library.layers import Layer
from compiler.library.merging import merge_patch
from compiler.source.document import Document
from compiler.spec.checked import trusted

if TYPE_CHECKING:
    from compiler.library.behaviour import Hub
    from compiler.library.entries.model import Model
    from compiler.library.repositories import Repositories

_NAME = re.compile(r"[a-z0-9]([-a-z0-9._]{0,126}[a-z0-9])?")


class Place(NamedTuple):
    """One file: an entry of a layer, which may hide others of its name below."""

    layer: int
    """Position in the layers, the uppermost first."""

    kind: str
    name: str


class Read(NamedTuple):
    """An entry's file, completed by what it extends."""

    document: Document
    value: dict[str, Any]


def open_library(root: Path | None, directories: Sequence[str] = ()) -> Library:
    """The built-in library, and over it directories of a repo: a later one hides entries of an earlier one.

    Nothing is read until it is asked for.
    """
    own = [] if root is None else [Layer(root, directory.strip("/")) for directory in directories]
    return Library((*reversed(own), layers.built_in()))


class Library:
    """Entries by kind and name. A file is read at most once."""

    def __init__(self, upper_first: Sequence[Layer]) -> None:
        self.layers = tuple(upper_first)
        self._names: dict[str, tuple[str, ...]] = {}
        self._places: dict[tuple[str, str], Place | None] = {}
        self._entries: dict[Place, Staged[Any]] = {}
        self._hubs: Repositories | None = None

    def names(self, kind: str) -> tuple[str, ...]:
        """Names of all entries of a kind, in order. Reads directories, not files."""
        if kind not in self._names:
            found = {name for layer in self.layers for name in layer.names(kinds()[kind])}
            self._names[kind] = tuple(sorted(found))
        return self._names[kind]

    def find(self, kind: str, name: str, at: Located | None = None) -> Staged[Any]:
        """The entry of that name; None with the findings, where its file has mistakes, or where there is none.

        An unknown name is a finding only with `at`, the place of the reference.
        """
        place = self.place(kind, name)
        if place is not None:
            return self.read(place)
        if at is None:
            return Staged(None)
        return Staged(None, [problems.unknown_entry(at, kinds()[kind], name, self.names(kind))])

    def document(self, kind: str, name: str) -> Staged[Document | None]:
        """The document of an entry as it stands, for kinds that are documents of the language."""
        place = self.place(kind, name)
        return Staged(None) if place is None else self.layers[place.layer].document(kinds()[kind], name)

    def find_by_repository(self, hub: Hub, repository: str) -> Model | None:
        """The model that a hub has under a name, in any case of letters. Models with mistakes are not found."""
        return self._repositories().find(hub, repository)

    def find_by_modelhub(self, identifier: str) -> Model | None:
        """The model that ModelHub lists under an id: the one whose `modelhub` it is, else the one of that name."""
        return self._repositories().find_by_modelhub(identifier)

    def check(self, kind: str | None = None) -> Staged[int]:
        """Read every entry of the repo's own directories. Returns their number and all that is wrong with them."""
        count, found = 0, list[Diagnostic]()
        for index, layer in enumerate(self.layers):
            if layer.built_in:
                continue
            if kind is None:
                found += _unread(layer)
            for one in [kind] if kind else kinds():
                for name in layer.names(kinds()[one]):
                    count += 1
                    found += self.read(Place(index, one, name)).found
        return Staged(count, found)

    def place(self, kind: str, name: str) -> Place | None:
        """The uppermost file of that name."""
        key = (kind, name)
        if key not in self._places:
            self._places[key] = self._below(kind, name, 0)
        return self._places[key]

    def read(self, place: Place) -> Staged[Any]:
        """The entry of one file, also of one that is hidden."""
        if place not in self._entries:
            self._entries[place] = self._load(place)
        return self._entries[place]

    def _repositories(self) -> Repositories:
        from compiler.library.repositories import Repositories

        if self._hubs is None:
            self._hubs = Repositories(self)
        return self._hubs

    def _load(self, place: Place) -> Staged[Any]:
        """The entry of a file. Built-in ones are taken as they are: the tests check them."""
        kind = kinds()[place.kind]
        completed, found = self._completed(place, ())
        if completed is None:
            return Staged(None, found)
        document, value = completed
        if self.layers[place.layer].built_in:
            entry = trusted(f"library/{place.kind}", value)
            entry.read_from(document)
            return Staged(entry, found)
        from compiler.library.checks import check_templates
        from compiler.spec.validation import validate

        entry, wrong = validate(kind.model, document, value=value)
        refused = check_templates(document, value, kind.templates) if kind.templates else []
        if isinstance(entry, EntryBehaviour):
            entry.read_from(document)
        said = {(one.code, one.wrong) for one in self._of_base(document, place)}
        own = [one for one in (*wrong, *refused) if (one.code, one.wrong) not in said]
        return Staged(None if refused else entry, [*found, *own])

    def _of_base(self, document: Document, place: Place) -> Sequence[Diagnostic]:
        """What is wrong with the entry that another one extends: said of that one, and not again of what takes it over."""
        base = self._extended(document, place)
        return [] if base is None or self.layers[base.layer].built_in else self.read(base).found

    def _completed(self, place: Place, seen: tuple[Place, ...]) -> Staged[Read | None]:
        """A file's value, with everything that it takes from the entries it extends."""
        kind = kinds()[place.kind]
        document, found = self.layers[place.layer].document(kind, place.name)
        if document is None:
            return Staged(None, found)
        misplaced = [] if self.layers[place.layer].built_in else _misplaced(document, kind, place.name)
        if misplaced:
            return Staged(None, [*found, *misplaced])
        value = dict(document.value)
        if not isinstance(value.get("extends"), str):
            return Staged(Read(document, value), found)
        base = self._base(document, place, (*seen, place))
        if base.value is None:
            return Staged(None, [*found, *base.found])
        # What is complete extends nothing any more: schemas ask everything of it.
        complete = {key: one for key, one in merge_patch(base.value.value, value).items() if key != "extends"}
        return Staged(Read(document, complete), [*found, *base.found])

    def _base(self, document: Document, place: Place, seen: tuple[Place, ...]) -> Staged[Read | None]:
        name = document.value["extends"]
        at = document.at("extends")
        base = self._extended(document, place)
        if base is None:
            return Staged(None, [problems.unknown_base(at, kinds()[place.kind], name, self.names(place.kind))])
        if base in seen:
            return Staged(None, [self._circle(seen[seen.index(base) :])])
        return self._completed(base, seen)

    def _extended(self, document: Document, place: Place) -> Place | None:
        """The entry that one extends: one of another name, or the one of its own name that it hides."""
        name = document.value.get("extends")
        if not isinstance(name, str):
            return None
        return self._below(place.kind, name, place.layer + 1 if name == place.name else 0)

    def _circle(self, circle: Sequence[Place]) -> Diagnostic:
        """The same finding, from whichever entry of the circle it was come upon."""
        start = circle.index(min(circle))
        around = [*circle[start:], *circle[:start], circle[start]]
        document = self.layers[around[0].layer].document(kinds()[around[0].kind], around[0].name).value
        at = InFile(self.layers[around[0].layer].file(kinds()[around[0].kind], around[0].name))
        return problems.extends_itself(document.at("extends") if document else at, [one.name for one in around])

    def _below(self, kind: str, name: str, start: int) -> Place | None:
        if not _NAME.fullmatch(name):
            return None
        for index in range(start, len(self.layers)):
            layer = self.layers[index]
            if (layer.root / layer.file(kinds()[kind], name)).is_file():
                return Place(index, kind, name)
        return None


def _misplaced(document: Document, kind: EntryKind, stem: str) -> list[Diagnostic]:
    stated = document.value.get("kind")
    if stated != kind.kind:
        return [problems.wrong_kind(document.at("kind"), stated, kind)]
    name = kind.name_of(document.value)
    return [] if name == stem else [problems.other_name(document.at(*kind.name_path), name, stem)]


def _unread(layer: Layer) -> list[Diagnostic]:
    directories = {kind.directory: kind for kind in kinds().values()}
    return [
        problems.unknown_directory(path, directories) if is_directory else problems.unread_file(path)
        for path, is_directory in layers.unread(layer, directories)
    ]
