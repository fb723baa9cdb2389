"""The proof of an import: what documents and Projects compile to, object by object, and what differs by more than names.

Objects belong together by what they were made for: the document on one side, the entry that it became on the other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from compiler.change.fields import differences
from compiler.emission.digests import is_digest
from compiler.importing.names import Place
from compiler.linking.labels import DATASET_NAME, MODEL_ID
from compiler.planning.preload import FOREIGN_ROOT, ROOT

if TYPE_CHECKING:
    from compiler.change.values import Field
    from compiler.importing.compiling import OnCluster
    from compiler.importing.projecting import Projects
    from compiler.manifest import Manifest
    from compiler.source.document import Document, Origin

OWN_LABELS = ("app.kubernetes.io/", DATASET_NAME, MODEL_ID)
"""Labels that Hydra and the controllers tell their objects by."""

ROOTS = (FOREIGN_ROOT, ROOT)
_KEPT_OUT = ("--exclude=/.hydra/**", "--exclude=/lost+found/**")
"""Arguments of loaders whose data lies beside its marker, and not in a directory of its run."""


_WORD = re.compile(r"[\w.-]+(?:/[\w.-]+)*")


class Pair(NamedTuple):
    """An object on both sides, or on one of them."""

    cluster: str
    document: Document
    """What it comes from."""

    before: Manifest | None
    after: Manifest | None
    fields: tuple[Field, ...] = ()
    """What differs by more than names and directories."""

    moved: bool = False
    """Whether data lies in another directory: that of its run."""

    @property
    def renamed(self) -> bool:
        """Whether it has another name."""
        return self.before is not None and self.after is not None and self.before.target != self.after.target

    @property
    def shown(self) -> Manifest:
        """The object that there is, that of the document first.

        Raises: ValueError, where there is none.
        """
        found = self.before or self.after
        if found is None:
            raise ValueError("a pair without an object")
        return found


def compare(projects: Projects) -> list[Pair]:
    """Every object of both sides, by cluster and document."""
    return [
        pair
        for cluster, before in projects.before.items()
        if cluster in projects.after
        for pair in _on_cluster(cluster, before, projects.after[cluster], projects)
        if pair.document not in projects.around
    ]


def _on_cluster(cluster: str, before: OnCluster, after: OnCluster, projects: Projects) -> Iterator[Pair]:
    matched = [*_matched(before.manifests, after.manifests, projects)]
    same = _Same(matched, before, after, projects)
    for document, first, second in matched:
        if first is None or second is None:
            yield Pair(cluster, document, first, second)
            continue
        fields = [one for one in differences(first.body, second.body) if not same.but_for_names(one)]
        real = tuple(one for one in fields if not same.but_for_directories(one))
        yield Pair(cluster, document, first, second, real, moved=len(fields) > len(real))


def _made_from(at: Origin, projects: Projects) -> Document:
    """The document that an object of the second side was made from."""
    value, document = at.document.value, at.document
    metadata = value["metadata"]
    if document in projects.originals:
        return projects.originals[document]
    if value.get("kind") == "Project":
        place = Place(str(metadata["name"]), str(at.path[1]) if len(at.path) > 1 else "")
        return projects.entries.get(place, document)
    return projects.kept.get((str(metadata.get("namespace")), str(metadata["name"])), document)


def _matched(
    before: Iterable[Manifest], after: Iterable[Manifest], projects: Projects
) -> Iterator[tuple[Document, Manifest | None, Manifest | None]]:
    """Objects that are one: by name, else by what they were made from and their kind, in their order."""
    waiting = {one.target: one for one in after}
    alone: list[Manifest] = []
    for one in before:
        other = waiting.pop(one.target, None)
        if other is None:
            alone.append(one)
        else:
            yield one.origin.document, one, other
    by_document: dict[tuple[Document, str], list[Manifest]] = {}
    for one in waiting.values():
        by_document.setdefault((_made_from(one.origin, projects), one.kind), []).append(one)
    for one in alone:
        others = by_document.get((one.origin.document, one.kind))
        other = next((each for each in others if each.run == one.run), others[0]) if others else None
        if others and other is not None:
            others.remove(other)
        yield one.origin.document, one, other
    yield from ((document, None, one) for (document, _), ones in by_document.items() for one in ones)


class _Same:
    """Tells differences that only follow from other names, or from other directories, from those that do not."""

    def __init__(
        self,
        matched: Iterable[tuple[Document, Manifest | None, Manifest | None]],
        before: OnCluster,
        after: OnCluster,
        projects: Projects,
    ) -> None:
        words: dict[str, str] = {}
        for _, old, new in matched:
            if old is not None and new is not None:
                words.setdefault(old.name, new.name)
                words.setdefault(old.logical, new.logical)
        words |= _messages(before, after, projects)
        self.words = {old: new for old, new in words.items() if old != new}
        self.digests = {one.run for side in (before, after) for one in side.manifests if one.run and is_digest(one.run)}

    def but_for_names(self, field: Field) -> bool:
        """Whether both values are the same once names are."""
        if field.path[:2] == ("metadata", "labels"):
            return _own(field)
        return self._same(field.before, field.after, self._names)

    def but_for_directories(self, field: Field) -> bool:
        """Whether both values are the same, but for where data lies on its volume."""
        old, new = field.before, field.after
        if old is None or new is None:
            return any(map(self._is_place, _texts((old, new))))
        return self._same(old, new, self._places)

    def _same(self, old: Any, new: Any, same_text: Callable[[str, str], bool]) -> bool:
        if isinstance(old, str) and isinstance(new, str):
            return same_text(old, new)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            return old.keys() == new.keys() and all(self._same(old[key], new[key], same_text) for key in old)
        if isinstance(old, list) and isinstance(new, list):
            olds, news = ([one for one in side if one not in _KEPT_OUT] for side in (old, new))
            pairs = zip(olds, news, strict=False)
            return len(olds) == len(news) and all(self._same(one, other, same_text) for one, other in pairs)
        return bool(old == new)

    def _names(self, old: str, new: str) -> bool:
        return old == new or _WORD.sub(self._word, old) == new

    def _word(self, found: re.Match[str]) -> str:
        """A word with the new name in place of the old one: all of it, or each part of a path."""
        return self.words.get(found[0]) or "/".join(map(self._part, found[0].split("/")))

    def _part(self, part: str) -> str:
        """A name, or what begins with one and a dash. Looked up by prefix: there may be thousands of names."""
        end = len(part)
        while end > 0:
            if part[:end] in self.words:
                return self.words[part[:end]] + part[end:]
            end = part.rfind("-", 0, end)
        return part

    def _places(self, old: str, new: str) -> bool:
        return self._names(old, new) or (self._is_place(old) and self._is_place(new))

    def _is_place(self, text: str) -> bool:
        return any(root in text for root in ROOTS) or any(digest in text for digest in self.digests)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for one in value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ():
        yield from _texts(one)


def _own(field: Field) -> bool:
    """Whether only labels differ that Hydra and the controllers tell their objects by."""
    if len(field.path) > 2:
        return str(field.path[2]).startswith(OWN_LABELS)
    sides = (field.before or {}, field.after or {})
    old, new = ({name: one for name, one in side.items() if not name.startswith(OWN_LABELS)} for side in sides)
    return bool(old == new)


def _messages(before: OnCluster, after: OnCluster, projects: Projects) -> dict[str, str]:
    """How messages and markers name what is made: on the first side, and on the second one."""
    old: dict[Document, str] = {one.origin.document: one.of for one in _made(before)}
    new = {_made_from(one.origin, projects): one.of for one in _made(after)}
    return {of: new[document] for document, of in old.items() if document in new}


def _made(side: OnCluster) -> Iterator[Any]:
    yield from side.program.artifacts
    yield from side.program.workloads
