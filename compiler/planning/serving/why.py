"""Why a service runs by this runtime and engine, and how its pods are replaced."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.linking.program import Program
from compiler.planning.engines.base import Choice
from compiler.planning.serving.hub import hub_model
from compiler.planning.serving.values import Reason


def reasons_of(choice: Choice, program: Program) -> Iterator[Reason]:
    """What led to a choice, in the order in which it was made; what the service says itself has no reason."""
    service, runtime = choice.service, choice.runtime
    model = hub_model(choice.loaded, program) if choice.listed else None
    if model is not None:
        cards = f"{choice.plan.cards} `{choice.resolved.id}` with `{runtime.name}`"
        yield Reason("runtime", f"{cards}: the ModelSpec `{model.id}` lists them, and the cluster has them.")
    elif service.runtime is None:
        info = choice.loaded.info
        yield Reason("runtime", f"`{runtime.name}` is the first runtime for weights in {info.dtype} and {info.task}.")
    if service.engine is None:
        yield Reason("engine", f"`{choice.engine.name}` is the first of its engines that the cluster has.")
    if service.accelerator is None and not choice.listed:
        text = f"Of the cluster's accelerators, `{choice.resolved.id}` serves it with the least memory of cards."
        yield Reason("accelerator", text)
