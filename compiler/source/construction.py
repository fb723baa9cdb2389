"""From the events of a file to its documents. This is the hot path of reading: one call an event.

There is no recursion, so that no text can overflow a stack, and nothing is kept of positions
but for lists, mappings and keys that are still open.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from yaml import YAMLError
from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)
from yaml.reader import ReaderError

from compiler.diagnostics import Diagnostic, Staged
from compiler.source.document import Document, SourceFile
from compiler.source.events import events, start_of
from compiler.source.frames import Frame, ListFrame, MapFrame, OperandFrame
from compiler.source.scalars import CORE, MERGE, Refused, tagged, typed

if TYPE_CHECKING:
    from compiler.source.refusals import Refusals

DEEPEST = 100
"""Lists and mappings inside of each other that a document may have."""

MOST_REPEATED = 100_000
"""Values that the aliases of a file may stand for; a text counts once for every 40 characters."""

MOST_PROBLEMS = 1_000
"""Findings after which a file is not read any further."""

_TEXT_OF_ONE_VALUE = 40


class _Stop(Exception):  # noqa: N818  not an error: the file's findings say why
    """The rest of the file is not read."""


class _Broken:
    """Stands where an alias could not be followed, so that it is not reported again for what it is not."""


class _Anchored(NamedTuple):
    """What an alias stands for, and for how many values it counts."""

    value: Any
    weight: int


_BROKEN = _Broken()


def construct(file: SourceFile, kind: type[Construction] | None = None) -> Staged[list[Document]]:
    """The documents of a file; those with a mistake are left out and have findings. `kind` is who reads them."""
    if not file.text.isascii():
        from compiler.source.characters import hidden_characters

        hidden = hidden_characters(file, MOST_PROBLEMS)
        if hidden:
            return Staged([], hidden)
    construction = (kind or Construction)(file)
    construction.run()
    return Staged(construction.documents, construction.problems)


class Construction:
    """One pass over the events of one file."""

    def __init__(self, file: SourceFile) -> None:
        self.file = file
        self.documents: list[Document] = []
        self.problems: list[Diagnostic] = []
        self.index = -1
        self.flawless = 0
        self.anchors: dict[str, _Anchored | None] = {}
        self.weight = 0
        self.repeated = 0

    @cached_property
    def refusals(self) -> Refusals:
        """The words for what is wrong; most runs never need them."""
        from compiler.source.refusals import Refusals

        return Refusals(self.file)

    def run(self) -> None:
        """Read the file to its end, or to where it stops being YAML."""
        handlers: dict[type[Event], Callable[[Any], None]] = {
            ScalarEvent: self.scalar,
            AliasEvent: self.alias,
            MappingStartEvent: self.open_mapping,
            MappingEndEvent: self.close,
            SequenceStartEvent: self.open_list,
            SequenceEndEvent: self.close,
            DocumentStartEvent: self.open_document,
            DocumentEndEvent: self.close_document,
            StreamStartEvent: self.skip,
            StreamEndEvent: self.skip,
        }
        try:
            for event in events(self.file.text):
                handlers[event.__class__](event)
        except _Stop:
            pass
        except (ReaderError, UnicodeEncodeError):
            from compiler.source.characters import hidden_characters

            self.problems.extend(hidden_characters(self.file, MOST_PROBLEMS))
        except YAMLError as error:
            from compiler.source.syntax import explain

            self.give_up(explain(self.file, error))

    def give_up(self, problem: Diagnostic) -> None:
        """End with text that is no YAML. What its own line seemed to hold before is not another mistake."""
        line = problem.at.span().line
        self.problems = [one for one in self.problems if one.at.span().line != line]
        self.problems.append(problem)

    def skip(self, event: Event) -> None:
        """The stream's ends say nothing."""

    def open_document(self, event: DocumentStartEvent) -> None:
        """Forget the document before."""
        self.index += 1
        self.flawless = len(self.problems)
        self.anchors = {}
        self.frame = Frame(event)
        self.stack = [self.frame]
        self.add = self.frame.add

    def close_document(self, event: DocumentEndEvent) -> None:  # noqa: ARG002
        """Keep the document, where it is one and has no mistake."""
        top = self.frame
        if len(self.problems) > self.flawless:
            return
        if top.value.__class__ is dict:
            self.documents.append(Document(self.file, self.index, top.value))
        elif not _is_empty(top.event):
            self.report(self.refusals.top(top.value, top.event))

    def scalar(self, event: ScalarEvent) -> None:
        """Text in quotes, or a plain scalar that has to be typed."""
        text = event.value
        if event.tag is not None:
            value = tagged(event.tag, text)
        elif event.style:
            value = text
        else:
            value = typed(text)
        if self.anchors or event.anchor is not None:
            self.weigh(value, event)
        if value.__class__ is Refused:
            self.refuse(value, event)
        else:
            self.add(value, event)

    def weigh(self, value: Any, event: ScalarEvent) -> None:
        """Count a scalar for the aliases that may repeat it."""
        weight = 1 + len(event.value) // _TEXT_OF_ONE_VALUE
        self.weight += weight
        if event.anchor is not None:
            self.anchors[event.anchor] = _Anchored(value, weight)

    def refuse(self, refused: Refused, event: ScalarEvent) -> None:
        """Report a scalar and go on with its text; a plain `<<` as a key is no mistake but a merge."""
        frame = self.frame
        key = frame.expects_key
        if refused is Refused.INDICATOR and key and event.value == MERGE and isinstance(frame, MapFrame):
            self.open_merge(frame, event)
            return
        self.report(self.refusals.scalar(refused, event, key))
        self.add(event.value, event)

    def alias(self, event: AliasEvent) -> None:
        """The value that the alias names; its own objects, not a copy."""
        name = event.anchor or ""
        known = self.anchors.get(name)
        if known is None:
            is_open = name in self.anchors
            refusals = self.refusals
            self.report(refusals.recursive_anchor(event) if is_open else refusals.unknown_alias(event, self.anchors))
            self.add(_BROKEN, event)
            return
        self.weight += known.weight
        self.repeated += known.weight
        if self.repeated > MOST_REPEATED:
            self.stop(self.refusals.aliases_explode(event, MOST_REPEATED))
        self.add(known.value, event)

    def open_mapping(self, event: MappingStartEvent) -> None:
        """Begin a mapping."""
        self.open(MapFrame(event, self.weight, self), "map", event)

    def open_list(self, event: SequenceStartEvent) -> None:
        """Begin a list."""
        self.open(ListFrame(event, self.weight), "seq", event)

    def open(self, frame: Frame, kind: str, event: CollectionStartEvent) -> None:
        """Go into a list or mapping."""
        tag = event.tag
        if tag is not None and tag not in ("!", CORE + kind):
            self.report(self.refusals.collection_tag(event))
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        if self.anchors:
            self.weight += 1
        if len(self.stack) > DEEPEST:
            self.stop(self.refusals.too_deep(event, DEEPEST))
        self.enter(frame)

    def open_merge(self, mapping: MapFrame, event: ScalarEvent) -> None:
        """Take the next value for what the mapping merges."""
        if MERGE in mapping.keys:
            self.report(self.refusals.duplicate_key(MERGE, event, mapping.keys[MERGE]))
        mapping.keys[MERGE] = event
        self.enter(OperandFrame(event, mapping))

    def enter(self, frame: Frame) -> None:
        """Hand the values that follow to a frame."""
        self.stack.append(frame)
        self.frame = frame
        self.add = frame.add

    def leave(self) -> Frame:
        """Hand the values that follow to the frame around; the one that was left."""
        left = self.stack.pop()
        self.frame = self.stack[-1]
        self.add = self.frame.add
        return left

    def close(self, event: Event) -> None:  # noqa: ARG002
        """A list or mapping is complete: it is a value of what is around it."""
        left = self.leave()
        value = left.finish()
        opened = left.event
        if self.anchors and opened.anchor is not None:
            self.anchors[opened.anchor] = _Anchored(value, self.weight - left.weight)
        self.add(value, opened)

    def odd_key(self, value: Any, event: NodeEvent, first: NodeEvent | None) -> str:
        """Report a key that is given again or is no text; a stand-in for it."""
        if first is not None:
            self.report(self.refusals.duplicate_key(value, event, first))
            return str(value)
        if value is not _BROKEN:
            self.report(self.refusals.key_not_text(value, event))
        return f"\0{start_of(event)}"

    def merge_operand(self, value: Any, event: NodeEvent) -> list[dict[str, Any]]:
        """The mappings that a merge key takes over; leaves the frame of the operand."""
        self.leave()
        operands = value if isinstance(value, list) else [value]
        for operand in operands:
            if operand.__class__ is not dict and operand is not _BROKEN:
                self.report(self.refusals.merge_operand(operand, event))
                break
        return [operand for operand in operands if isinstance(operand, dict)]

    def report(self, problem: Diagnostic) -> None:
        """Keep a finding; with very many of them the rest of the file is not worth reading."""
        if len(self.problems) + 1 >= MOST_PROBLEMS:
            self.stop(problem._replace(notes=(*problem.notes, "The rest of the file was not read.")))
        self.problems.append(problem)

    def stop(self, problem: Diagnostic) -> NoReturn:
        """Keep a finding and leave the file."""
        self.problems.append(problem)
        raise _Stop


def _is_empty(event: Event) -> bool:
    return isinstance(event, ScalarEvent) and not event.value and not event.style and event.tag is None
