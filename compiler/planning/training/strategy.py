"""Which strategy, and which micro batch: the cheapest strategy that fits, with the largest micro batch that fits it.

A cheaper strategy with a smaller micro batch is preferred: each stage of ZeRO adds traffic to every step, while a small micro
batch costs only the utilisation of a card, which one sequence of usual length fills.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from compiler.planning.training.host import Host
from compiler.planning.training.memory import Load
from compiler.planning.training.values import Ask, Strategy
from compiler.planning.training.zero import NONE, Zero, zero_of

WHOLE: Final = frozenset({"full", "freeze"})
"""Methods that train weights of the model itself."""


class Option(NamedTuple):
    """A strategy with what it takes."""

    zero: Zero
    load: Load
    host: Host

    def largest(self, micro_batches: tuple[int, ...], card: int) -> int | None:
        """The largest micro batch that fits a card at the high estimate."""
        return next((one for one in micro_batches if self.load.at(one).high <= card), None)


class Choice(NamedTuple):
    """What was taken."""

    option: Option
    micro_batch: int
    tight: bool
    """Whether it fits only below the high estimate."""


def candidates(ask: Ask, world: int, hidden: int, *, quantised: bool) -> tuple[Zero, ...]:
    """The strategies in question, the cheapest first."""
    asked = ask.deepspeed
    if asked == "zero3-offload":
        return _offloads(hidden)
    if isinstance(asked, str) and asked != "auto":
        return (NONE,) if asked == "none" else (zero_of(asked, hidden),)  # type: ignore[arg-type]
    without = excluded(ask, world)
    # One card spreads nothing: there ZeRO is only for what does not run without it.
    spread: tuple[Strategy, ...] = ("none", "zero2", "zero3") if world > 1 or "none" in without else ("none",)
    found = tuple(zero_of(one, hidden) for one in spread if one not in without and not (quantised and one == "zero3"))
    offloads = not quantised and ask.pool.card.memory and can_offload(ask.optimizer)
    return (*found, *_offloads(hidden)) if offloads else found


def excluded(ask: Ask, world: int) -> dict[Strategy, str]:
    """Strategies that a training does not run with, and why: a sentence each.

    Met by running LLaMA-Factory 0.9.5 with Transformers 4.57, DeepSpeed 0.19 and PyTorch 2.13.
    """
    found: dict[Strategy, str] = {}
    if ask.facts.experts is not None and world > 1:
        for one in ("zero1", "zero2"):
            found[one] = (
                f"A mixture of experts hangs or stops with {one} on several accelerators: "
                "each process has gradients of other experts."
            )
        if ask.method in WHOLE:
            found["none"] = (
                "A mixture of experts hangs or stops without DeepSpeed where its weights are trained on several "
                "accelerators: each process has gradients of other experts."
            )
    if ask.stage == "rm" and ask.method in WHOLE:
        found["none"] = (
            f"A reward model with `method: {ask.method}` fails without DeepSpeed: its value head is at odds with gradient "
            "checkpointing and with the saving of tied weights."
        )
    return found


def can_offload(optimizer: str) -> bool:
    """Whether an optimizer can run on processors: DeepSpeed's Adam can, 8-bit ones and Adafactor have no such kernels."""
    return optimizer == "adamw_torch"


def cheapest(
    options: Iterable[Option], micro_batches: tuple[int, ...], card: int, tried: list[Option], *, sure: bool
) -> Choice | None:
    """The first option that fits at the high estimate; `tried` gets those that were looked at.

    `sure`: main memory that is offloaded to has to be known to suffice.
    """
    for option in options:
        tried.append(option)
        if option.host.impossible or (sure and option.zero.offload_optimizer and not option.host.certain):
            continue
        micro_batch = option.largest(micro_batches, card)
        if micro_batch is not None:
            return Choice(option, micro_batch, tight=False)
    return None


def leanest(options: Iterable[Option], micro_batch: int, card: int) -> Choice | None:
    """Of the options that fit at the low estimate, the one that takes least: for what a spec fixes."""
    fitting = [one for one in options if not one.host.impossible and one.load.at(micro_batch).low <= card]
    best = min(fitting, key=lambda one: one.load.at(micro_batch).high, default=None)
    return None if best is None else Choice(best, micro_batch, tight=True)


def _offloads(hidden: int) -> tuple[Zero, Zero]:
    """The optimizer in main memory, then the parameters too."""
    return zero_of("zero3-offload", hidden), zero_of("zero3-offload", hidden, parameters=True)
