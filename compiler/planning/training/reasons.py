"""Why a plan is as it is: sentences with their numbers, and the table by part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import get_args

from compiler.planning.training import problems
from compiler.planning.training.coefficients import BYTES
from compiler.planning.training.memory import Load
from compiler.planning.training.placement import Placement
from compiler.planning.training.ranges import gib
from compiler.planning.training.states import Model
from compiler.planning.training.strategy import Choice, Option, excluded
from compiler.planning.training.values import Ask, Fault, Range, Reason, Strategy, TrainingPlan
from compiler.planning.training.zero import Zero

HOST_LINK = 25_000_000_000
"""Bytes a second that a card exchanges with its node over PCIe 4.0 x16; others are slower, few are faster."""

HOST_ADAM = 4_000_000_000
"""Parameters a second that a large node updates. Source: Ren et al. 2021, arXiv:2101.06840, table 4."""

PASSES = 3
"""Times that offloaded parameters are fetched for a micro step: forward, forward again with checkpointing, backward."""


def reasons_of(
    ask: Ask, plan: TrainingPlan, options: Sequence[Option], choice: Choice, micro_batches: tuple[int, ...]
) -> tuple[Reason, ...]:
    """The decisions of a plan in their order."""
    return (
        Reason("accelerator", _placement(ask, plan)),
        Reason("precision", _precision(ask, plan)),
        Reason("trained", _trained(ask, plan)),
        *(Reason("strategy", text) for text in _impossible(ask, plan)),
        *(Reason("strategy", text) for text in _passed_over(plan, options, choice, micro_batches)),
        Reason("strategy", _strategy(ask, plan, choice)),
        *(Reason("strategy", text) for text in _buckets(ask, choice.option.zero)),
        Reason("batch", _batch(plan, choice, micro_batches)),
        *(Reason("memory", text) for text in _logits(plan)),
        Reason("pod", _host(ask, plan, choice)),
    )


def room(size: int) -> str:
    """Main memory, whole where it is: `256 GiB`."""
    return f"{gib(size).removesuffix('.0')} GiB"


def table(load: Load, micro_batch: int, card: int) -> Iterator[str]:
    """Memory of one card by part, in GiB, a line each."""
    yield f"{'GiB a card':<12} {'low':>8} {'expected':>8} {'high':>8}"
    for part, bounds in load.parts(micro_batch).items():
        yield _row(part, bounds)
    yield _row("all", load.at(micro_batch))
    yield f"{'the card has':<12} {gib(card):>8}"


def too_large(ask: Ask, option: Option, micro_batch: int, card: int) -> str:
    """That the leanest way is too large: for the card, or for the node."""
    total, host = option.load.at(micro_batch), option.host
    asked = f"{ask.cards} x `{ask.pool.card.id}`"
    named = _named(option.zero)
    how = f"{named[0].lower()}{named[1:]} and with micro batch {micro_batch}"
    if host.impossible and host.limit is not None:
        return (
            f"Training with `method: {ask.method}` does not fit {asked}: {how} it takes {gib(host.needed.low)} to "
            f"{gib(host.needed.high)} GiB of main memory a node, of {gib(host.limit)}."
        )
    return (
        f"Training with `method: {ask.method}` does not fit {asked}: {how} it takes {gib(total.low)} to "
        f"{gib(total.high)} GiB a card, of {gib(card)}."
    )


def left_out(options: Sequence[Option], shown: Option) -> Iterator[str]:
    """Offload that main memory does not allow."""
    for option in options:
        host = option.host
        if option is shown or not option.zero.offload_optimizer or host.certain:
            continue
        what = "optimizer and parameters" if option.zero.offload_parameters else "the optimizer"
        has = "the cluster does not state what a node has" if host.limit is None else f"a node has {gib(host.limit)}"
        yield f"With {what} offloaded, up to {gib(host.needed.high)} GiB of main memory a node: {has}."


def slowness(model: Model, zero: Zero, placement: Placement, steps: int) -> Fault:
    """How slow offload is: what a card moves in an optimizer step, and what processors update.

    Gradients go down and updated weights up, 2t / N each in 16 bit; offloaded parameters go up for every pass. A lower
    bound: nothing of the computation and of the network is in it.
    """
    size, world = BYTES[model.precision], placement.world
    moved = size * model.trained * (steps + 1) // world
    if zero.offload_parameters:
        moved += PASSES * steps * size * model.parameters // world
    updated = model.trained // placement.nodes if zero.offload_optimizer else 0
    seconds = moved / HOST_LINK + updated / HOST_ADAM
    return problems.slow_offload(seconds, moved, updated, zero.offload_parameters)


def _placement(ask: Ask, plan: TrainingPlan) -> str:
    card = ask.pool.card.id
    if plan.nodes == 1:
        return f"{plan.per_node} `{card}` of one node, which has {ask.pool.per_node}."
    full = "full " if plan.per_node == ask.pool.per_node else ""
    return f"{plan.world} `{card}` are {plan.nodes} {full}nodes with {plan.per_node} each."


def _precision(ask: Ask, plan: TrainingPlan) -> str:
    card = ask.pool.card
    why = {
        "bf16": f"`{card.id}` has it" if card.bf16 else "it is asked for",
        "fp16": "it is asked for" if card.bf16 else f"`{card.id}` has no bf16",
        "fp32": "it is asked for" if card.memory else f"`{card.id}` has no card",
    }
    return f"Computed in {plan.precision}: {why[plan.precision]}."


def _trained(ask: Ask, plan: TrainingPlan) -> str:
    what = {
        "full": "all weights",
        "freeze": f"the last {ask.freeze_layers} layers",
        "lora": f"adapters of rank {ask.lora_rank}",
        "qlora": f"adapters of rank {ask.lora_rank} beside weights in 4 bit",
    }
    return f"{plan.trainable:,} parameters are trained: {what[ask.method]}."


def _impossible(ask: Ask, plan: TrainingPlan) -> Iterator[str]:
    """Cheaper strategies that the training does not run with; ZeRO-1 is none that is taken unasked."""
    cheaper = get_args(Strategy)[: get_args(Strategy).index(plan.strategy)]
    for strategy, why in excluded(ask, plan.world).items():
        if ask.deepspeed == "auto" and strategy in cheaper and strategy != "zero1":
            yield why


def _passed_over(
    plan: TrainingPlan, options: Sequence[Option], choice: Choice, micro_batches: tuple[int, ...]
) -> Iterator[str]:
    """Cheaper strategies that do not fit."""
    least, card = micro_batches[-1], plan.memory.card
    for option in options:
        if option is choice.option:
            return
        high = option.load.at(least).high
        if high > card:
            yield f"{_named(option.zero)}, micro batch {least} would take up to {gib(high)} of {gib(card)} GiB a card: too much."
        else:
            yield f"{_named(option.zero)}, up to {gib(option.host.needed.high)} GiB of main memory a node would be needed: too much."


def _strategy(ask: Ask, plan: TrainingPlan, choice: Choice) -> str:
    total, card = plan.memory.total, plan.memory.card
    certain = "the cheapest that fits" if total.high <= card else "the cheapest that may fit, with what the spec fixes"
    asked = "as asked for" if ask.deepspeed != "auto" else certain
    fits = f"{gib(total.low)} to {gib(total.high)} of {gib(card)} GiB a card, {gib(total.expected)} expected"
    return f"{_named(choice.option.zero)}: {fits}; {asked}."


def _buckets(ask: Ask, zero: Zero) -> Iterator[str]:
    """Where the sizes of the buffers come from."""
    hidden = ask.facts.hidden
    if not zero.reduce_bucket or not isinstance(ask.deepspeed, str) or hidden is None:
        return
    if zero.stage < 3:
        yield f"Buckets of {zero.reduce_bucket:,} elements, 16 x {hidden}²: nearly a layer, for the link between cards."
    else:
        yield (
            f"Buckets of {zero.reduce_bucket:,} elements, {hidden}²: a module at a time; {zero.gather_bucket:,} are "
            "gathered ahead."
        )


def _batch(plan: TrainingPlan, choice: Choice, micro_batches: tuple[int, ...]) -> str:
    steps = "1 step" if plan.accumulation == 1 else f"{plan.accumulation} steps"
    product = f"Micro batch {plan.micro_batch} x {steps} x {plan.world} = {plan.global_batch} sequences"
    larger = [one for one in micro_batches if one > plan.micro_batch]
    if not larger:
        return f"{product}."
    high = choice.option.load.at(larger[-1]).high
    return f"{product}; micro batch {larger[-1]} would take up to {gib(high)} GiB."


def _logits(plan: TrainingPlan) -> Iterator[str]:
    """Where the logits weigh most."""
    parts = plan.memory.parts
    logits = parts.get("logits")
    if logits is not None and all(logits.expected >= one.expected for one in parts.values()):
        yield (
            f"Logits are the largest part, {gib(logits.expected)} of {gib(plan.memory.total.expected)} GiB: "
            "a fused loss, which never holds them, would save nearly all of it."
        )


def _host(ask: Ask, plan: TrainingPlan, choice: Choice) -> str:
    needed = choice.option.host.needed
    size = f"{room(plan.memory.host)} of main memory and {plan.cpu} cores a pod"
    if choice.option.zero.offload_optimizer:
        return f"{size}: offloaded states and processes take up to {gib(needed.high)} GiB."
    if not ask.pool.card.memory:
        return f"{size}: the processes compute there."
    return f"{size}: {_processes(plan.per_node)} the weights, and {room(plan.shm)} of shared memory."


def _processes(count: int) -> str:
    return "one process that loads" if count == 1 else f"{count} processes that load"


def _named(zero: Zero) -> str:
    if not zero.deepspeed:
        return "Without DeepSpeed"
    if zero.offload_parameters:
        return f"With {zero.strategy} of optimizer and parameters"
    return f"With {zero.strategy} of the optimizer" if zero.offload_optimizer else f"With {zero.strategy}"


def _row(name: str, bounds: Range) -> str:
    low, expected, high = (gib(one) for one in bounds)
    return f"{name:<12} {low:>8} {expected:>8} {high:>8}"
