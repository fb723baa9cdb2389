"""What the formats of the change view share: a view, and how its parts are said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from compiler.change.values import Outcome, Verdict, View
from compiler.diagnostics import Severity

GIB = 1 << 30

LEVELS = {
    Verdict.DATA_AT_RISK: Severity.ERROR,
    Verdict.REJECTED: Severity.ERROR,
    Verdict.IGNORED: Severity.WARNING,
    Verdict.SECOND_CLUSTER: Severity.WARNING,
}
"""How bad verdicts are; the others are for information."""


class Page(NamedTuple):
    """A view, and what it is told on."""

    view: View
    base: str
    """What it is compared with, as the user names it."""

    prefix: str = ""
    """What stands before the name of a file of the repo."""

    colour: bool = False


def level(outcome: Outcome) -> Severity:
    """How bad an outcome is. One that is meant is no error any more."""
    if outcome.acknowledged:
        return Severity.INFO
    return LEVELS.get(outcome.judged.verdict, Severity.INFO)


def counted(view: View) -> dict[Verdict, int]:
    """Objects by verdict, the most severe first."""
    counts = Counter(one.judged.verdict for one in view.outcomes)
    return {verdict: counts[verdict] for verdict in sorted(counts, reverse=True)}


def sums(view: View) -> Iterator[tuple[str, str]]:
    """The totals that are not nothing, each with its title."""
    totals = view.totals
    if totals.gpus_before or totals.gpus_after:
        yield (
            "GPUs",
            _way(totals.gpus_before, totals.gpus_after)
            + (f", up to {totals.peak} for a while" if totals.surge else ""),
        )
    if totals.storage_before != totals.storage_after:
        yield "Storage", f"{gib(totals.storage_before)} -> {gib(totals.storage_after)} GiB"
    if totals.download:
        yield "To download", f"about {gib(totals.download)} GiB"
    if totals.runs:
        yield "Runs that start", str(totals.runs)


def gib(count: int) -> str:
    """Bytes in GiB, without digits that say nothing.

    >>> gib(53_687_091_200), gib(1_610_612_736)
    ('50', '1.5')
    """
    return f"{count / GIB:.1f}".removesuffix(".0")


def _way(before: int, after: int) -> str:
    return f"{before} -> {after} ({after - before:+d})" if before != after else str(after)


def plain(value: Any) -> Any:
    """A value of an object as JSON has it."""
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)
