"""Where a value of a document stands. Everything here happens only when a report asks."""

from __future__ import annotations

from typing import NamedTuple

from compiler.diagnostics import Span
from compiler.source.composition import Entries, Node, compose
from compiler.source.document import Path, SourceFile
from compiler.source.places import span_of


class _Found(NamedTuple):
    """The end of a way into a document; `complete` where the whole way exists."""

    key: Node | None
    value: Node
    complete: bool


def locate(file: SourceFile, index: int, path: Path, key: bool) -> Span:
    """Line and column of the value at `path`, or of the key of its last step.

    An empty path is the document's first key. Where a step does not exist, the place is the key of
    the nearest ancestor; an item of a list stands for itself, a mapping in a list by its first
    key. A key without a value stands for the value. Values behind an alias or a merge key
    stand where they are written, the alias itself where the alias is.
    """
    tops = compose(file)
    top = tops[index] if 0 <= index < len(tops) else None
    if top is None:
        return span_of(file, 0, 0)
    found = _find(top, path)
    wants_key = key or not found.complete or found.value.start == found.value.end
    node = found.key if wants_key and found.key else found.value
    if not path or (found.key is None and not found.complete):
        node = _first_key(node)
    return span_of(file, node.start, node.end)


def text_at(file: SourceFile, index: int, path: Path) -> str:
    """A scalar as the file writes it, `1.10` or `"a"` with its quotes; empty where no scalar is."""
    tops = compose(file)
    top = tops[index] if 0 <= index < len(tops) else None
    if top is None:
        return ""
    found = _find(top, path)
    value = found.value.itself
    return file.text[value.start : value.end] if found.complete and value.text is not None else ""


def _find(top: Node, path: Path) -> _Found:
    key: Node | None = None
    value = top
    for step in path:
        below = value.itself.step(step)
        if below is None:
            return _Found(key, value, complete=False)
        key, value = below
    return _Found(key, value, complete=True)


def _first_key(node: Node) -> Node:
    first = node.first_key if isinstance(node, Entries) else None
    return first or node
