"""The budgets, each a ratio of what was measured in the same run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from bench.timing import Sample, middle

Samples = Mapping[str, Sequence[Sample]]
Measure = Callable[[Sample], float]

COLD, UNCHANGED, SMALL, LARGE = "hydra cold 1000", "hydra unchanged 1000", "hydra cold 1", "hydra cold 5000"
FINETUNES, DATASETS = "hydra cold 1000 finetunes", "hydra cold 1000 datasets"
DUMPER = "pyyaml_c 1000"
AHEAD_OF = ("rjsonnet 1000", "kcl 1000", "cdk8s 1000", "kapitan 1000", "kustomize 1000")
EDITED, COMPARED = "hydra one changed of 1000", "hydra diff of one in 1000"
PEAK_MIB = 150.0
HOOK_SECONDS = 1.0
"""What a hook may take of a commit. The only budget in seconds, since people wait for it in seconds."""


class Verdict(NamedTuple):
    """One budget and what became of it."""

    budget: str
    value: float | None
    """None, where something it needs was not measured."""

    limit: float
    by_cpu: float | None = None
    """The same ratio of processor time, which other work on the machine disturbs less. It decides nothing."""

    @property
    def kept(self) -> bool | None:
        """Whether the budget was kept."""
        return None if self.value is None else self.value <= self.limit

    def line(self) -> str:
        """The verdict in one line."""
        if self.value is None:
            return f"  -    {self.budget}: not measured"
        word = "ok  " if self.kept else "OVER"
        cpu = f"; by processor time {self.by_cpu:.2f}" if self.by_cpu is not None else ""
        return f"  {word} {self.budget}: {self.value:.2f} of at most {self.limit:g}{cpu}"


def verdicts(samples: Samples) -> Iterator[Verdict]:
    """All budgets, in the order of their importance."""
    yield _ratio("1,000 projects cold / PyYAML's C dumper", samples, COLD, DUMPER, 1.0)
    for peer in AHEAD_OF:
        yield _ratio(f"1,000 projects cold / {peer.split()[0]}", samples, COLD, peer, 1.0)
    yield _ratio("1,000 projects unchanged / PyYAML's C dumper", samples, UNCHANGED, DUMPER, 0.25)
    yield _ratio("1 project cold / importing click, yaml, pydantic", samples, SMALL, "imports", 2.5)
    yield _ratio("1,000 fine-tunings cold / 1,000 datasets cold", samples, FINETUNES, DATASETS, 2.0)
    yield _ratio("5,000 projects cold / 5 x 1,000 projects cold", samples, LARGE, COLD, 1.15, times=5)
    yield _ratio("one edit in 1,000 projects, told by `hydra diff` / cold", samples, COMPARED, COLD, 1.5)
    waited = middle([one.wall for one in samples[EDITED]]) if samples.get(EDITED) else None
    yield Verdict("one edit in 1,000 projects, compiled, seconds", waited, HOOK_SECONDS)
    peak = max((one.peak for one in samples.get(COLD, ())), default=None)
    yield Verdict("peak memory of 1,000 projects cold, MiB", peak, PEAK_MIB)


def _ratio(budget: str, samples: Samples, case: str, base: str, limit: float, *, times: int = 1) -> Verdict:
    if not samples.get(case) or not samples.get(base):
        return Verdict(budget, None, limit)
    wall, cpu = (_of(samples[case], samples[base], measure) / times for measure in (_wall, _cpu))
    return Verdict(budget, wall, limit, cpu)


def _of(case: Sequence[Sample], base: Sequence[Sample], measure: Measure) -> float:
    """The median of the rounds' ratios: both ran in each round, so what slowed the machine slowed both."""
    return middle([measure(one) / measure(other) for one, other in zip(case, base, strict=False)])


def _wall(sample: Sample) -> float:
    return sample.wall


def _cpu(sample: Sample) -> float:
    return sample.cpu
