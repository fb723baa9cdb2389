"""Memory of one card and of one node: states, activations and overhead put together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from compiler.planning.training.coefficients import OVERHEAD, OVERHEAD_ALONE
from compiler.planning.training.ranges import NOTHING, reaching, total
from compiler.planning.training.states import States
from compiler.planning.training.values import Memory, Range

PARTS: Final = (
    "weights", "reference", "adapter", "gradients", "optimizer", "master", "buckets", "gathered",
    "checkpoints", "activations", "logits", "step", "overhead", "loading",
)  # fmt: skip
"""Parts in the order of tables."""


class Load(NamedTuple):
    """What a strategy puts on a card."""

    fixed: Mapping[str, Range]
    """Bytes whatever the micro batch, by part."""

    sequence: Mapping[str, Range]
    """Bytes for each sequence of the micro batch, by part."""

    step: Range
    """Bytes of the optimizer step's temporaries: when they are there, the activations are not."""

    fixed_total: Range
    sequence_total: Range
    loading: Range = NOTHING
    """Bytes in all before DeepSpeed starts, where that can be more than training takes."""

    def at(self, micro_batch: int) -> Range:
        """Bytes at the peak with so many sequences at once: of loading or of training."""
        fixed, sequence, step, loading = self.fixed_total, self.sequence_total, self.step, self.loading
        return Range(
            max(loading[0], fixed[0] + max(step[0], micro_batch * sequence[0])),
            max(loading[1], fixed[1] + max(step[1], micro_batch * sequence[1])),
            max(loading[2], fixed[2] + max(step[2], micro_batch * sequence[2])),
        )

    def parts(self, micro_batch: int) -> dict[str, Range]:
        """Bytes by part, which add up to `at`; parts of no size are left out."""
        flowing = {part: Range(*(micro_batch * bound for bound in one)) for part, one in self.sequence.items()}
        training = {**reaching(flowing, "step", self.step), **self.fixed}
        found = reaching(training, "loading", self.loading)
        return {part: found[part] for part in PARTS if found.get(part, NOTHING) != NOTHING}


def load_of(states: States, sequence: Mapping[str, Range], *, processes: int, has_card: bool) -> Load:
    """What a strategy puts on a card, `processes` over all nodes."""
    overhead = OVERHEAD_ALONE if processes == 1 and has_card else OVERHEAD
    fixed = {**states.card, "overhead": Range(*overhead)}
    loading = NOTHING if states.loading == NOTHING else total((states.loading, fixed["overhead"]))
    return Load(fixed, sequence, states.step, total(fixed.values()), total(sequence.values()), loading)


def memory_of(load: Load, micro_batch: int, card: int, host: int) -> Memory:
    """The table of a plan. `card`: what a card has; `host`: what a pod asks of its node."""
    return Memory(load.parts(micro_batch), load.at(micro_batch), card, host)
