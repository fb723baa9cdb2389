"""DeepSpeed's own estimate of model states, as `deepspeed.runtime.zero` has it.

The planner's states differ from it where measurements do: `docs/memory.md` compares the two. Sizes are in bytes,
of a card and of the main memory of a node.

Source: `estimate_zero2_model_states_mem_needs` and `estimate_zero3_model_states_mem_needs` of DeepSpeed 0.19.8,
`deepspeed/runtime/zero/stage_1_and_2.py` and `stage3.py`, with `zero_init`.
"""

from __future__ import annotations

from typing import NamedTuple

BUFFERS = 1.5
"""What DeepSpeed multiplies main memory by, for buffers."""


class Needs(NamedTuple):
    """What model states need."""

    card: int
    host: int


def zero2_states(parameters: int, per_node: int, nodes: int = 1, *, offload: bool = False) -> Needs:
    """Model states with ZeRO-2: 2P + 18P / N; with the optimizer in main memory 2P.

    >>> round(zero2_states(7_615_616_512, 8).card / 2**30, 2)
    30.14
    """
    world = per_node * nodes
    if offload:
        return Needs(2 * parameters, int(parameters * max(4 * world, 16) * BUFFERS))
    return Needs(2 * parameters + 18 * parameters // world, int(parameters * 4 * per_node * BUFFERS))


def zero3_states(
    parameters: int, largest: int, per_node: int, nodes: int = 1,
    *, offload_optimizer: bool = False, offload_parameters: bool = False,
) -> Needs:  # fmt: skip
    """Model states with ZeRO-3: 4 bytes for each parameter of the largest module, and 18P / N, 2P / N or nothing.

    `largest` is the number of parameters of the largest single module, usually the embedding. Parameters are in main
    memory only where the optimizer is.

    >>> round(zero3_states(7_615_616_512, 152_064 * 3_584, 8).card / 2**30, 2)
    17.99
    """
    module = 4 * largest
    world = per_node * nodes
    if not offload_optimizer:
        return Needs(module + 18 * parameters // world, int(largest * 4 * per_node * BUFFERS))
    if offload_parameters:
        return Needs(module, int(parameters * 18 * (1 / nodes) * BUFFERS))
    return Needs(module + 2 * parameters // world, int(parameters * 16 * (1 / nodes) * BUFFERS))
