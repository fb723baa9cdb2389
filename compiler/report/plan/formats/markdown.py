"""For pull requests: a table with a row a workload, and behind each the memory by part and the reasons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from compiler.report.plan.base import (
    LIMIT,
    Entry,
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

HEAD = ("Workload", "Cluster", "Accelerators", "Strategy", "Batch", "GiB a card", "Each pod", "Storage")


def render(page: Page) -> Iterator[str]:
    """The table, what has no plan, then a section to unfold for each workload that has more to say."""
    if not page.entries:
        return
    yield row(HEAD)
    yield row(["---"] * len(HEAD))
    for entry in page.entries:
        yield row(overview(entry, entry.summary))
    refused = [entry for entry in page.entries if entry.summary is None]
    if refused:
        yield "\nWithout a plan:\n\n"
    for entry in refused:
        yield text(f"* `{entry.workload}` on {entry.cluster}: {' '.join(refusal(entry)).strip()}") + "\n"
    for entry in page.entries:
        if entry.summary is not None:
            yield from details(entry.cluster, entry.summary)


def overview(entry: Entry, summary: Summary | None) -> Iterator[str]:
    """The cells of a workload's row."""
    yield f"`{entry.workload}`"
    yield entry.cluster
    if summary is None:
        yield from ("**no plan**", *[""] * (len(HEAD) - 3))
        return
    plan = summary.plan
    yield accelerators(summary)
    yield f"{strategy(plan)}, {plan.precision}" if plan else ""
    yield batch(plan) if plan else ""
    yield fit(plan) if plan else ""
    yield "; ".join(asked if len(summary.pods) == 1 else f"{role}: {asked}" for role, asked in pods(summary))
    yield storage(summary)


def fit(plan: TrainingPlan) -> str:
    """`49.2 to 65.1 of 80.0`."""
    total = plan.memory.total
    return f"{gib(total.low)} to {gib(total.high)} of {gib(plan.memory.card)}"


def details(cluster: str, summary: Summary) -> Iterator[str]:
    """Memory and reasons of a workload."""
    if not summary.reasons and summary.plan is None:
        return
    yield f"\n<details><summary><code>{text(summary.workload)}</code> on {text(cluster)}</summary>\n\n"
    for number, reason in enumerate(summary.reasons, start=1):
        yield f"{number}. {text(reason.text)}\n"
    if summary.plan is not None:
        yield "\n"
        yield from memory(summary.plan)
    yield "\n</details>\n"


def memory(plan: TrainingPlan) -> Iterator[str]:
    """Memory of one card by part, in GiB."""
    yield row(("GiB a card", "low", "expected", "high"))
    yield row(("---", "---:", "---:", "---:"))
    for part, size in memory_rows(plan):
        yield row((part, *(gib(one) for one in size)))
    yield row((LIMIT, gib(plan.memory.card), "", ""))


def row(cells: Sequence[str] | Iterator[str]) -> str:
    """A row of a table; a bar in a cell does not end it."""
    return f"| {' | '.join(text(cell).replace('|', chr(92) + '|') for cell in cells)} |\n"


def text(said: str) -> str:
    """Text that begins no element of HTML."""
    return printable(said).replace("<", "&lt;")
