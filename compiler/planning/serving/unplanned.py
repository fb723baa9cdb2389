"""Services of whose memory nothing is known: they get the cards that are asked for, and nothing checks whether they fit."""

from __future__ import annotations

from compiler.diagnostics import Diagnostic, Staged
from compiler.linking.accelerators import Resolved
from compiler.linking.serving import Service
from compiler.planning.serving import problems_of_services as problems
from compiler.planning.serving.arguments import Given
from compiler.planning.serving.values import Reason, ServingPlan
from compiler.planning.training.placement import CORES_OF_CARD, SHARED_OF_CARD, USABLE
from compiler.planning.training.ranges import NOTHING
from compiler.planning.training.values import Memory

GIB = 1 << 30
CORES = 2
"""Of a server without a card."""

MEMORY = 8 * GIB
"""Main memory of a server without a card, and of each card, where the cluster does not say what a node has."""

MEMORY_OF_CARD = 32 * GIB


def unplanned(
    service: Service, resolved: Resolved, cards: int | None, given: Given, context: int | None
) -> Staged[ServingPlan | None]:
    """Cards as asked for, on one node or, in equal parts, on several; cores and memory by their share of the node."""
    pool = resolved.pool
    count = cards or 1
    per_node = max(1, pool.per_node)
    tensor = given.tensor or _part(count, per_node)
    pipeline = given.pipeline or max(1, count // tensor)
    wrong = _check(service, count, tensor * pipeline, pool.cards)
    if wrong is not None:
        return Staged(None, [wrong])
    asks = pool.card.resource is not None
    share = min(1.0, tensor / per_node)
    cpu = tensor * CORES_OF_CARD if asks else CORES
    if pool.node_cpu is not None:
        cpu = max(1, min(cpu, int(pool.node_cpu * USABLE / 100 * share)))
    host = tensor * MEMORY_OF_CARD if asks else MEMORY
    if pool.node_memory is not None:
        host = max(GIB, min(host, int(pool.node_memory * USABLE / 100 * share)))
    text = f"{count} `{pool.card.id}` as asked for: of its memory nothing is known."
    plan = ServingPlan(
        tensor=tensor,
        pipeline=pipeline,
        nodes=pipeline if count > per_node else 1,
        per_node=tensor if count > per_node else count,
        context=given.context or context or 0,
        utilization=given.utilization or 0.9,
        memory=Memory({}, NOTHING, pool.card.memory, host),
        cache_tokens=0,
        token_bytes=0,
        cpu=cpu,
        shm=(SHARED_OF_CARD * tensor) if asks else 0,
        reasons=(Reason("accelerator", text),),
    )
    return Staged(plan)


def _part(count: int, per_node: int) -> int:
    """Cards of one pod: all of them where they stand on one node, else the most that parts them evenly."""
    if count <= per_node:
        return count
    return next(one for one in range(per_node, 0, -1) if count % one == 0)


def _check(service: Service, count: int, split: int, there: int) -> Diagnostic | None:
    at = service.at("accelerator", "count") if service.cards else service.origin
    if count > there:
        wrong = f"{count} cards are asked for, and the cluster has {there}."
        return problems.card_cannot(at, wrong, "Ask for fewer.")
    if split != count:
        wrong = f"The parallel sizes make {split}, and {count} cards are asked for."
        return problems.card_cannot(at, wrong, "Correct `parallelism`.")
    return None
