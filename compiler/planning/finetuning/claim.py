"""The claim of a fine-tuning's results."""

from __future__ import annotations

from compiler.linking.workload import Finetune
from compiler.planning.finetuning.runs import ADAPTERS
from compiler.planning.results import ResultClaim
from compiler.planning.training.values import TrainingPlan

GIB = 1 << 30
HEADROOM = 1.1
"""Room for tokenizers, logs and the file system's own structures."""

CHECKPOINT_BYTES = 14
"""Bytes a trained parameter in a checkpoint: weights in 16 bits, and master copy and two moments in 32."""

ADAPTER_BYTES = 4
"""Bytes an adapter's parameter in the result."""


def claim_of(finetune: Finetune, plan: TrainingPlan, weights: int) -> ResultClaim:
    """The claim. Its name carries no digest: runs lie beside each other on it. `weights`: bytes of the whole model."""
    output = finetune.output
    modes = tuple(output.access_modes) if output.access_modes is not None else None
    size = output.size or output_size(finetune, plan, weights)
    return ResultClaim(finetune.names.claim, size, output.class_, modes, finetune.at("output"))


def output_size(finetune: Finetune, plan: TrainingPlan, weights: int) -> str:
    """What kept results and checkpoints need: one checkpoint more than are kept, since the trainer deletes the oldest
    after it wrote the newest. In whole GiB, from 100 GiB on in tens."""
    keep = finetune.output.keep
    checkpoint = CHECKPOINT_BYTES * plan.trainable
    adapter = finetune.method in ADAPTERS
    result = ADAPTER_BYTES * plan.trainable if adapter else weights
    if adapter and finetune.output.merge:
        # A merged model is written beside the one that it replaces.
        result += weights
    if finetune.method == "freeze":
        checkpoint += weights
    needed = int(((keep + 1) * checkpoint + keep * result) * HEADROOM)
    whole = max(1, -(-needed // GIB))
    return f"{whole if whole <= 100 else -(-whole // 10) * 10}Gi"
