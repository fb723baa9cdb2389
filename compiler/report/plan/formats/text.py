"""For people: a table a workload, with a bar a part of its memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import wrap
from typing import TYPE_CHECKING

from compiler.report.plan.bars import ink, legend
from compiler.report.plan.base import Entry, Page, refusal
from compiler.report.plan.memory import INDENT, LABEL, memory
from compiler.report.printable import printable

if TYPE_CHECKING:
    from compiler.report.plan.view import Table


def render(page: Page) -> Iterator[str]:
    """A table a workload, an empty line after each; what the bars mean in the end."""
    drawn = ink(ascii_only=page.ascii)
    ends: list[str] = []
    for entry in page.entries:
        kind = entry.summary.kind if entry.summary is not None else "no plan"
        yield f"{printable(entry.workload)} on {printable(entry.cluster)}: {kind}\n"
        rows = entry.view.rows(entry.summary) if entry.summary is not None else [refusal(entry)]
        yield from _labelled(rows, page.width)
        yield "\n"
        table = _table(entry)
        if table is None:
            continue
        for line in memory(table, page.width, drawn):
            if drawn.edge in line:
                ends.append(table.edge_of)
            yield f"{line}\n"
        yield "\n"
    if ends:
        yield f"{INDENT}{legend(drawn, sorted(ends))}\n"


def _table(entry: Entry) -> Table | None:
    return entry.view.table(entry.summary) if entry.summary is not None else None


def _labelled(rows: Iterable[tuple[str, str]], width: int) -> Iterator[str]:
    for label, text in rows:
        # An address that is cut at a hyphen can no longer be copied.
        room = max(20, width - len(INDENT) - LABEL)
        lines = wrap(printable(text), room, break_long_words=False, break_on_hyphens=False)
        for number, line in enumerate(lines):
            yield f"{INDENT}{label if number == 0 else '':<{LABEL}}{line}\n"
