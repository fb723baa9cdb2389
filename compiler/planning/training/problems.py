"""Findings about trainings: what cannot be placed, does not fit, or is not what it seems.

Planning makes `Fault`s, which know the way to a value and no file; `diagnostic_of` gives them their place.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from compiler.diagnostics import Code, Diagnostic, Located, Severity
from compiler.planning.training.ranges import gib
from compiler.planning.training.values import Card, Fault, Pool

if TYPE_CHECKING:
    from compiler.planning.training.values import Precision

ZERO = "https://arxiv.org/abs/1910.02054"
DEEPSPEED = "https://www.deepspeed.ai/docs/config-json/"

DOES_NOT_FIT = Code(
    "HYD901",
    Severity.ERROR,
    "A training that does not fit its accelerators.",
    "It would be scheduled, load its weights for minutes, and stop with an out-of-memory error.",
    bad="finetunes:\n  full:\n    model: llama-3.3-70b-instruct\n    method: full\n    accelerator: {type: l4, count: 1}",
    good="finetunes:\n  full:\n    model: llama-3.3-70b-instruct\n    method: qlora\n    accelerator: {type: a100-80gb, count: 1}",
    source=ZERO,
)
TIGHT = Code(
    "HYD902",
    Severity.WARNING,
    "A training that fits only if memory stays below the high estimate.",
    "What a spec fixes is followed, and may run out of memory on a long batch or after hours.",
    bad="hyperparameters: {microBatchSize: 8}   # 80.5 GiB expected of 80",
    good="hyperparameters: {}   # the largest micro batch that fits is taken",
)
TOO_MANY_CARDS = Code(
    "HYD903",
    Severity.ERROR,
    "More accelerators than the cluster has.",
    "The pods would wait for ever, or until a gang scheduler gives up.",
    bad="accelerator: {type: a100-80gb, count: 128}   # the cluster has 64",
    good="accelerator: {type: a100-80gb, count: 64}",
)
UNEVEN = Code(
    "HYD904",
    Severity.ERROR,
    "A number of accelerators that cannot stand evenly on nodes.",
    "All pods of a training are equal: every node has the same number of processes.",
    bad="accelerator: {type: a100-80gb, count: 11}   # 8 a node",
    good="accelerator: {type: a100-80gb, count: 8}",
)
UNREACHABLE_BATCH = Code(
    "HYD905",
    Severity.ERROR,
    "A global batch that micro batch, accumulation and accelerators cannot reach.",
    "Training would go on with another batch than the one that the learning rate was chosen for.",
    bad="hyperparameters: {globalBatchSize: 100}   # on 8 accelerators",
    good="hyperparameters: {globalBatchSize: 96}",
    source=DEEPSPEED,
)
NO_PRECISION = Code(
    "HYD906",
    Severity.ERROR,
    "A number format that the accelerator does not compute with.",
    "The trainer refuses to start, or emulates the format at a fraction of the speed.",
    bad="hyperparameters: {precision: bf16}   # on v100-32gb",
    good="hyperparameters: {precision: fp16}",
)
FP16_OVERFLOW = Code(
    "HYD907",
    Severity.WARNING,
    "A model whose activations leave the range of fp16.",
    "The loss becomes NaN, or every step is skipped while the loss scale is halved.",
    bad="model: gemma-3-4b-it\naccelerator: {type: v100-32gb}",
    good="model: gemma-3-4b-it\naccelerator: {type: l4}",
    source="https://huggingface.co/docs/transformers/model_doc/gemma2",
)
MISSING_FACT = Code(
    "HYD908",
    Severity.ERROR,
    "A model that does not state a number that planning needs.",
    "Without it, memory could only be guessed.",
    bad="models: {mine: {source: s3://models/mine}}",
    good="models:\n  mine: {source: s3://models/mine, facts: {parameters: 7.6B, layers: 28, hidden: 3584, intermediate: 18944, heads: 28, kvHeads: 4, vocab: 152064}}",
)
UNKNOWN_MODULES = Code(
    "HYD909",
    Severity.ERROR,
    "Adapters on modules that the model is not known to have.",
    "The trainer would find nothing to train, minutes after its start.",
    bad="lora: {targets: [q_porj]}",
    good="lora: {targets: [q_proj]}",
)
QUANTISED_WEIGHTS = Code(
    "HYD910",
    Severity.ERROR,
    "Quantised weights that cannot be trained in this way.",
    "Integers have no gradient: only adapters beside them can be trained.",
    bad="model: qwen2.5-7b-instruct-awq\nmethod: full",
    good="model: qwen2.5-7b-instruct-awq\nmethod: lora",
    source="https://huggingface.co/docs/peft/developer_guides/quantization",
)
NOT_TOGETHER = Code(
    "HYD911",
    Severity.ERROR,
    "A DeepSpeed strategy that does not work with the rest of the training.",
    "The trainer refuses the combination when it starts, or trains something else.",
    bad="method: qlora\ndeepspeed: zero3",
    good="method: qlora\ndeepspeed: auto",
    source=DEEPSPEED,
)
UNKNOWN_KEY = Code(
    "HYD912",
    Severity.ERROR,
    "A key that DeepSpeed does not have.",
    "At the top level DeepSpeed ignores it silently; in a block it refuses to start.",
    bad="deepspeed: {zero_optimisation: {stage: 2}}",
    good="deepspeed: {zero_optimization: {stage: 2}}",
    source=DEEPSPEED,
)
BAD_VALUE = Code(
    "HYD913",
    Severity.ERROR,
    "A value that a DeepSpeed configuration cannot have.",
    "DeepSpeed refuses it, or takes it for something else: `zero_optimization: true` is stage 1.",
    bad="deepspeed: {zero_optimization: {stage: 4}}",
    good="deepspeed: {zero_optimization: {stage: 3}}",
    source=DEEPSPEED,
)
WRONG_TRIPLE = Code(
    "HYD914",
    Severity.ERROR,
    "A DeepSpeed batch size that is not micro batch x accumulation x accelerators, or not the one of the hyperparameters.",
    "DeepSpeed stops, or the trainer does because its arguments say otherwise.",
    bad="deepspeed: {train_batch_size: 32, train_micro_batch_size_per_gpu: 3, gradient_accumulation_steps: 1}   # 8 accelerators",
    good="deepspeed: {zero_optimization: {stage: 2}}   # the batch comes from the hyperparameters",
    source=DEEPSPEED,
)
BAD_OFFLOAD = Code(
    "HYD915",
    Severity.ERROR,
    "Offloading that its ZeRO stage does not have, or without what it needs.",
    "DeepSpeed accepts the configuration and offloads nothing, or fails on its first step.",
    bad="deepspeed: {zero_optimization: {stage: 2, offload_param: {device: cpu}}}",
    good="deepspeed: {zero_optimization: {stage: 3, offload_param: {device: cpu}}}",
    source=DEEPSPEED,
)
AUTO_LEFT = Code(
    "HYD916",
    Severity.ERROR,
    "An `auto` of a DeepSpeed configuration that cannot be decided at compile time.",
    "At run time it would depend on the trainer's version, or DeepSpeed would stop at it.",
    bad="deepspeed: {optimizer: {type: AdamW, params: {lr: auto, weight_decay: 0.01}}}",
    good="deepspeed: {zero_optimization: {stage: 2}}   # the trainer's optimizer, with the hyperparameters",
    source="https://huggingface.co/docs/transformers/deepspeed",
)
CONTRADICTION = Code(
    "HYD917",
    Severity.ERROR,
    "Two settings of a training that contradict each other.",
    "One of them would be followed, and which one depends on the trainer.",
    bad="deepspeed: {bf16: {enabled: true}, fp16: {enabled: true}}",
    good="deepspeed: {bf16: {enabled: true}}",
    source=DEEPSPEED,
)
PART_OF_NODE = Code(
    "HYD918",
    Severity.INFO,
    "A part of a node whose accelerators are joined by a fast link.",
    "What is left of the node is of little use to trainings that need it whole, and neighbours share its host links.",
    bad="accelerator: {type: a100-80gb, count: 4}   # 8 a node",
    good="accelerator: {type: a100-80gb, count: 8}",
)
SPREAD = Code(
    "HYD919",
    Severity.INFO,
    "Accelerators that are spread over partly used nodes.",
    "More of the traffic goes between nodes than with full ones.",
    bad="accelerator: {type: a100-80gb, count: 12}   # 8 a node",
    good="accelerator: {type: a100-80gb, count: 16}",
)
SLOW_OFFLOAD = Code(
    "HYD920",
    Severity.WARNING,
    "A training whose states lie in main memory.",
    "Every step moves them over the host's link and updates them on processors: it takes several times as long.",
    bad="method: full\naccelerator: {type: rtx-4090, count: 1}",
    good="method: qlora\naccelerator: {type: rtx-4090, count: 1}",
    source="https://arxiv.org/abs/2101.06840",
)
UNKNOWN_NODE = Code(
    "HYD921",
    Severity.WARNING,
    "Offloading to nodes whose main memory is not stated.",
    "Whether it fits cannot be checked; a pod that asks for too much is never scheduled.",
    bad="# clusters/prod.yaml\naccelerators: {rtx-4090: {count: 8, perNode: 1}}",
    good="# clusters/prod.yaml\naccelerators: {rtx-4090: {count: 8, perNode: 1, node: {cpu: 32, memory: 256Gi}}}",
)
TOO_MANY_LAYERS = Code(
    "HYD922",
    Severity.ERROR,
    "More layers to train than the model has.",
    "The trainer refuses it when it starts.",
    bad="method: freeze\nfreeze: {layers: 40}   # of 28",
    good="method: freeze\nfreeze: {layers: 4}",
)
LONG_SEQUENCES = Code(
    "HYD923",
    Severity.WARNING,
    "Sequences that are longer than the model's context.",
    "Positions that the model has never seen are trained badly, and some models fail on them.",
    bad="hyperparameters: {sequenceLength: 65536}   # of a model with a context of 32768",
    good="hyperparameters: {sequenceLength: 32768}",
)

CODES = {one.id: one for one in tuple(globals().values()) if isinstance(one, Code)}
"""Every code of this page by its id."""


def diagnostic_of(fault: Fault, at: Located) -> Diagnostic:
    """The finding at a place: that of `fault.about`, or of what is nearest to it in the source."""
    return Diagnostic(CODES[fault.code], at, fault.wrong, fault.do, fault.candidates, fault.notes)


def is_error(fault: Fault) -> bool:
    """Whether there can be no plan beside it."""
    return CODES[fault.code].severity is Severity.ERROR


def too_many_cards(cards: int, pool: Pool, nearest: tuple[int, ...]) -> Fault:
    """More cards than there are, or none."""
    return Fault(
        TOO_MANY_CARDS.id, ("accelerator", "count"),
        f"{cards} accelerators are asked for, and the cluster has {pool.cards} `{pool.card.id}`.",
        f"Ask for {_either(nearest)}." if nearest else "Name another accelerator.",
    )  # fmt: skip


def uneven(cards: int, pool: Pool, nearest: tuple[int, ...]) -> Fault:
    """A count without an even spread."""
    return Fault(
        UNEVEN.id, ("accelerator", "count"),
        f"{cards} `{pool.card.id}` cannot stand evenly on nodes of {pool.per_node}.", f"Ask for {_either(nearest)}.",
    )  # fmt: skip


def part_of_node(cards: int, pool: Pool) -> Fault:
    """Some of a node's cards."""
    return Fault(
        PART_OF_NODE.id, ("accelerator", "count"),
        f"{cards} of a node's {pool.per_node} `{pool.card.id}` are asked for, which a link of {pool.card.link_gb_s} GB/s joins.",
        f"Take all {pool.per_node}, or leave it where the rest of the node has other work.",
    )  # fmt: skip


def spread(cards: int, nodes: int, per_node: int, pool: Pool) -> Fault:
    """An even spread over nodes that are not full."""
    return Fault(
        SPREAD.id, ("accelerator", "count"),
        f"{cards} `{pool.card.id}` are no full nodes of {pool.per_node}: they stand on {nodes} nodes, {per_node} on each.",
        f"Ask for a multiple of {pool.per_node} to have full nodes.",
    )  # fmt: skip


def unreachable_batch(global_batch: int, product: str, nearest: tuple[int, ...]) -> Fault:
    """A global batch that is no multiple of what one micro step takes."""
    return Fault(
        UNREACHABLE_BATCH.id,
        ("hyperparameters", "globalBatchSize"),
        f"A global batch of {global_batch} is no multiple of {product}.",
        f"Take {_either(nearest)}." if nearest else "Lower the micro batch size.",
    )


def no_precision(card: Card, precision: Precision, best: Precision, about: tuple[str, ...]) -> Fault:
    """A format that a card lacks."""
    return Fault(
        NO_PRECISION.id, about, f"`{card.id}` does not compute with {precision}.",
        f"Take {best}, or leave it out: it is decided by the accelerator.",
    )  # fmt: skip


def overflow(card: Card) -> Fault:
    """fp16 for a model that needs a larger range."""
    return Fault(
        FP16_OVERFLOW.id, ("accelerator", "type"),
        f"The model's activations leave the range of fp16, which is what `{card.id}` trains with.",
        "Take an accelerator with bf16, or `precision: fp32`.",
    )  # fmt: skip


def missing_fact(fact: str) -> Fault:
    """A number that the model's facts lack."""
    return Fault(
        MISSING_FACT.id, ("model",), f"The model's facts do not state `{fact}`, which planning needs.",
        f"Add `facts: {{{fact}: ...}}` to the model; its `config.json` has the number.",
    )  # fmt: skip


def unknown_modules(names: Iterable[str], candidates: tuple[str, ...]) -> Fault:
    """Adapter targets that are no modules."""
    listed = ", ".join(f"`{one}`" for one in names)
    return Fault(
        UNKNOWN_MODULES.id, ("lora", "targets"), f"The model has no linear layer called {listed}, as far as is known.",
        "Take `all`, or names of linear layers.", candidates=candidates,
    )  # fmt: skip


def no_modules(fact: str) -> Fault:
    """A model whose layers are not described."""
    return Fault(
        UNKNOWN_MODULES.id, ("model",), f"The model's linear layers are not known: its facts do not state `{fact}`.",
        f"Add `facts: {{{fact}: ...}}` to the model; its `config.json` has the number.",
    )  # fmt: skip


def quantised_weights(method: str, dtype: str, do: str) -> Fault:
    """Training of integers."""
    return Fault(
        QUANTISED_WEIGHTS.id, ("method",), f"Weights stored as {dtype} cannot be trained with `method: {method}`.", do
    )


def not_together(about: tuple[str, ...], wrong: str, do: str) -> Fault:
    """A strategy that the rest of the training excludes."""
    return Fault(NOT_TOGETHER.id, about, wrong, do)


def too_many_layers(asked: int, layers: int) -> Fault:
    """More trained layers than layers."""
    return Fault(
        TOO_MANY_LAYERS.id, ("freeze", "layers"), f"{asked} layers are to be trained, and the model has {layers}.",
        f"Take at most {layers}, or `method: full`.",
    )  # fmt: skip


def long_sequences(tokens: int, context: int) -> Fault:
    """Sequences beyond the context."""
    return Fault(
        LONG_SEQUENCES.id, ("hyperparameters", "sequenceLength"),
        f"Sequences of {tokens} tokens are longer than the model's context of {context}.",
        f"Take at most {context}, unless the model's positions are scaled.",
    )  # fmt: skip


def unknown_node(card: Card) -> Fault:
    """Offload to unknown main memory."""
    return Fault(
        UNKNOWN_NODE.id, ("accelerator", "type"),
        f"The cluster does not state the main memory of nodes with `{card.id}`.",
        "Add `node: {cpu: ..., memory: ...}` to the accelerator in the cluster's spec.",
    )  # fmt: skip


def slow_offload(seconds: float, moved: int, processors: int, parameters: bool) -> Fault:
    """How slow a training is whose states lie in main memory. `seconds` of a step, `moved` bytes of a card in one."""
    what = "Parameters and optimizer lie" if parameters else "The optimizer lies"
    return Fault(
        SLOW_OFFLOAD.id, ("accelerator",),
        f"{what} in main memory: each optimizer step moves {gib(moved)} GiB between a card and its node and updates "
        f"{processors:,} parameters on processors, at least {seconds:.0f} s.",
        "Take more accelerators or ones with more memory, or train adapters.",
    )  # fmt: skip


def tight(expected: int, high: int, card: int, what: str) -> Fault:
    """What a spec fixes, between the low and the high estimate."""
    return Fault(
        TIGHT.id, ("accelerator",),
        f"With {what}, memory is expected to be {gib(expected)} GiB and may reach {gib(high)} of {gib(card)} GiB.",
        "Leave it to be decided, or take shorter sequences.",
    )  # fmt: skip


def tight_host(expected: int, high: int, limit: int) -> Fault:
    """Offload between the low and the high estimate of main memory."""
    return Fault(
        TIGHT.id, ("accelerator",),
        f"Offloaded states are expected to take {gib(expected)} GiB of main memory a node, and may take {gib(high)} of {gib(limit)}.",
        "Take nodes with more memory, or more accelerators.",
    )  # fmt: skip


def does_not_fit(wrong: str, do: str, notes: tuple[str, ...]) -> Fault:
    """A training that does not fit."""
    return Fault(DOES_NOT_FIT.id, ("accelerator",), wrong, do, notes)


def unknown_key(about: tuple[str, ...], key: str, block: str, candidates: tuple[str, ...]) -> Fault:
    """A key of a literal configuration that is none."""
    return Fault(
        UNKNOWN_KEY.id, about, f"DeepSpeed has no `{key}` in {block}.", "Remove it, or correct its name.",
        candidates=candidates,
    )  # fmt: skip


def replaced_key(about: tuple[str, ...], key: str, by: str) -> Fault:
    """A key of earlier versions."""
    return Fault(UNKNOWN_KEY.id, about, f"DeepSpeed has replaced `{key}`.", f"Take `{by}`.", candidates=(by,))


def bad_value(about: tuple[str, ...], wanted: str, candidates: tuple[str, ...] = ()) -> Fault:
    """A value of the wrong kind."""
    return Fault(BAD_VALUE.id, about, f"`{about[-1]}` has to be {wanted}.", "Correct the value.", candidates=candidates)


def wrong_triple(about: tuple[str, ...], wrong: str, do: str) -> Fault:
    """Batch sizes of a literal configuration that do not go together."""
    return Fault(WRONG_TRIPLE.id, about, wrong, do)


def bad_offload(about: tuple[str, ...], wrong: str, do: str) -> Fault:
    """Offload where it cannot be."""
    return Fault(BAD_OFFLOAD.id, about, wrong, do)


def auto_left(about: tuple[str, ...]) -> Fault:
    """An `auto` that nobody resolves."""
    return Fault(
        AUTO_LEFT.id, about, f"`{'.'.join(about[1:])}` is `auto`, which nothing decides at compile time.",
        "Write the value, or leave the key out.",
    )  # fmt: skip


def contradiction(about: tuple[str, ...], wrong: str, do: str) -> Fault:
    """Two settings that exclude each other."""
    return Fault(CONTRADICTION.id, about, wrong, do)


def _either(numbers: tuple[int, ...]) -> str:
    return " or ".join(str(one) for one in numbers)
