"""Models under ServingRuntimes of the cluster: what KServe chooses them by, and how many replicas there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from compiler.explaining import Aspect
from compiler.linking.serving import Predictor
from compiler.report.plan.base import each_pod
from compiler.report.plan.sections import asked_for, decided, pods_section
from compiler.report.plan.view import Rows, View
from compiler.report.plan.views.servings import replicas

if TYPE_CHECKING:
    from compiler.planning.summary import Summary

ASPECTS: Mapping[str, Aspect] = MappingProxyType({
    "runtime": Aspect(rows=frozenset({"runtime"})),
    "accelerator": Aspect(rows=frozenset({"accelerators"}), fields=(("accelerator",),)),
    "replicas": Aspect(rows=frozenset({"replicas"}), fields=(("replicas",), ("canary",))),
    "pod": Aspect(parts=frozenset({"pods"})),
    "endpoints": Aspect(rows=frozenset({"endpoints"})),
})  # fmt: skip


def rows(summary: Summary) -> Rows:
    """What is known of it, a line a subject."""
    yield "runtime", f"KServe's for `{summary.runtime}`, as {summary.kind}"
    if summary.accelerator is not None:
        yield "accelerators", _accelerators(summary)
    yield "replicas", replicas(summary.scale)
    yield from each_pod(summary)
    for number, address in enumerate(summary.endpoints):
        yield "endpoints" if number == 0 else "", address


def cells(summary: Summary) -> Iterator[str]:
    """The same, as the cells of a row."""
    yield f"`{summary.runtime}`"
    yield _accelerators(summary) if summary.accelerator is not None else ""
    yield replicas(summary.scale)
    yield "; ".join(text for _, text in each_pod(summary))
    yield ", ".join(summary.endpoints)


def fields(summary: Summary | None) -> dict[str, Any]:
    """None of its own: services have them all."""
    del summary
    return {}


def _accelerators(summary: Summary) -> str:
    return f"{summary.pods[0].cards} x {summary.accelerator} a replica"


VIEW = View(
    workloads=(Predictor,),
    aspects=ASPECTS,
    rows=rows,
    head=("Format", "Accelerators", "Replicas", "Each pod", "Endpoints"),
    cells=cells,
    fields=fields,
    nothing="Nothing is decided about that: the runtime does.",
    always=(decided, asked_for),
    sections={"pods": pods_section},
)
