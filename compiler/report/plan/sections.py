"""The sections of an explanation that several kinds of workloads share, and what all sections are written with."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from compiler.diagnostics import closest
from compiler.explaining import EVERYTHING, UnknownTargetError
from compiler.report.base import enumerated, path_of
from compiler.report.closing import plural
from compiler.report.plan.bars import ink, legend
from compiler.report.plan.base import cores
from compiler.report.plan.memory import memory
from compiler.report.plan.view import Paper, Question
from compiler.report.printable import printable

if TYPE_CHECKING:
    from compiler.linking.workload import Workload
    from compiler.source.document import Origin

INDENT = "  "
LONGEST = 60
"""Characters of a value that are shown."""

FREE = frozenset({("arguments",)})
"""Fields with text of the server's own, which may be a key: only its names are shown."""


def memory_section(question: Question, paper: Paper) -> Iterator[str]:
    """Memory of a card, with bars and what they mean."""
    table = question.view.table(question.summary)
    if table is None:
        return
    drawn = ink(ascii_only=paper.ascii)
    yield from title("Memory")
    lines = list(memory(table, paper.width, drawn))
    yield from lines
    if any(drawn.edge in line for line in lines):
        yield ""
        yield f"{INDENT}{legend(drawn, [table.edge_of])}"


def storage_section(question: Question, _: Paper) -> Iterator[str]:
    """The claims that it makes."""
    if question.summary.storage:
        yield from title("Storage")
        yield from columns(question.summary.storage)


def pods_section(question: Question, _: Paper) -> Iterator[str]:
    """Its pods by role."""
    rows = [
        (
            one.role,
            plural(one.number, "pod"),
            plural(one.cards, "card"),
            cores(one),
            f"{one.memory} memory" if one.memory else "",
            f"{one.shm} shared" if one.shm else "",
        )
        for one in question.summary.pods
    ]
    if rows:
        yield from title("Pods, and what each asks for")
        yield from columns(rows)


def decided(question: Question, _: Paper) -> Iterator[str]:
    """The rows of `hydra plan` that are about the aspect."""
    aspect = question.aspect
    if aspect is not EVERYTHING and not aspect.rows:
        return
    rows: list[tuple[str, str]] = []
    label = ""
    for said, text in question.view.rows(question.summary):
        label = said or label
        if text and (aspect is EVERYTHING or label in aspect.rows):
            rows.append((said, text))
    if rows:
        yield from title("Decided")
        yield from columns(rows)


def asked_for(question: Question, paper: Paper) -> Iterator[str]:
    """What the spec says of it, each value with its place."""
    fields: Iterable[tuple[str, ...]] = question.aspect.fields
    if question.aspect is EVERYTHING:
        # All of a field, where some aspect depends on a part of it.
        fields = dict.fromkeys(way[:1] for one in question.view.aspects.values() for way in one.fields)
    rows = dict(row for way in fields for row in _said(question.workload, way, paper))
    if rows:
        yield from title("What was asked for")
        yield from columns([(shown, *row) for shown, row in rows.items()])


def _said(workload: Workload, way: tuple[str, ...], paper: Paper) -> Iterator[tuple[str, tuple[str, str]]]:
    """The values at a field and below. A document with fields of its own says some of them elsewhere."""
    known = workload.places
    below = sorted(one for one in known if one[: len(way)] == way)
    around = next((way[:length] for length in range(len(way), 0, -1) if way[:length] in known), way)
    for field in below or [around]:
        at = workload.at(*field)
        value = value_at(at)
        for inner, leaf in [((), _names(value))] if field[:1] in FREE else _leaves(value):
            if leaf is not None:
                yield ".".join((*field, *inner)), (_cut(text_of(leaf)), place(at.child(*inner) if inner else at, paper))


def _leaves(value: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    if not isinstance(value, Mapping) or not value:
        yield (), "{}" if isinstance(value, Mapping) else value
        return
    for key, inner in value.items():
        yield from (((str(key), *way), leaf) for way, leaf in _leaves(inner))


def _names(value: Any) -> str | None:
    if isinstance(value, Mapping):
        return ", ".join(str(name) for name in value) or None
    return None if value is None else "given"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def value_at(at: Origin) -> Any:
    """What stands at a place, and not only around it; None where nothing does."""
    value: Any = at.document.value
    for step in at.path:
        if isinstance(value, Mapping) and step in value:
            value = value[step]
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def place(origin: Origin, paper: Paper) -> str:
    """A place as editors read it: `support-bot/hydra.yaml:38`."""
    span = origin.span()
    return printable(f"{path_of(span.file, paper.prefix)}:{span.line}")


def title(text: str) -> Iterator[str]:
    """The first lines of a section."""
    yield ""
    yield text


def columns(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Rows whose cells stand below each other."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = (printable(cell).ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f"{INDENT}{INDENT.join(cells)}".rstrip()


def text_of(value: Any) -> str:
    """A value as a spec writes it: YAML takes `1e-05` for text.

    >>> text_of(True), text_of(0.00001), text_of("cosine"), text_of(["a", 1])
    ('true', '1.0e-05', 'cosine', '[a, 1]')
    """
    if isinstance(value, list):
        return f"[{', '.join(text_of(one) for one in value)}]"
    if isinstance(value, float) and "e" in str(value) and "." not in str(value):
        return str(value).replace("e", ".0e")
    return json.dumps(value) if isinstance(value, bool) else str(value)


def missing(wrong: str, name: str, known: Iterable[str]) -> UnknownTargetError:
    """That there is nothing at the way into a target, with what may have been meant."""
    names = list(known)
    near = [f"`{one}`" for one in closest(name, names)]
    if near:
        return UnknownTargetError(f"{wrong} Did you mean {enumerated(near, 'or')}?")
    return UnknownTargetError(f"{wrong} It has {enumerated([f'`{one}`' for one in names], 'and')}." if names else wrong)
