"""What measurements say of training's memory, in one place. `docs/memory.md` shows how well it meets published figures.

Three numbers are the low, the expected and the high estimate.
"""

from __future__ import annotations

from typing import Final

from compiler.planning.training.values import Precision

GIB: Final = 1 << 30

BYTES: Final[dict[Precision, int]] = {"bf16": 2, "fp16": 2, "fp32": 4}
"""Bytes of one number of the computation."""

LOGITS: Final[dict[Precision, tuple[int, int, int]]] = {"bf16": (8, 10, 12), "fp16": (6, 7, 12), "fp32": (10, 12, 16)}
"""Bytes of the logits a token and row of the vocabulary: 16-bit logits, their 32-bit copy, the log-softmax, and at the
peak of the backward pass a gradient. Measured in a forward pass 10.0, in a backward pass 12.0. Models that compute their loss
in fp16 make no 32-bit copy."""

REWARD_LOGITS: Final = (0, 6, 8)
"""The same for reward models. A value head needs none; TRL's computes them still, with their 32-bit copy, and uses them for
nothing."""

FRAGMENTATION: Final = (100, 105, 115)
"""Percent that activations and logits take of the allocator, gaps included. Weights and states, allocated once, have none."""

ADAPTER_ACTIVATIONS: Final = 110
"""Percent of a layer's activations where its linear layers have adapters in 32 bit, to which their inputs are cast. Measured
113 at rank 8, 125 at rank 64; with adapters in 16 bit, as DeepSpeed has them, 94."""

OVERHEAD_ALONE: Final = (GIB, GIB * 3 // 2, GIB * 5 // 2)
"""Bytes of a card's context, libraries and workspaces with one process."""

OVERHEAD: Final = (GIB * 3 // 2, GIB * 22 // 10, GIB * 3)
"""The same with several processes, buffers of the communication included; and of a process without a card."""

QUANTISED_BITS_256: Final = 4 * 256 + 8 * 4 + 1
"""Bits of 256 weights in NF4: 4 each, an 8-bit scale for every 64, a 32-bit one for every 256 of those (rounded up).
Source: Dettmers et al. 2023, arXiv:2305.14314, section 3, double quantisation."""

UNQUANTISED: Final = (2, 2, 4)
"""Bytes of a weight that 4-bit quantisation leaves out, embeddings and head above all. LLaMA-Factory keeps them in 16 bit,
and so does PEFT beside GPTQ; beside bitsandbytes its `prepare_model_for_kbit_training` makes them 32."""

OPTIMIZER_BYTES: Final = {"adamw_torch": 8, "adamw_8bit": 2, "adafactor": 0, "sgd": 0}
"""Bytes of optimizer state for a trained parameter: two moments in 32 bit; in 8 bit; Adafactor's row and column sums are
below a thousandth, and plain SGD has none."""

OPTIMIZER_UNKNOWN: Final = 8

STEP_BYTES: Final = (0, 4, 4)
"""Bytes for a parameter of a step's temporaries, in PyTorch's implementation that works on all parameters at once. They
exist when activations do not."""

ADAM_ON_HOST: Final = (100, 125, 150)
"""Percent of main memory that states need which are kept there. DeepSpeed's own estimate takes 150."""

HOST_PROCESS: Final = (3 * GIB, 5 * GIB, 8 * GIB)
"""Main memory of one process on a card: libraries, data loading, tokenised data."""
