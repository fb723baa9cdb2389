"""What a method trains, and what it keeps beside it."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.planning.training import problems
from compiler.planning.training.adapters import UnknownModules, adapter_parameters
from compiler.planning.training.coefficients import BYTES, QUANTISED_BITS_256, UNQUANTISED
from compiler.planning.training.ranges import sure
from compiler.planning.training.shapes import Shape, remembered
from compiler.planning.training.states import Model
from compiler.planning.training.strategy import can_offload, excluded
from compiler.planning.training.values import Ask, Fault, Precision, Range
from compiler.planning.training.zero import Zero
from compiler.planning.weights import weights_bytes

ADAPTERS = frozenset({"lora", "qlora"})
FOUR_BIT = frozenset({"awq-int4", "gptq-int4"})
"""Types of weights that adapters can be trained beside as they are."""

WIDENED = frozenset({"float8_e4m3fn", "mxfp4"})
"""Types that trainers widen to 16 bit when they load them."""

COMPARED = frozenset({"dpo", "kto"})
"""Stages that compare with a reference model. Adapters switched off are one; all else needs a second copy."""

stored_bytes = remembered(weights_bytes)
"""Bytes of the weight files. Raises: MissingFact."""


def is_quantised(ask: Ask) -> bool:
    """Whether the weights stay in 4 bit while adapters are trained."""
    return ask.method == "qlora" or (ask.method == "lora" and ask.dtype in FOUR_BIT)


def trained_parameters(ask: Ask, shape: Shape) -> int:
    """Parameters that are trained: all but the vision tower, the last layers, or adapters; and the value head of a reward model.

    Raises: MissingFact; UnknownModules, where adapters are to be on modules that the model has not.
    """
    head = shape.hidden + 1 if ask.stage == "rm" else 0
    if ask.method in ADAPTERS:
        return adapter_parameters(ask.facts, ask.lora_rank, ask.lora_targets) + head
    if ask.method == "freeze":
        return -(-shape.stack * min(ask.freeze_layers, shape.layers) // shape.layers) + head
    return max(1, shape.total - shape.vision) + head


def model_of(ask: Ask, shape: Shape, trained: int, precision: Precision) -> Model:
    """What is held of the model, and what of it is trained. Raises: MissingFact."""
    size = BYTES[precision]
    adapters = ask.method in ADAPTERS
    return Model(
        frozen=_frozen(ask, shape, trained, size),
        trained=trained,
        adapters=adapters,
        reference=size * shape.total if ask.stage in COMPARED and not adapters else 0,
        parameters=shape.total,
        largest=shape.largest,
        precision=precision,
        optimizer=ask.optimizer,
    )


def _frozen(ask: Ask, shape: Shape, trained: int, size: int) -> Range:
    """Bytes of the weights that are not trained."""
    if ask.method not in ADAPTERS:
        return sure(size * max(0, shape.total - trained))
    if is_quantised(ask) and ask.dtype in FOUR_BIT:
        return sure(stored_bytes(ask.facts, ask.dtype))
    if ask.method == "qlora":
        linear = min(shape.linear, shape.total)
        small = -(-linear * QUANTISED_BITS_256 // (256 * 8))
        return Range(*(small + bound * (shape.total - linear) for bound in UNQUANTISED))
    return sure(size * shape.total)


def method_faults(ask: Ask, shape: Shape) -> Iterator[Fault]:
    """What the model excludes of a method."""
    if ask.dtype.startswith("gguf"):
        yield problems.quantised_weights(
            ask.method, ask.dtype, "Take the model in 16 bit: a GGUF file is for serving alone."
        )
    elif ask.dtype in FOUR_BIT | WIDENED and ask.method not in ADAPTERS:
        yield problems.quantised_weights(ask.method, ask.dtype, "Take `method: lora`, or the model in 16 bit.")
    if ask.dtype in WIDENED and ask.method == "qlora":
        yield problems.quantised_weights(
            ask.method, ask.dtype, "Take `method: lora`, which widens the weights to 16 bit, or the model in 16 bit."
        )
    if ask.method == "freeze" and ask.freeze_layers > shape.layers:
        yield problems.too_many_layers(ask.freeze_layers, shape.layers)
    if ask.facts.context is not None and ask.sequence > ask.facts.context:
        yield problems.long_sequences(ask.sequence, ask.facts.context)


def module_faults(error: UnknownModules) -> Fault:
    """Adapter targets that are no modules."""
    return problems.unknown_modules(error.names, error.candidates)


def strategy_faults(ask: Ask, zero: Zero, world: int) -> Iterator[Fault]:
    """What the rest of the training excludes of a strategy that a spec asks for, on so many cards."""
    literal = not isinstance(ask.deepspeed, str)
    about = ("deepspeed", "zero_optimization", "stage") if literal else ("deepspeed",)
    # A literal configuration without ZeRO still has DeepSpeed.
    why = None if zero.deepspeed and zero.stage == 0 else excluded(ask, world).get(zero.strategy)
    if why is not None:
        yield problems.not_together(about, why, "Take `deepspeed: auto`.")
    if zero.stage == 3 and is_quantised(ask):
        yield problems.not_together(
            about, "ZeRO-3 does not partition weights in 4 bit: each process would load and keep all of them.",
            "Take `deepspeed: auto`, or `method: lora` on the model in 16 bit.",
        )  # fmt: skip
    away = zero.offload_optimizer or zero.offload_parameters
    if away and not ask.pool.card.memory:
        yield problems.not_together(
            about, f"`{ask.pool.card.id}` has no memory of its own to offload from.", "Take `deepspeed: auto`."
        )
    if zero.offload_optimizer and not can_offload(ask.optimizer):
        yield problems.not_together(
            about, f"`{ask.optimizer}` does not run on processors, where the offloaded optimizer would be.",
            "Take `optimizer: adamw_torch`.",
        )  # fmt: skip
