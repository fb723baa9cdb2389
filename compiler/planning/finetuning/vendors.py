"""Trainers and the vendors of accelerators: an image is built for some of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.diagnostics import Diagnostic
from compiler.linking.accelerators import Resolved
from compiler.linking.workload import Finetune
from compiler.planning.finetuning.problems import NOT_FOR_TRAINER

if TYPE_CHECKING:
    from compiler.library.entries.trainer import Trainer


def check_vendor(finetune: Finetune, trainer: Trainer, resolved: Resolved | None) -> list[Diagnostic]:
    """An accelerator that the trainer's image does not run on. An image of one's own is not judged."""
    if resolved is None or trainer.image is None or finetune.image is not None:
        return []
    vendor = resolved.entry.vendor
    if vendor in trainer.vendors:
        return []
    listed = " or ".join(f"`{one}`" for one in trainer.vendors)
    return [
        Diagnostic(
            NOT_FOR_TRAINER, finetune.at("accelerator", "type"),
            f"The image of trainer `{trainer.name}` does not run on `{finetune.accelerator}`, whose vendor is `{vendor}`.",
            f"Give an `image` that does, use a trainer for that vendor, or an accelerator of {listed}.",
        )
    ]  # fmt: skip
