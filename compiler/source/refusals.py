"""Findings about events: the place of each, and the words for what was found there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from compiler.diagnostics import Diagnostic, Located, closest
from compiler.source.document import SourceFile
from compiler.source.events import end_of, start_of
from compiler.source.places import Stretch, bounds, position, tag_bounds, without_properties
from compiler.source.problems import anchors, text, values
from compiler.source.scalars import CORE, Refused

_NAMES: dict[type, str] = {
    dict: "a mapping",
    list: "a list",
    str: "text",
    int: "a number",
    float: "a number",
    bool: "a boolean",
    type(None): "empty",
}

_CORE_TAGS = frozenset(("!!map", "!!seq", "!!str", "!!int", "!!float", "!!bool", "!!null"))

_COLLECTIONS: dict[type, str] = {MappingStartEvent: "a mapping", SequenceStartEvent: "a list"}


class Refusals:
    """Findings about one file."""

    def __init__(self, file: SourceFile) -> None:
        self.file = file

    def place(self, event: Event) -> Stretch:
        """Where an event stands, without the anchor and the tag before it."""
        start, end = bounds(self.file.text, start_of(event), end_of(event))
        if isinstance(event, CollectionStartEvent):
            # Without brackets nothing marks the start, and a place without width is easily overlooked.
            start = without_properties(self.file.text, start_of(event))
            end = start + 1
        return Stretch(self.file, start, end)

    def tag_place(self, event: Event) -> Stretch:
        """Where the tag before a value stands."""
        return Stretch(self.file, *tag_bounds(self.file.text, start_of(event)))

    def top(self, value: Any, event: Event) -> Diagnostic:
        """A document that is a list or a scalar."""
        do = "Start it with `apiVersion` and `kind`, each a key of its own line."
        if isinstance(value, list):
            do = "Write each item as a document of its own, with a line `---` between them."
        return text.not_a_mapping(self.place(event), described(value), do)

    def scalar(self, refused: Refused, event: ScalarEvent, key: bool) -> Diagnostic:
        """A scalar that is not taken."""
        at = self.tag_place(event) if refused is Refused.TAG else self.place(event)
        return _SCALARS[refused](at, event, key)

    def collection_tag(self, event: CollectionStartEvent) -> Diagnostic:
        """A tag before a list or mapping that is not its own."""
        at, tag = self.tag_place(event), _written(event.tag)
        if tag not in _CORE_TAGS:
            return values.unknown_tag(at, tag)
        return values.not_of_its_tag(at, tag, _COLLECTIONS[type(event)])

    def duplicate_key(self, key: str, event: NodeEvent, first: NodeEvent) -> Diagnostic:
        """The second of two equal keys."""
        line, _ = position(self.file.text, start_of(first))
        return values.duplicate_key(self.place(event), key, line)

    def key_not_text(self, value: Any, event: NodeEvent) -> Diagnostic:
        """A key that is a number, a boolean, a list, a mapping or nothing."""
        do = "Write text as the key."
        if isinstance(value, dict | list):
            do = "Quote the whole value if it is a template such as `{{ name }}`, else write text as the key."
        elif isinstance(event, ScalarEvent) and event.value:
            do = f'Quote it: `"{values.cut(event.value)}":`.'
        return values.key_not_text(self.place(event), described(value), do)

    def unknown_alias(self, event: AliasEvent, known: Iterable[str]) -> Diagnostic:
        """An alias without an anchor before it."""
        name = event.anchor or ""
        return anchors.unknown_alias(self.place(event), name, closest(name, known))

    def recursive_anchor(self, event: AliasEvent) -> Diagnostic:
        """An alias inside of what it names."""
        return anchors.recursive_anchor(self.place(event), event.anchor or "")

    def aliases_explode(self, event: AliasEvent, limit: int) -> Diagnostic:
        """The alias with which the limit is passed."""
        return anchors.aliases_explode(self.place(event), limit)

    def too_deep(self, event: CollectionStartEvent, limit: int) -> Diagnostic:
        """The list or mapping that is one too deep."""
        return text.too_deep(self.place(event), limit)

    def merge_operand(self, value: Any, event: NodeEvent) -> Diagnostic:
        """Something else than a mapping behind `<<`."""
        return anchors.merge_operand(self.place(event), described(value))


def described(value: Any) -> str:
    """A value in words: `a list`, `text`, ..."""
    return _NAMES.get(value.__class__, "unknown")


def _tag(at: Located, event: ScalarEvent, key: bool) -> Diagnostic:  # noqa: ARG001
    return values.unknown_tag(at, _written(event.tag))


def _misfit(at: Located, event: ScalarEvent, key: bool) -> Diagnostic:  # noqa: ARG001
    return values.not_of_its_tag(at, _written(event.tag), values.shown(event.value))


def _of_text(make: Callable[[Located, str, bool], Diagnostic]) -> Callable[[Located, ScalarEvent, bool], Diagnostic]:
    return lambda at, event, key: make(at, event.value, key)


def _written(tag: str | None) -> str:
    return (tag or "").replace(CORE, "!!", 1)


_SCALARS: dict[Refused, Callable[[Located, ScalarEvent, bool], Diagnostic]] = {
    Refused.WORD: _of_text(values.ambiguous_word),
    Refused.NUMBER: _of_text(values.ambiguous_number),
    Refused.UNBOUNDED: _of_text(values.unbounded_number),
    Refused.INDICATOR: _of_text(values.ambiguous_indicator),
    Refused.TAG: _tag,
    Refused.MISFIT: _misfit,
}
