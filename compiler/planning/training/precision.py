"""The number format of the computation, by what the accelerator has."""

from __future__ import annotations

from compiler.planning.training import problems
from compiler.planning.training.values import Ask, Card, Fault, Precision


def decide_precision(ask: Ask, literal: Precision | None) -> tuple[Precision, tuple[Fault, ...]]:
    """bf16 where the accelerator has it, else fp16; fp32 without a card. `literal`: what a DeepSpeed configuration says."""
    card = ask.pool.card
    wanted = ask.precision or literal
    precision = wanted or best(card)
    if not _has(card, precision):
        about = ("hyperparameters", "precision") if ask.precision else ("deepspeed", precision)
        return precision, (problems.no_precision(card, precision, best(card), about),)
    if precision == "fp16" and not ask.fp16_safe:
        return precision, (problems.overflow(card),)
    return precision, ()


def best(card: Card) -> Precision:
    """The format that is taken where none is asked for."""
    if not card.memory:
        return "fp32"
    return "bf16" if card.bf16 else "fp16"


def _has(card: Card, precision: Precision) -> bool:
    if precision == "bf16":
        return card.bf16
    return precision == "fp32" or card.memory > 0
