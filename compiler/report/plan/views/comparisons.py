"""Comparisons: which services are asked, and where their answers go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from compiler.explaining import Aspect
from compiler.linking.serving import Comparison
from compiler.report.plan.base import each_pod, storage
from compiler.report.plan.sections import asked_for, decided, pods_section, storage_section
from compiler.report.plan.view import Rows, View

if TYPE_CHECKING:
    from compiler.planning.summary import Summary

ASPECTS: Mapping[str, Aspect] = MappingProxyType({
    "services": Aspect(rows=frozenset({"asks"}), fields=(("services",),)),
    "questions": Aspect(
        fields=(("questions",), ("maxTokens",), ("temperature",), ("seed",), ("parallel",), ("timeout",), ("attempt",))
    ),
    "pod": Aspect(parts=frozenset({"pods"})),
    "storage": Aspect(rows=frozenset({"writes to"}), parts=frozenset({"storage"}), fields=(("output",),)),
})  # fmt: skip


def rows(summary: Summary) -> Rows:
    """What is asked, and what comes of it, a line a subject."""
    for number, service in enumerate(summary.asks):
        yield "asks" if number == 0 else "", service
    yield "writes to", summary.writes or ""
    yield from each_pod(summary)
    yield "storage", storage(summary)


def cells(summary: Summary) -> Iterator[str]:
    """The same, as the cells of a row."""
    yield ", ".join(f"`{service}`" for service in summary.asks)
    yield summary.writes or ""
    yield "; ".join(asked for _, asked in each_pod(summary))
    yield storage(summary)


def fields(summary: Summary | None) -> dict[str, Any]:
    """Who is asked, and where the answers go."""
    return {"asks": [*summary.asks] if summary else [], "writes": summary and summary.writes}


VIEW = View(
    workloads=(Comparison,),
    aspects=ASPECTS,
    rows=rows,
    head=("Asks", "Writes to", "Each pod", "Storage"),
    cells=cells,
    fields=fields,
    nothing="Nothing is decided about that.",
    always=(decided, asked_for),
    sections={"pods": pods_section, "storage": storage_section},
)
