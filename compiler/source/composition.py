"""The values of a file with their places: read again, only when a report asks where something stands."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from yaml import YAMLError
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
)

from compiler.source.construction import DEEPEST
from compiler.source.document import SourceFile
from compiler.source.events import end_of, events, start_of
from compiler.source.places import bounds, without_properties
from compiler.source.scalars import MERGE


class Node:
    """A scalar, or an alias, or the base of what holds others. Offsets in characters, the end exclusive."""

    __slots__ = ("end", "start", "target", "text")

    def __init__(self, start: int, end: int, text: str | None = None, target: Node | None = None) -> None:
        self.start = start
        self.end = end
        self.text = text
        """The value of a scalar, None for others."""
        self.target = target
        """What an alias names, None for others."""

    def add(self, child: Node) -> None:
        """Take the next value inside of this one."""
        self.end = child.end

    def step(self, step: str | int) -> tuple[Node | None, Node] | None:  # noqa: ARG002
        """Key and value of what lies one step below; a list item has no key. None where nothing lies there."""
        return None

    @property
    def itself(self) -> Node:
        """What an alias names; anything else is itself."""
        return self.target or self


class Items(Node):
    """A list."""

    __slots__ = ("items",)

    def __init__(self, start: int, end: int) -> None:
        super().__init__(start, end)
        self.items: list[Node] = []

    def add(self, child: Node) -> None:
        """Take the next item."""
        super().add(child)
        self.items.append(child)

    def step(self, step: str | int) -> tuple[Node | None, Node] | None:
        """An item by its index from 0."""
        if isinstance(step, int) and 0 <= step < len(self.items):
            return None, self.items[step]
        return None


class Entries(Node):
    """A mapping."""

    __slots__ = ("entries", "key", "merged")

    def __init__(self, start: int, end: int) -> None:
        super().__init__(start, end)
        self.entries: dict[str, tuple[Node, Node]] = {}
        self.merged: list[Node] = []
        self.key: Node | None = None

    def add(self, child: Node) -> None:
        """Take a key, or the value of the key before."""
        super().add(child)
        key, self.key = self.key, None
        if key is None:
            self.key = child
        elif isinstance(key, Merge):
            self.merged.append(child)
        elif key.itself.text is not None:
            # Of keys given twice the first stays; such a document has no values anyway.
            self.entries.setdefault(key.itself.text, (key, child))

    def step(self, step: str | int) -> tuple[Node | None, Node] | None:
        """Key and value of a name, of the mapping's own or of what it merges."""
        if not isinstance(step, str):
            return None
        for mapping in self._with_merged():
            if step in mapping.entries:
                return mapping.entries[step]
        return None

    def _with_merged(self) -> Iterator[Entries]:
        # A stack instead of recursion: merges may go through thousands of anchors.
        waiting: list[Node] = [self]
        seen: set[int] = set()
        while waiting:
            node = waiting.pop().itself
            if id(node) in seen:
                continue
            seen.add(id(node))
            if isinstance(node, Entries):
                yield node
                waiting.extend(reversed(node.merged))
            elif isinstance(node, Items):
                waiting.extend(reversed(node.items))

    @property
    def first_key(self) -> Node | None:
        """The key that is written first."""
        return next((key for key, _ in self.entries.values()), None)


class Merge(Node):
    """A plain `<<`, which is a merge key where a key is expected."""

    __slots__ = ()


@lru_cache(maxsize=32)
def compose(file: SourceFile) -> tuple[Node | None, ...]:
    """The top nodes of a file's documents by index, as far as the file is YAML; None for one that is not complete."""
    composition = _Composition(file)
    composition.run()
    return tuple(composition.tops)


class _Open(NamedTuple):
    """A list or mapping whose end has not come yet."""

    node: Items | Entries
    anchor: str | None
    flow: bool


class _Composition:
    """One pass over the events of one file."""

    def __init__(self, file: SourceFile) -> None:
        self.text = file.text
        self.tops: list[Node | None] = []
        self.open: list[_Open] = []
        self.anchors: dict[str, Node] = {}

    def run(self) -> None:
        """Read to the end, or to where the text stops being YAML or is nested too deep to have values."""
        try:
            for event in events(self.text):
                self.take(event)
                if len(self.open) > DEEPEST:
                    return
        except (YAMLError, UnicodeEncodeError):
            return

    def take(self, event: Event) -> None:
        """The next event."""
        if isinstance(event, ScalarEvent):
            self.put(self.scalar(event), event.anchor)
        elif isinstance(event, CollectionStartEvent):
            self.open.append(self.collection(event))
        elif isinstance(event, CollectionEndEvent):
            self.close(event)
        elif isinstance(event, AliasEvent):
            self.put(Node(start_of(event), end_of(event), target=self.anchors.get(event.anchor or "")), None)
        elif isinstance(event, DocumentStartEvent):
            self.tops.append(None)
            self.anchors = {}

    def scalar(self, event: ScalarEvent) -> Node:
        """A scalar without its anchor and tag."""
        start, end = bounds(self.text, start_of(event), end_of(event))
        # libyaml counts the line break behind a block scalar to it.
        end = start + len(self.text[start:end].rstrip())
        is_merge = not event.style and event.tag is None and event.value == MERGE
        return Merge(start, end, event.value) if is_merge else Node(start, end, event.value)

    def collection(self, event: CollectionStartEvent) -> _Open:
        """A list or mapping without its anchor and tag."""
        kind = Entries if isinstance(event, MappingStartEvent) else Items
        start = without_properties(self.text, start_of(event))
        return _Open(kind(start, start), event.anchor, bool(event.flow_style))

    def close(self, event: CollectionEndEvent) -> None:
        """The end of a list or mapping. One without brackets ends with its last value, not where the next begins."""
        node, anchor, flow = self.open.pop()
        if flow:
            node.end = end_of(event)
        self.put(node, anchor)

    def put(self, node: Node, anchor: str | None) -> None:
        """A finished value: into what is around it."""
        if anchor is not None:
            self.anchors[anchor] = node
        if self.open:
            self.open[-1].node.add(node)
        else:
            self.tops[-1] = node
