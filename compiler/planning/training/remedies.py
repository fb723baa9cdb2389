"""What would make a training fit: each change is planned like the original, and named only where it works."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from compiler.planning.training import problems
from compiler.planning.training.ranges import gib
from compiler.planning.training.values import Ask, Decided, TrainingPlan

MOST = 3
"""Ways out that are named."""

SHORTEST = 256
"""Tokens below which sequences are not shortened."""

Change = tuple[str, Ask]


def ways_out(ask: Ask, plan: Callable[[Ask], Decided]) -> tuple[str, ...]:
    """The cheapest changes with which a training fits, a line each."""
    found: list[str] = []
    for changes in families(ask):
        for label, changed in changes:
            decided = plan(changed)
            if decided.plan is not None and not _tight(decided):
                found.append(f"{label}: {_summary(decided.plan)}")
                break
        if len(found) == MOST:
            break
    return tuple(f"{number}. {line}" for number, line in enumerate(found, 1))


def families(ask: Ask) -> Iterator[Iterator[Change]]:
    """Kinds of changes, the cheapest first; of each kind the smallest change that works is taken."""
    yield _released(ask)
    yield _checkpointing(ask)
    yield _method(ask, "qlora")
    yield _method(ask, "lora")
    yield _sequence(ask)
    yield _offload(ask)
    yield _cards(ask)
    yield _pools(ask)


def _released(ask: Ask) -> Iterator[Change]:
    """What the spec fixes, left to be decided."""
    if ask.micro_batch is not None:
        yield "`microBatchSize` left out", ask._replace(micro_batch=None)
    if ask.deepspeed != "auto":
        yield "`deepspeed: auto`", ask._replace(deepspeed="auto")
    if ask.micro_batch is not None and ask.deepspeed != "auto":
        yield "`deepspeed: auto` and `microBatchSize` left out", ask._replace(deepspeed="auto", micro_batch=None)


def _checkpointing(ask: Ask) -> Iterator[Change]:
    if not ask.checkpointing:
        yield "`gradientCheckpointing: true`", ask._replace(checkpointing=True)


def _method(ask: Ask, method: str) -> Iterator[Change]:
    """Adapters in place of what is trained. They can have another strategy than all weights."""
    if ask.method == method or (ask.method == "qlora" and method == "lora"):
        return
    changed = ask._replace(method=method)  # type: ignore[arg-type]
    yield f"`method: {method}`", changed
    if ask.deepspeed != "auto" or ask.micro_batch is not None:
        yield f"`method: {method}` with `deepspeed: auto`", changed._replace(deepspeed="auto", micro_batch=None)


def _sequence(ask: Ask) -> Iterator[Change]:
    tokens = ask.sequence // 2
    while tokens >= SHORTEST:
        yield f"`sequenceLength: {tokens}`", ask._replace(sequence=tokens)
        tokens //= 2


def _offload(ask: Ask) -> Iterator[Change]:
    """Offload to main memory that the cluster does not state: then only asking for it takes it."""
    if ask.deepspeed != "zero3-offload" and ask.pool.node_memory is None and ask.pool.card.memory:
        yield "`deepspeed: zero3-offload`", ask._replace(deepspeed="zero3-offload")


def _cards(ask: Ask) -> Iterator[Change]:
    cards = ask.cards * 2
    while cards <= ask.pool.cards:
        yield f"`count: {cards}`", ask._replace(cards=cards)
        cards *= 2


def _pools(ask: Ask) -> Iterator[Change]:
    """The other accelerators of the cluster, as many as asked for and then more, the smaller cards first."""
    for pool in sorted(ask.others, key=lambda one: (one.card.memory, one.card.id)):
        cards = ask.cards
        while pool.card.memory and cards <= pool.cards:
            yield f"`accelerator: {{type: {pool.card.id}, count: {cards}}}`", ask._replace(pool=pool, cards=cards)
            cards *= 2


def _tight(decided: Decided) -> bool:
    return any(one.code == problems.TIGHT.id for one in decided.faults)


def _summary(plan: TrainingPlan) -> str:
    memory = plan.memory
    how = "without DeepSpeed" if plan.strategy == "none" else f"with {plan.strategy}"
    size = f"at most {gib(memory.total.high)} of {gib(memory.card)} GiB"
    host = f", {gib(memory.host)} GiB of main memory a node" if plan.strategy == "zero3-offload" else ""
    return f"{how} and micro batch {plan.micro_batch}, {size}{host}"
