"""For people: a table a workload, with a bar a part of its memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import wrap
from typing import TYPE_CHECKING

from compiler.report.plan.bars import Ink, bars, ink, legend
from compiler.report.plan.base import (
    LIMIT,
    Page,
    accelerators,
    batch,
    gib,
    memory_rows,
    pods,
    refusal,
    storage,
    strategy,
)
from compiler.report.printable import printable

if TYPE_CHECKING:
    from compiler.planning.summary import Summary
    from compiler.planning.training.values import TrainingPlan

INDENT = "  "
LABEL = 14
FIGURES = ("low", "expected", "high")
COLUMN = 10


def render(page: Page) -> Iterator[str]:
    """A table a workload, an empty line after each; what the bars mean in the end."""
    drawn = ink(ascii_only=page.ascii)
    barred = False
    for entry in page.entries:
        summary = entry.summary
        kind = summary.kind if summary is not None else "no plan"
        yield f"{printable(entry.workload)} on {printable(entry.cluster)}: {kind}\n"
        if summary is None:
            yield from _labelled([refusal(entry)], page.width)
            yield "\n"
            continue
        yield from figures(summary, page.width)
        if summary.plan is not None:
            yield "\n"
            for line in memory(summary.plan, page.width, drawn):
                barred = barred or drawn.edge in line
                yield f"{line}\n"
        yield "\n"
    if barred:
        yield f"{INDENT}{legend(drawn)}\n"


def figures(summary: Summary, width: int) -> Iterator[str]:
    """What was decided, a line a subject."""
    plan = summary.plan
    rows = [("accelerators", accelerators(summary))]
    if plan is not None:
        rows += [
            ("strategy", f"{strategy(plan)}, {plan.precision}"),
            ("batch", batch(plan)),
            ("trained", f"{plan.trainable:,} parameters"),
        ]
    yield from _labelled([*rows, *pods(summary), ("storage", storage(summary))], width)


def _labelled(rows: Iterable[tuple[str, str]], width: int) -> Iterator[str]:
    for label, text in rows:
        lines = wrap(printable(text), max(20, width - len(INDENT) - LABEL), break_long_words=False)
        for number, line in enumerate(lines):
            yield f"{INDENT}{label if number == 0 else '':<{LABEL}}{line}\n"


def memory(plan: TrainingPlan, width: int, drawn: Ink) -> Iterator[str]:
    """Memory of one card by part, in GiB, each with its bar; then what the card has."""
    room = width - len(INDENT) - LABEL - len(FIGURES) * COLUMN - len(INDENT)
    yield _row("GiB a card", *FIGURES)
    for (part, size), bar in zip(memory_rows(plan), bars(plan.memory, room, drawn), strict=True):
        yield f"{_row(part, *(gib(one) for one in size))}{INDENT}{bar}".rstrip()
    yield _row(LIMIT, gib(plan.memory.card))


def _row(label: str, *cells: str) -> str:
    return f"{INDENT}{label:<{LABEL}}" + "".join(f"{cell:>{COLUMN}}" for cell in cells)
