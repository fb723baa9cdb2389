"""Services: what serves a model, on how many cards, and what its cache holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from compiler.explaining import Aspect
from compiler.linking.serving import Service
from compiler.report.plan.base import each_pod, gib
from compiler.report.plan.sections import asked_for, decided, memory_section, pods_section
from compiler.report.plan.view import LIMIT, Limit, Rows, Table, View

if TYPE_CHECKING:
    from compiler.linking.serving import Scale
    from compiler.planning.serving.values import ServingPlan
    from compiler.planning.summary import Summary

ACCELERATOR = (("accelerator",), ("parallelism",))
LENGTH = (("context",), ("concurrency",), ("replicas", "target"))
WEIGHTS = (("model",), ("adapters",), ("file",), ("quantization",))
SERVER = (("runtime",), ("engine",), ("image",), ("arguments",))
REPLICAS = (("replicas",), ("canary",))
ASPECTS: Mapping[str, Aspect] = MappingProxyType({
    "runtime": Aspect(frozenset({"runtime"}), rows=frozenset({"runtime"}), fields=SERVER),
    "engine": Aspect(frozenset({"engine"}), rows=frozenset({"runtime"}), fields=(("engine",),)),
    "accelerator": Aspect(frozenset({"accelerator"}), rows=frozenset({"accelerators"}), fields=ACCELERATOR),
    "weights": Aspect(frozenset({"weights"}), fields=WEIGHTS),
    "parallelism": Aspect(frozenset({"parallelism"}), rows=frozenset({"parallelism"}), fields=ACCELERATOR),
    "context": Aspect(frozenset({"context"}), rows=frozenset({"context"}), fields=(("context",),)),
    "cache": Aspect(frozenset({"cache"}), rows=frozenset({"cache"}), fields=LENGTH),
    "memory": Aspect(
        frozenset({"runtime", "weights", "context", "cache"}),
        parts=frozenset({"memory"}),
        fields=(("quantization",), *LENGTH),
    ),
    "replicas": Aspect(frozenset({"replicas"}), rows=frozenset({"replicas"}), fields=REPLICAS),
    "pod": Aspect(frozenset({"pod"}), parts=frozenset({"pods"}), fields=(("resources",),)),
    "endpoints": Aspect(rows=frozenset({"endpoints"}), fields=(("port",), ("expose",))),
})  # fmt: skip

COUNTED: Mapping[str, str] = MappingProxyType({
    "concurrency": "{} requests at once",
    "rps": "{} requests a second",
    "cpu": "{} percent of the cores",
    "memory": "{} percent of the memory",
})  # fmt: skip
SHARE = "the server's share"


def accelerators(summary: Summary, plan: ServingPlan, of: str = "") -> str:
    """Cards of one replica: `1 x a100-80gb a replica`; `16 x h100-80gb, 2 nodes with 8 each`."""
    nodes = f", {plan.nodes} nodes with {plan.per_node} each" if plan.nodes > 1 else ""
    return f"{plan.cards} x {summary.accelerator}{of}{nodes}"


def replicas(scale: Scale | None) -> str:
    """`2`; `1 to 4, counted by 16 requests at once`."""
    if scale is None or scale.fixed:
        return str(scale.least) if scale is not None else ""
    bounds = f"{scale.least} to {scale.most}"
    if scale.metric is None or scale.value is None:
        return bounds
    return f"{bounds}, counted by {COUNTED[scale.metric].format(scale.value)}"


def parallelism(plan: ServingPlan) -> str:
    """`tensor 8, pipeline 2`."""
    return f"tensor {plan.tensor}, pipeline {plan.pipeline}"


def cache(plan: ServingPlan) -> str:
    """`1,054,688 tokens, 64 full sequences`: what one replica keeps at once."""
    if not plan.token_bytes:
        return "none"
    held = sequences(plan)
    return f"{plan.cache_tokens:,} tokens, {held:,} full {'sequence' if held == 1 else 'sequences'}"


def sequences(plan: ServingPlan) -> int:
    """Sequences of full length that the cache holds; 0 where nothing is known of their length."""
    return plan.sequences if plan.context else 0


def rows(summary: Summary) -> Rows:
    """What was decided, a line a subject. Of a server that nothing is known of, only what it gets."""
    plan = summary.serving
    if plan is None:
        return
    yield "runtime", f"{summary.runtime}, as {summary.kind}"
    yield "accelerators", accelerators(summary, plan, " a replica" if _several(summary) else "")
    yield "replicas", replicas(summary.scale)
    if plan.memory.parts:
        yield "parallelism", parallelism(plan)
        yield "context", f"{plan.context} tokens"
        yield "cache", cache(plan)
    yield from each_pod(summary)
    for number, address in enumerate(summary.endpoints):
        yield "endpoints" if number == 0 else "", address


def _several(summary: Summary) -> bool:
    return summary.scale is not None and summary.scale.most > 1


def cells(summary: Summary) -> Iterator[str]:
    """The same, as the cells of a row."""
    plan = summary.serving
    if plan is None:
        yield from [""] * len(HEAD)
        return
    known = bool(plan.memory.parts)
    yield summary.runtime or ""
    yield accelerators(summary, plan)
    yield replicas(summary.scale)
    yield f"{plan.context} tokens" if known else ""
    yield cache(plan) if known else ""
    yield fit(plan) if known else ""
    asked = each_pod(summary)
    yield "; ".join(text if len(summary.pods) == 1 else f"{role}: {text}" for role, text in asked)
    yield ", ".join(summary.endpoints)


def fit(plan: ServingPlan) -> str:
    """`16.0 to 19.5 of 72.0`: memory of a card, of what the server takes."""
    total = plan.memory.total
    return f"{gib(total.low)} to {gib(total.high)} of {gib(share(plan))}"


def share(plan: ServingPlan) -> int:
    """Bytes of a card that the server takes."""
    # In millionths, as planning counts them: a product of floats could differ by a byte.
    return plan.memory.card * round(plan.utilization * 1_000_000) // 1_000_000


def table(summary: Summary) -> Table | None:
    """Memory against what the server takes of a card. None where nothing is known of the server's."""
    plan = summary.serving
    if plan is None or not plan.memory.parts:
        return None
    card, taken = plan.memory.card, share(plan)
    whole = Limit(LIMIT, card)
    if taken == card:
        return Table(plan.memory, (whole,), card)
    part = Limit(SHARE.removeprefix("the "), taken, f"{plan.utilization * 100:g}% of the card")
    return Table(plan.memory, (part, whole), taken, SHARE)


def fields(summary: Summary | None) -> dict[str, Any]:
    """What is decided about a service."""
    plan = summary.serving if summary is not None else None
    known = plan if plan is not None and plan.memory.parts else None
    cards = bool(summary and any(one.cards for one in summary.pods))
    return {
        "runtime": summary and summary.runtime,
        "replicas": summary and summary.scale and bounds(summary.scale),
        "replicaGpus": plan and (plan.cards if cards else 0),
        "replicaNodes": plan and plan.nodes,
        "tensorParallel": known and known.tensor,
        "pipelineParallel": known and known.pipeline,
        "context": known and known.context,
        "cacheTokens": known and known.cache_tokens,
        "sequences": known and sequences(known),
        "utilization": known and known.utilization,
        "endpoints": [*summary.endpoints] if summary else [],
    }


def bounds(scale: Scale) -> dict[str, Any]:
    """Replicas, and what they are counted by; null where nothing counts them."""
    counted = not scale.fixed
    return {
        "min": scale.least,
        "max": scale.most,
        "metric": scale.metric if counted else None,
        "target": scale.value if counted else None,
    }


HEAD = ("Runtime", "Accelerators of a replica", "Replicas", "Context", "Cache", "GiB a card", "Each pod", "Endpoints")
VIEW = View(
    workloads=(Service,),
    aspects=ASPECTS,
    rows=rows,
    head=HEAD,
    cells=cells,
    fields=fields,
    nothing="Nothing is decided about that: the server does.",
    always=(decided, asked_for),
    sections={"memory": memory_section, "pods": pods_section},
    table=table,
)
