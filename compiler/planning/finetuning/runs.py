"""The run digest of a fine-tuning: what result is asked for."""

from __future__ import annotations

from functools import partial
from typing import Any

from compiler.emission.digests import run_digest
from compiler.linking.artifact import Artifact
from compiler.linking.program import Program
from compiler.linking.workload import Finetune, Target
from compiler.planning.runs import READY, run_of

MERGED = "merged.json"
"""Marker of merged weights."""

MERGED_WEIGHTS = "merged"
"""Their directory in the run."""

ADAPTERS = frozenset({"lora", "qlora"})
_NO_RESULT = frozenset({"logging_steps", "save_steps", "micro_batch_size", "gradient_checkpointing", "precision"})
"""Hyperparameters that make no other result, beside rounding."""

__all__ = [
    "ADAPTERS",
    "MERGED",
    "MERGED_WEIGHTS",
    "READY",
    "data_digest",
    "result_of",
    "run_of_finetune",
    "training_directory",
]


def run_of_finetune(finetune: Finetune, program: Program) -> str:
    """The digest of a run. Images, cards, DeepSpeed and how the batch is split are not in it: none of them asks for
    another result. Merging and export have markers of their own."""
    unknown: list[Finetune] = []
    at: Target = finetune
    while isinstance(at, Finetune) and not program.memo.has(("run", at.of)):
        unknown.append(at)
        at = program.links[at.of, "model"]
    for one in reversed(unknown):  # what others begin from comes first, however long the chain is
        program.memo.once(("run", one.of), partial(_digest, one, program))
    return program.memo.once(("run", finetune.of), partial(_digest, finetune, program))


def _digest(finetune: Finetune, program: Program) -> str:
    model = program.model_of(program.links[finetune.of, "model"])
    chosen = {name: value for name, value in finetune.hyperparameters.values.items() if name not in _NO_RESULT}
    asked: dict[str, Any] = {
        "model": data_digest(program.links[finetune.of, "model"], program),
        "dataset": data_digest(program.links[finetune.of, "dataset"], program),
        "format": _format(program.links[finetune.of, "dataset"], program),
        "stage": finetune.stage,
        "method": finetune.method,
        "hyperparameters": {name: value for name, value in chosen.items() if value is not None},
        "trainer": [finetune.trainer, finetune.script],
        "template": finetune.template or (model.template if model else None),
        "arguments": dict(finetune.arguments),
        "attempt": finetune.attempt,
    }
    if finetune.method in ADAPTERS:
        lora = finetune.lora
        asked["lora"] = [lora.rank, lora.alpha or 2 * lora.rank, lora.dropout, lora.targets]
    if finetune.method == "freeze":
        asked["freeze"] = finetune.freeze.layers
    if finetune.script is not None:
        asked["image"] = finetune.image
    return run_digest(asked)


def data_digest(target: Target, program: Program) -> str:
    """What stands for a target's content in the digest of what reads it."""
    if isinstance(target, Finetune):
        return run_of_finetune(target, program)
    source = program.source_of(target)
    return program.memo.once(("data", source.of), lambda: run_of(source).digest)


def result_of(finetune: Finetune) -> str:
    """What others take of a run: `merged`, where adapters are merged, else what training writes."""
    merges = finetune.output.merge and finetune.method in ADAPTERS
    return MERGED_WEIGHTS if merges else training_directory(finetune)


def training_directory(finetune: Finetune) -> str:
    """Directory of the result in its run: `adapter` or `model`."""
    return "adapter" if finetune.method in ADAPTERS else "model"


def _format(target: Target, program: Program) -> Any:
    from compiler.planning.finetuning.data import format_of

    if not isinstance(target, Artifact):
        return None
    known = format_of(target, program)
    if known is None:
        return None
    # What a run is measured or tested with makes no other weights.
    return [known.style, known.columns, known.splits.get("train"), known.tags]
