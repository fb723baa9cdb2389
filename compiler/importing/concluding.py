"""What the proof of an import means for whoever asked: data that is loaded again, runs that start again, what differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from compiler.importing import problems
from compiler.linking.artifact import Artifact
from compiler.linking.workload import claims_of
from compiler.sources.base import Placement

if TYPE_CHECKING:
    from compiler.change.values import Field
    from compiler.diagnostics import Diagnostic
    from compiler.importing.comparing import Pair
    from compiler.importing.projecting import Projects
    from compiler.source.document import Document, Origin

CLAIM = "PersistentVolumeClaim"
RUNS = frozenset({"jobs", "finetunes"})
"""Sections whose entries run to completion."""

MOST = 5
"""Fields of an object that are told one by one."""

SHORT = 40
"""Characters of a value that is told."""

UNTOLD = frozenset({"annotations", "args", "command", "data", "env", "labels", "stringData"})
"""Where values of users stand, which may be long or not for everybody."""

LOADERS = frozenset({"Job", "ConfigMap"})
"""What loads data, and goes where it is not loaded any more."""


def conclude(projects: Projects, pairs: Sequence[Pair]) -> Iterator[Diagnostic]:
    """What there is to say about an import, each once whatever the number of clusters."""
    for document, why in projects.stays.items():
        if not why.meant:
            yield problems.stays(_at(document), named(document), why.why)
    by_document: dict[Document, list[Pair]] = {}
    for one in pairs:
        by_document.setdefault(one.document, []).append(one)
    for place, document in projects.entries.items():
        about = by_document.get(document, [])
        section = projects.sections[place]
        entry = f"{section}/{place.entry}"
        if section in RUNS:
            yield problems.runs_again(_at(document), entry, _claims(document, projects))
        yield from _loaded_again(document, entry, about, projects)
    yield from _differing(pairs, projects)


def named(document: Document) -> str:
    """A document as people call it: `Dataset/tickets`."""
    return f"{document.kind}/{document.value['metadata']['name']}"


def _at(document: Document) -> Origin:
    return document.at("metadata", "name")


def _claims(document: Document, projects: Projects) -> list[str]:
    """Claims that the runs of a document have written to."""
    runs = [one for side in projects.before.values() for one in side.parts.workloads if one.origin.document is document]
    return sorted({claim for one in runs for _, claim in claims_of(one)})


def _loaded_again(document: Document, entry: str, pairs: Iterable[Pair], projects: Projects) -> Iterator[Diagnostic]:
    loaded = {
        one.names.claim
        for side in projects.before.values()
        for one in side.parts.artifacts
        if one.origin.document is document and _is_loaded(one)
    }
    for pair in pairs:
        old, new = pair.before, pair.after
        if new is None or new.kind != CLAIM or not loaded or (old is not None and old.name == new.name):
            continue
        # A claim that a document of its own describes stays, and the Project's is a new one.
        before = old.name if old is not None and old.name in loaded else min(loaded)
        loaded.discard(before)
        yield problems.loaded_again(_at(document), entry, before, new.name)


def _is_loaded(artifact: Artifact) -> bool:
    return artifact.source.type.placement is Placement.LOADED


def _differing(pairs: Iterable[Pair], projects: Projects) -> Iterator[Diagnostic]:
    """Objects that differ by more than names, or have no counterpart."""
    told: set[tuple[str, tuple[str, ...]]] = set()
    for pair in pairs:
        if not pair.fields and pair.before is not None and pair.after is not None:
            continue
        if pair.after is None and pair.document in projects.kept.values() and pair.shown.kind in LOADERS:
            continue
        texts = _texts(pair)
        target = pair.shown.target
        if (target, texts) not in told:
            told.add((target, texts))
            yield problems.differs(_at(pair.document), target, texts[:MOST], max(0, len(texts) - MOST))


def _texts(pair: Pair) -> tuple[str, ...]:
    if pair.before is None:
        return ("it is new",)
    if pair.after is None:
        return ("it is gone",)
    return tuple(map(text_of, pair.fields))


def text_of(field: Field) -> str:
    """A field that differs, as a clause: `spec.runPolicy.backoffLimit` is 3, and was 5."""
    if field.before is None:
        return f"`{field.text}` is added{_value(field, field.after, ' as ')}"
    if field.after is None:
        return f"`{field.text}` is gone{_value(field, field.before, ', and was ')}"
    old, new = _value(field, field.before, ""), _value(field, field.after, "")
    return f"`{field.text}` is {new} and was {old}" if old and new else f"`{field.text}` is another one"


def _value(field: Field, value: Any, lead: str) -> str:
    """A value, where it is short and no user's."""
    if not isinstance(value, str | int | float) or UNTOLD.intersection(map(str, field.path)):
        return ""
    shown = str(value).lower() if isinstance(value, bool) else str(value) or '""'
    return f"{lead}`{shown}`" if len(shown) <= SHORT and "`" not in shown else ""
