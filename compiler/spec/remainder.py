"""What is left of a document with mistakes: the entries without one, so that theirs can be told in the same run."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from compiler.diagnostics import Diagnostic
from compiler.source.document import Document, Origin, Path

ESSENTIAL = frozenset({"apiVersion", "kind", "metadata", "clusters"})
"""Fields without which the rest means nothing."""


def remainder(document: Document, found: Iterable[Diagnostic]) -> Document | None:
    """The document less every entry that a finding is about, also in the overrides.

    None where a mistake concerns the whole document.
    """
    mistaken = {_entry(document, one.at.path) for one in found if isinstance(one.at, Origin)}
    if any(not path or path[0] in ESSENTIAL for path in mistaken):
        return None
    left = {
        field: {name: entry for name, entry in value.items() if (field, name) not in mistaken}
        if isinstance(value, dict)
        else value
        for field, value in document.value.items()
        if (field,) not in mistaken
    }
    if isinstance(left.get("overrides"), dict):
        left["overrides"] = {name: _without(patch, mistaken) for name, patch in left["overrides"].items()}
    return Document(document.file, document.index, left)


def _without(patch: Any, mistaken: Collection[Path]) -> Any:
    """A cluster's override less the entries that are left out."""
    if not isinstance(patch, dict):
        return patch
    return {
        field: {name: entry for name, entry in value.items() if (field, name) not in mistaken}
        if isinstance(value, dict)
        else value
        for field, value in patch.items()
        if (field,) not in mistaken
    }


def _entry(document: Document, path: Path) -> Path:
    """The entry of a section that a place is in, or the field."""
    inside = len(path) > 1 and isinstance(document.value.get(str(path[0])), dict)
    return path[:2] if inside else path[:1]
