"""Model states of one card and of one node: weights, gradients, optimizer, master copy, adapters, buffers.

P parameters in all, t trained ones, N cards. Everything is in bytes.

Sources: Rajbhandari et al. 2020, arXiv:1910.02054, sections 3 and 5; DeepSpeed 0.19, `deepspeed/runtime/zero`; for 32-bit
trained weights without DeepSpeed, LLaMA-Factory 0.9.5, `model/adapter.py`.
"""

from __future__ import annotations

from typing import NamedTuple

from compiler.planning.training.coefficients import (
    ADAM_ON_HOST,
    BYTES,
    FRAGMENTATION,
    OPTIMIZER_BYTES,
    OPTIMIZER_UNKNOWN,
    STEP_BYTES,
)
from compiler.planning.training.ranges import NOTHING, scaled, sure
from compiler.planning.training.values import Precision, Range
from compiler.planning.training.zero import Zero


class Model(NamedTuple):
    """What is held of a model, and what of it is trained."""

    frozen: Range
    """Bytes of the weights that stay as they are, unpartitioned."""

    trained: int
    """Parameters that are trained."""

    adapters: bool
    """Whether they lie beside the model and not in it."""

    reference: int
    """Bytes of a second copy of the model to compare with; 0 without one."""

    parameters: int
    """Parameters in all."""

    largest: int
    """Parameters of the largest module."""

    precision: Precision
    optimizer: str


class States(NamedTuple):
    """Model states."""

    card: dict[str, Range]
    """Bytes of one card, by part."""

    host: Range
    """Bytes of main memory over all nodes."""

    step: Range
    """Bytes of temporaries of an optimizer step, on a card, when activations are gone."""

    loading: Range = NOTHING
    """Bytes of a card before DeepSpeed starts, where that can be more than training takes."""


def states_of(model: Model, zero: Zero, world: int) -> States:
    """Model states with a strategy on so many cards. Parts without size are there, with nothing."""
    if not zero.deepspeed:
        return States(_without(model, world), NOTHING, _of_step(model.trained, STEP_BYTES))
    held = _on_host(model, zero)
    if zero.stage == 0:
        share, partition = 1, model.trained
    else:
        share, partition = world, _share(model.trained, world)
    offloaded = zero.offload_optimizer
    step = 0 if offloaded else min(partition, zero.group) if zero.stage == 3 else partition
    return States(
        {
            **_weights(model, zero, world),
            "gradients": sure(0 if offloaded else _gradients(model, zero, share)),
            "master": sure(0 if offloaded or model.precision == "fp32" else 4 * partition),
            "optimizer": sure(0 if offloaded else _optimizer(model) * partition),
            "buckets": sure(_buckets(model, zero)),
            "gathered": _gathered(model, zero),
        },
        held,
        _of_step(step, STEP_BYTES),
        _loading(model, zero),
    )


def _loading(model: Model, zero: Zero) -> Range:
    """F + 4t: LLaMA-Factory loads to the card and casts what is trained to 32 bit; DeepSpeed, which partitions, starts after
    that. With ZeRO-3 weights are partitioned as they are loaded, and stay in 16 bit."""
    if zero.stage not in {1, 2} or BYTES[model.precision] != 2:
        return NOTHING
    return Range(*(bound + model.reference + 4 * model.trained for bound in model.frozen))


def _without(model: Model, world: int) -> dict[str, Range]:
    """Without DeepSpeed: what is trained is kept in 32 bit. 16t, and 2t for the 16-bit copies of the computation; adapters
    are small enough to be cast when they are used. On several cards 4t of buckets: DistributedDataParallel copies all
    gradients to send them (PyTorch, `gradient_as_bucket_view`); those of adapters are within the overhead."""
    half = BYTES[model.precision] == 2
    own = 4 * model.trained
    inside = 0 if model.adapters else 2 * model.trained if half else own
    return {
        "weights": Range(*(bound + inside for bound in model.frozen)),
        "reference": sure(model.reference),
        "adapter": sure(own if model.adapters else 0),
        "gradients": sure(own),
        "master": sure(own if half and not model.adapters else 0),
        "optimizer": sure(_optimizer(model) * model.trained),
        "buckets": sure(own if world > 1 and not model.adapters else 0),
    }


def _weights(model: Model, zero: Zero, world: int) -> dict[str, Range]:
    """Weights in the precision of the computation; with ZeRO-3 a card's part of them, or none where they are offloaded."""
    trained = BYTES[model.precision] * model.trained
    inside = 0 if model.adapters else trained
    share = world if zero.stage == 3 else 1
    away = zero.offload_parameters
    return {
        "weights": NOTHING if away else Range(*(_share(bound + inside, share) for bound in model.frozen)),
        "reference": sure(_share(model.reference, share)),
        "adapter": sure(_share(trained, share) if model.adapters and not away else 0),
    }


def _gradients(model: Model, zero: Zero, share: int) -> int:
    """4t / N: a card's part in 32 bit, which the step needs, in place of the 16-bit one. ZeRO-1 keeps the other cards' parts
    in 16 bit until then; without ZeRO, all of them are a card's own."""
    size, trained = BYTES[model.precision], model.trained
    if zero.stage == 1:
        return size * trained + _share((4 - size) * trained, share)
    return _share(4 * trained, share)


def _optimizer(model: Model) -> int:
    return OPTIMIZER_BYTES.get(model.optimizer, OPTIMIZER_UNKNOWN)


def _buckets(model: Model, zero: Zero) -> int:
    """Two for reducing gradients, one that fills while the other is sent, and one for gathering weights."""
    reduce = min(zero.reduce_bucket, model.trained)
    gather = min(zero.gather_bucket, model.parameters if zero.stage == 3 else model.trained)
    return BYTES[model.precision] * (2 * reduce + gather) if zero.stage else 0


def _gathered(model: Model, zero: Zero) -> Range:
    """With ZeRO-3: weights that are gathered for use, and the largest module with its gradient. At most, as many weights
    again are kept because they are used soon; and the allocator's gaps."""
    if zero.stage != 3:
        return NOTHING
    size, live = BYTES[model.precision], min(zero.live, model.parameters)
    module = 2 * model.largest
    kept = (size * (live + module), size * (live + module), size * (min(2 * live, model.parameters) + module))
    return Range(*(-(-one * gaps // 100) for one, gaps in zip(kept, FRAGMENTATION, strict=True)))


def _on_host(model: Model, zero: Zero) -> Range:
    """Main memory: 16t for gradients, master copy and moments, and 2P where the parameters are there too."""
    if zero.on_disk:
        return NOTHING
    size = BYTES[model.precision]
    states = (4 + (0 if size == 4 else 4) + _optimizer(model)) * model.trained if zero.offload_optimizer else 0
    weights = size * model.parameters if zero.offload_parameters else 0
    return scaled(states + weights, ADAM_ON_HOST)


def _of_step(parameters: int, percents: tuple[int, int, int]) -> Range:
    low, expected, high = percents
    return Range(low * parameters, expected * parameters, high * parameters)


def _share(size: int, cards: int) -> int:
    return -(-size // cards)
