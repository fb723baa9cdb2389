"""What logs of servers say of memory beside weights and cache, in one place. `docs/serving-memory.md` shows how well it meets them.

Three numbers are the low, the expected and the high estimate. Source, unless another is named: start-up logs of vLLM 0.19 on
H100, 35 models, github.com/llm-d-incubation/llm-d-planner, pull request 205, `accuracy/`.
"""

from __future__ import annotations

from typing import Final

from compiler.planning.training.values import Range

GIB: Final = 1 << 30
MIB: Final = 1 << 20

ACTIVATION: Final = 2
"""Bytes of an element of activations."""

WORKSPACE: Final = 92 * MIB
"""Buffers of a step that nothing grows with."""

HIDDEN_COPIES: Final = 4
"""Rows of the hidden size that a token holds in the widest place of a layer."""

INNER_COPIES: Final = 3
"""Rows of the feed-forward width there: gate, up, and their product."""

LOGITS_TENTHS: Final = (40, 142, 142)
"""Tenths of a byte that a row of the vocabulary takes for each sequence that is sampled: 32-bit logits, sorted logits and
their indices, probabilities. Every card of a tensor parallel group holds all rows."""

SEQUENCES: Final = 256
"""Sequences of one step, where nothing is said."""

MOST_SEQUENCES: Final = 1024
"""The same on large cards, in newer versions."""

LARGE_CARD: Final = 70 * GIB

STEP_PERCENT: Final = (60, 100, 125)
"""Percent of what a step takes: older servers run parts of it one after the other, allocators leave gaps."""

IMAGES: Final = Range(0, 256 * MIB, 1536 * MIB)
"""Activations of a vision tower at the images that a server is started with."""

ALONE: Final = Range(128 * MIB, 256 * MIB, 512 * MIB)
"""Libraries and workspaces of a card that is alone."""

TOGETHER: Final = Range(200 * MIB, 512 * MIB, 2560 * MIB)
"""The same with buffers of communication over PCIe. Source of low and expected: logs of github.com/vllm-project/vllm, 13061, 14447."""

TOGETHER_FAST: Final = Range(200 * MIB, 2150 * MIB, 2560 * MIB)
"""The same over a fast link, whose kernels keep buffers of their own."""

STAGES: Final = Range(0, 128 * MIB, 512 * MIB)
"""More of it, where stages exchange activations."""

PROCESS: Final = Range(512 * MIB, GIB, 2 * GIB)
"""Main memory of a server that computes on processors, beside weights, cache and activations."""

DRIVER_PERMILLE: Final = 15
"""Of a card's memory, what the driver keeps for itself at most."""

OUTSIDE: Final = Range(768 * MIB, 1536 * MIB, 2560 * MIB)
"""Of a card, context and captured graphs: they come on top of the part that a server is told to take."""

BLOCK: Final = 16
"""Tokens that the cache is given out by."""

IMAGE_TOKENS: Final = 4 * 1601
"""Tokens of an image that a cross-attention layer holds: four tiles of 40 x 40 patches and one more. Source: Llama 3.2 Vision."""
