"""For pull requests: a table for each kind of workload, with a row a workload, and behind them the memory by part and the
reasons of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from compiler.report.plan.base import Entry, Page, gib, memory_rows, refusal
from compiler.report.printable import printable

if TYPE_CHECKING:
    from compiler.planning.summary import Summary
    from compiler.report.plan.view import Table, View

HEAD = ("Workload", "Cluster")


def render(page: Page) -> Iterator[str]:
    """The tables, what has no plan, then a section to unfold for each workload that has more to say."""
    kinds: dict[View, list[Entry]] = {}
    for entry in page.entries:
        kinds.setdefault(entry.view, []).append(entry)
    for number, (view, entries) in enumerate(kinds.items()):
        yield "\n" if number else ""
        yield row((*HEAD, *view.head))
        yield row(["---"] * len((*HEAD, *view.head)))
        yield from (row(overview(entry)) for entry in entries)
    refused = [entry for entry in page.entries if entry.summary is None]
    if refused:
        yield "\nWithout a plan:\n\n"
    for entry in refused:
        yield text(f"* `{entry.workload}` on {entry.cluster}: {' '.join(refusal(entry)).strip()}") + "\n"
    for entry in page.entries:
        if entry.summary is not None:
            yield from details(entry, entry.summary)


def overview(entry: Entry) -> Iterator[str]:
    """The cells of a workload's row."""
    yield f"`{entry.workload}`"
    yield entry.cluster
    if entry.summary is None:
        yield from ("**no plan**", *[""] * (len(entry.view.head) - 1))
        return
    yield from entry.view.cells(entry.summary)


def details(entry: Entry, summary: Summary) -> Iterator[str]:
    """Memory and reasons of a workload."""
    table = entry.view.table(summary)
    if not summary.reasons and table is None:
        return
    yield f"\n<details><summary><code>{text(summary.workload)}</code> on {text(entry.cluster)}</summary>\n\n"
    for number, reason in enumerate(summary.reasons, start=1):
        yield f"{number}. {text(reason.text)}\n"
    if table is not None:
        yield "\n"
        yield from memory(table)
    yield "\n</details>\n"


def memory(table: Table) -> Iterator[str]:
    """Memory of one card by part, in GiB."""
    yield row(("GiB a card", "low", "expected", "high"))
    yield row(("---", "---:", "---:", "---:"))
    for part, size in memory_rows(table.memory):
        yield row((part, *(gib(one) for one in size)))
    for limit in table.limits:
        yield row((", ".join(filter(None, (limit.label, limit.note))), gib(limit.size), "", ""))


def row(cells: Sequence[str] | Iterator[str]) -> str:
    """A row of a table; a bar in a cell does not end it."""
    return f"| {' | '.join(text(cell).replace('|', chr(92) + '|') for cell in cells)} |\n"


def text(said: str) -> str:
    """Text that begins no element of HTML."""
    return printable(said).replace("<", "&lt;")
