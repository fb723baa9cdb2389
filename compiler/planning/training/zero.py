"""How states are spread over cards and main memory: stages of ZeRO and what is offloaded, with the sizes of buffers.

Source: Rajbhandari et al. 2020, arXiv:1910.02054; Ren et al. 2021, arXiv:2101.06840 (offload); DeepSpeed's
configuration reference, https://www.deepspeed.ai/docs/config-json/.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from compiler.planning.training.values import Strategy

LARGEST_BUCKET: Final = 500_000_000
"""Elements of a bucket that DeepSpeed takes by itself."""

LIVE: Final = 1_000_000_000
"""Parameters that ZeRO-3 keeps gathered, and of one group of its optimizer step: what the trainers' own configurations say."""


class Zero(NamedTuple):
    """A strategy in numbers. Buckets are in elements."""

    strategy: Strategy
    stage: int = 0
    deepspeed: bool = False
    """Whether DeepSpeed runs at all; a literal configuration may have it without ZeRO."""

    offload_optimizer: bool = False
    offload_parameters: bool = False
    on_disk: bool = False
    """Whether what is offloaded lies on a local disk and not in main memory."""

    reduce_bucket: int = 0
    gather_bucket: int = 0
    live: int = LIVE
    group: int = LIVE


NONE: Final = Zero("none")


def zero_of(strategy: Strategy, hidden: int, *, parameters: bool = False) -> Zero:
    """A strategy with buckets for a hidden size; `parameters`: whether `zero3-offload` offloads them too.

    ZeRO-1 and -2: 16 h^2 elements a bucket, nearly a layer, large enough for a link between nodes. ZeRO-3, which
    communicates a module at a time: h^2, and 0.9 h^2 gathered ahead, as Transformers fills them in.
    """
    if strategy == "none":
        return NONE
    square = hidden * hidden
    if strategy in {"zero1", "zero2"}:
        bucket = min(16 * square, LARGEST_BUCKET)
        return Zero(strategy, int(strategy[-1]), deepspeed=True, reduce_bucket=bucket, gather_bucket=bucket)
    offload = strategy == "zero3-offload"
    return Zero(
        strategy, 3, deepspeed=True, offload_optimizer=offload, offload_parameters=offload and parameters,
        reduce_bucket=min(square, LARGEST_BUCKET), gather_bucket=min(square * 9 // 10, LARGEST_BUCKET),
    )  # fmt: skip
