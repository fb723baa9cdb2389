"""Findings about services: what does not fit, cannot be split, or is more than the cluster has.

Planning makes `Fault`s, which know the way to a value and no file; `diagnostic_of` gives them their place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.diagnostics import Code, Diagnostic, Located, Severity
from compiler.planning.training.ranges import gib
from compiler.planning.training.values import Fault, Pool

if TYPE_CHECKING:
    from compiler.planning.serving.values import ServingPlan

VLLM = "https://docs.vllm.ai/en/latest/serving/parallelism_scaling/"
PAGED = "https://arxiv.org/abs/2309.06180"

DOES_NOT_FIT = Code(
    "HYD520",
    Severity.ERROR,
    "A service that does not fit its accelerators.",
    "The server would load its weights for minutes, and stop because no memory is left for the cache of one sequence.",
    bad="services:\n  chat: {model: llama-3.3-70b-instruct, accelerator: {type: a100-80gb, count: 1}}",
    good="services:\n  chat: {model: llama-3.3-70b-instruct, accelerator: {type: a100-80gb}}   # the count is planned",
    source=PAGED,
)
TIGHT = Code(
    "HYD521",
    Severity.WARNING,
    "A service that fits only if memory stays below the high estimate.",
    "What a spec fixes is followed, and the server may stop when it starts, or under load.",
    bad="services:\n  chat: {model: qwen2.5-72b-instruct, context: 32768, accelerator: {type: h100-80gb, count: 2}}",
    good="services:\n  chat: {model: qwen2.5-72b-instruct, context: 32768, accelerator: {type: h100-80gb, count: 4}}",
    source=PAGED,
)
NOT_DIVIDED = Code(
    "HYD522",
    Severity.ERROR,
    "A tensor parallel size that does not divide the model, or is more than a node has.",
    "The server stops when it starts: heads and groups of quantised weights are not cut.",
    bad="services:\n  chat: {model: qwen2.5-7b-instruct, parallelism: {tensor: 8}}   # 28 query heads",
    good="services:\n  chat: {model: qwen2.5-7b-instruct, parallelism: {tensor: 4}}",
    source=VLLM,
)
NO_SPLIT = Code(
    "HYD523",
    Severity.ERROR,
    "A number of accelerators that a replica cannot be split over.",
    "Every card has an equal part of each layer of its stage, and every pod has as many cards.",
    bad="accelerator: {type: a100-80gb, count: 11}   # 8 a node",
    good="accelerator: {type: a100-80gb, count: 8}",
    source=VLLM,
)
TOO_MANY_CARDS = Code(
    "HYD524",
    Severity.ERROR,
    "Replicas that need more accelerators than the cluster has.",
    "The last of them would wait for ever.",
    bad="services:\n  chat: {replicas: {min: 1, max: 65}}   # a card each, the cluster has 64",
    good="services:\n  chat: {replicas: {min: 1, max: 64}}",
)
LONG_CONTEXT = Code(
    "HYD526",
    Severity.ERROR,
    "A context that is longer than the model's.",
    "The server refuses it when it starts: positions that the model has never seen give no sense.",
    bad="services:\n  chat: {model: qwen2.5-7b-instruct, context: 65536}   # the model has 32768",
    good="services:\n  chat: {model: qwen2.5-7b-instruct, context: 32768}",
)
MISSING_FACT = Code(
    "HYD527",
    Severity.ERROR,
    "A model that does not state a number that planning a service needs.",
    "Without it, memory could only be guessed.",
    bad="models: {mine: {source: s3://models/mine}}",
    good="models:\n  mine: {source: s3://models/mine, facts: {parameters: 7.6B, layers: 28, hidden: 3584, intermediate: 18944, heads: 28, kvHeads: 4, vocab: 152064, context: 32768}}",
)
FEWER_SEQUENCES = Code(
    "HYD528",
    Severity.INFO,
    "A cache that holds fewer sequences of full length than are asked for.",
    "When more long requests come at once, some of them wait; short ones share the same memory.",
    bad="services:\n  chat: {context: 32768, concurrency: 256, accelerator: {type: l4, count: 1}}",
    good="services:\n  chat: {context: 8192, concurrency: 8, accelerator: {type: l4, count: 1}}",
    source=PAGED,
)
NOT_BY_RUNTIME = Code(
    "HYD529",
    Severity.ERROR,
    "A model that the runtime cannot split as asked for.",
    "The server has no such argument, or would use one card and leave the others idle.",
    bad="services:\n  chat: {runtime: llama.cpp, parallelism: {tensor: 2}}",
    good="services:\n  chat: {runtime: vllm, parallelism: {tensor: 2}}",
)
UNKNOWN_NODE = Code(
    "HYD530",
    Severity.WARNING,
    "A service on processors of nodes whose main memory is not stated.",
    "Whether it fits cannot be checked; a pod that asks for too much is never scheduled.",
    bad="# clusters/prod.yaml\naccelerators: {cpu: {count: 8}}",
    good="# clusters/prod.yaml\naccelerators: {cpu: {count: 8, node: {cpu: 32, memory: 128Gi}}}",
)

CODES = {one.id: one for one in tuple(globals().values()) if isinstance(one, Code)}
"""Every code of this page by its id."""


def diagnostic_of(fault: Fault, at: Located) -> Diagnostic:
    """The finding at a place: that of `fault.about`, or of what is nearest to it in the source."""
    return Diagnostic(CODES[fault.code], at, fault.wrong, fault.do, fault.candidates, fault.notes)


def is_error(fault: Fault) -> bool:
    """Whether there can be no plan beside it."""
    return CODES[fault.code].severity is Severity.ERROR


def does_not_fit(wrong: str, do: str, notes: tuple[str, ...]) -> Fault:
    """A service that does not fit."""
    return Fault(DOES_NOT_FIT.id, ("accelerator",), wrong, do, notes)


def tight(expected: int, high: int, budget: int, what: str) -> Fault:
    """What a spec fixes, between the low and the high estimate."""
    return Fault(
        TIGHT.id, ("accelerator",),
        f"With {what}, a card is expected to need {gib(expected)} GiB and may need {gib(high)} of the {gib(budget)} that the "
        "server takes.",
        "Take a shorter context or more cards, or leave the count to be decided.",
    )  # fmt: skip


def no_room(utilization: float, left: int, needed: int) -> Fault:
    """A part of a card that leaves too little beside it."""
    return Fault(
        TIGHT.id, ("arguments",),
        f"The server takes {utilization:.0%} of a card, which leaves {gib(left)} GiB for context and captured graphs; they are "
        f"expected to need {gib(needed)}.",
        "Lower it, or leave it to be decided.",
    )  # fmt: skip


def not_divided(tensor: int, why: str, possible: tuple[int, ...]) -> Fault:
    """A tensor parallel size that cannot be."""
    return Fault(
        NOT_DIVIDED.id, ("parallelism", "tensor"), f"The model cannot be split over {tensor} cards: {why}.",
        f"Take {_either(possible)}, or leave it to be decided.",
    )  # fmt: skip


def beyond_node(tensor: int, pool: Pool, possible: tuple[int, ...]) -> Fault:
    """A layer that is split over more cards than a node has."""
    return Fault(
        NOT_DIVIDED.id, ("parallelism", "tensor"),
        f"A layer cannot be split over {tensor} cards: a node has {pool.per_node} `{pool.card.id}`.",
        f"Take {_either(possible)}, and stages for the rest.",
    )  # fmt: skip


def no_split(about: tuple[str, ...], cards: int, pool: Pool, nearest: tuple[int, ...]) -> Fault:
    """A number of cards without a way to use them."""
    do = f"Ask for {_either(nearest)}, or leave the count to be decided." if nearest else "Leave it to be decided."
    return Fault(
        NO_SPLIT.id, about,
        f"A replica cannot be split over {cards} `{pool.card.id}` on nodes of {pool.per_node}: no tensor parallel size that "
        "divides the model makes equal stages and pods of them.",
        do,
    )  # fmt: skip


def not_stages(cards: int, tensor: int, pipeline: int) -> Fault:
    """Three numbers that do not go together."""
    return Fault(
        NO_SPLIT.id, ("parallelism",), f"{cards} cards are not {tensor} for each layer x {pipeline} stages.",
        f"Take {tensor * pipeline} cards, or leave the count to be decided.",
    )  # fmt: skip


def too_many_stages(pipeline: int, layers: int) -> Fault:
    """More stages than layers."""
    return Fault(
        NO_SPLIT.id, ("parallelism", "pipeline"), f"{layers} layers cannot be split into {pipeline} stages.",
        f"Take at most {layers}.",
    )  # fmt: skip


def too_many_cards(cards: int, pool: Pool) -> Fault:
    """A replica that is larger than the cluster."""
    return Fault(
        TOO_MANY_CARDS.id, ("accelerator", "count"),
        f"A replica with {cards} accelerators is asked for, and the cluster has {pool.cards} `{pool.card.id}`.",
        f"Ask for at most {pool.cards}, or name another accelerator.",
    )  # fmt: skip


def too_many_replicas(plan: ServingPlan, replicas: int, pool: Pool) -> Fault:
    """Replicas that are more than the cluster has cards for."""
    most = pool.cards // plan.cards
    return Fault(
        TOO_MANY_CARDS.id, ("replicas", "max"),
        f"{replicas} replicas with {plan.cards} `{pool.card.id}` each are {replicas * plan.cards}, and the cluster has {pool.cards}.",
        f"Take at most {most} replica{'s' if most != 1 else ''}.",
    )  # fmt: skip


def long_context(tokens: int, context: int) -> Fault:
    """A context beyond the model's."""
    return Fault(
        LONG_CONTEXT.id, ("context",), f"A context of {tokens} tokens is longer than the model's, {context}.",
        f"Take at most {context}.",
    )  # fmt: skip


def missing_fact(fact: str) -> Fault:
    """A number that the model's facts lack."""
    return Fault(
        MISSING_FACT.id, ("model",), f"The model's facts do not state `{fact}`, which planning needs.",
        f"Add `facts: {{{fact}: ...}}` to the model; its `config.json` has the number.",
    )  # fmt: skip


def fewer_sequences(plan: ServingPlan, asked: int, held: int) -> Fault:
    """A cache for fewer sequences than asked for."""
    return Fault(
        FEWER_SEQUENCES.id, ("concurrency",),
        f"The cache is sure to hold {held} of the {asked} sequences of {plan.context} tokens that are asked for.",
        "Take a shorter context or more cards, or accept that long requests wait.",
    )  # fmt: skip


def not_by_runtime(about: tuple[str, ...], what: str) -> Fault:
    """Something that the runtime does not do."""
    return Fault(
        NOT_BY_RUNTIME.id,
        about,
        f"The runtime does not split a model {what}.",
        "Take another runtime, or leave it out.",
    )


def unknown_node(pool: Pool) -> Fault:
    """Processors with unknown main memory."""
    return Fault(
        UNKNOWN_NODE.id, ("accelerator", "type"), f"The cluster does not state the main memory of nodes with `{pool.card.id}`.",
        "Add `node: {cpu: ..., memory: ...}` to the accelerator in the cluster's spec.",
    )  # fmt: skip


def _either(numbers: tuple[int, ...]) -> str:
    return " or ".join(str(one) for one in numbers)
