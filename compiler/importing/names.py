"""Which project and entry a document becomes, and how references say it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from compiler.spec.patterns import NAME

if TYPE_CHECKING:
    from compiler.linking.artifact import Key
    from compiler.source.document import Document

LONGEST = 63
"""Characters of a name."""


class Place(NamedTuple):
    """An entry of a project."""

    project: str
    entry: str


class Names:
    """The entries that documents become, by document and by what references call them."""

    def __init__(self, projects: Mapping[str, str]) -> None:
        self.projects = projects
        """Namespace -> project."""
        self.places: dict[Document, Place] = {}
        self.keys: dict[Key, Place] = {}
        self.sections: dict[Place, str] = {}
        """The section of an entry, once it is known."""
        self._claims: dict[tuple[str, str], Place] = {}
        self._taken: set[Place] = set()

    def add(self, document: Document, kind: str, keys: Iterable[Key]) -> bool:
        """Give a document an entry; False, where its name cannot be one. `kind` tells two of one name apart."""
        metadata = document.value["metadata"]
        entry = entry_name(str(metadata["name"]))
        if entry is None:
            return False
        place = self._free(self.projects[str(metadata["namespace"])], entry, kind)
        self.places[document] = place
        self.keys.update(dict.fromkeys(keys, place))
        return True

    def of_claim(self, namespace: str, claim: str, wanted: str) -> str:
        """The entry for a claim that no document stands for, always the same."""
        key = (namespace, claim)
        if key not in self._claims:
            self._claims[key] = self._free(self.projects[namespace], wanted, "claim")
        return self._claims[key].entry

    def _free(self, project: str, entry: str, kind: str) -> Place:
        """The first name of an entry that is not taken. All sections share them: a claim is named after its entry."""
        numbered = (f"{entry}-{kind}-{number}" for number in range(2, len(self._taken) + 3))
        names = (entry, f"{entry}-{kind}", *numbered)
        place = next(Place(project, one) for one in names if Place(project, one) not in self._taken)
        self._taken.add(place)
        return place

    def reference(self, key: Key, project: str) -> str:
        """How an entry of a project refers to what a key leads to, also to a document that stays as it is."""
        place = self.keys.get(key)
        if place is None:
            return "/".join(key)
        return place.entry if place.project == project else f"{place.project}/{place.entry}"


def entry_name(name: str) -> str | None:
    """The name of an entry for an object's name; None, where there is none that reads alike.

    >>> entry_name("qwen2.5-7b"), entry_name("7b")
    ('qwen2-5-7b', None)
    """
    dashed = name.replace(".", "-")
    return dashed if is_name(dashed) else None


def is_name(text: str) -> bool:
    """Whether a text can be the name of an entry or a project."""
    return re.search(NAME, text) is not None and not text.endswith("\n") and len(text) <= LONGEST
