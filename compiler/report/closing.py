"""The last lines of a run, for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from compiler.diagnostics import Diagnostic
from compiler.report.base import Summary, counts, enumerated
from compiler.report.printable import printable


def closing(found: Iterable[Diagnostic], summary: Summary, verdict: str, seconds: float) -> Iterator[str]:
    """What there is, what could not be checked, what became of the tree, and how many findings.

    `verdict` is the command's own sentence about the tree, empty where it has none.
    """
    if summary.objects:
        total = plural(sum(summary.objects.values()), "object")
        yield f"{total} for {plural(len(summary.clusters), 'cluster')}: {listed(summary.objects)}."
    if summary.unchecked:
        yield f"Not checked, for want of a schema: {listed(summary.unchecked)}."
    if verdict:
        yield verdict
    levels = [plural(number, level.label) for level, number in counts(found).items() if number]
    yield f"{enumerated(levels, 'and') or 'No findings'} in {seconds:.2f} s."


def plural(number: int, noun: str) -> str:
    """A number with its noun: `1 error`, `2 errors`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def listed(numbers: Mapping[str, int]) -> str:
    """Numbers by name, in the names' order: `2 ConfigMap, 3 Job`."""
    return ", ".join(f"{number} {printable(name)}" for name, number in sorted(numbers.items()))
