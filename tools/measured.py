"""Published measurements of training memory, what the planner says of them, and what the coefficients would be if only
half of them were known."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from statistics import mean, median
from typing import NamedTuple, cast, get_args

from compiler.library.facts import ModelFacts
from compiler.planning.training.activations import Work, activations_of
from compiler.planning.training.coefficients import FRAGMENTATION, LOGITS, OVERHEAD, OVERHEAD_ALONE
from compiler.planning.training.memory import Load, load_of
from compiler.planning.training.methods import model_of, trained_parameters
from compiler.planning.training.shapes import shape_of
from compiler.planning.training.states import states_of
from compiler.planning.training.values import Ask, Card, Method, Pool, Precision, Range, Strategy
from compiler.planning.training.zero import zero_of

ROOT = Path(__file__).parent.parent
POINTS = ROOT / "tests" / "unit" / "planning" / "training" / "points.tsv"
GB = 1_000_000_000
GIB = 1 << 30
CARD = 80 * GIB


def _qwen(hidden: int, layers: int, intermediate: int, vocab: int) -> ModelFacts:
    return ModelFacts.model_validate(
        {
            "hidden": hidden, "layers": layers, "intermediate": intermediate, "vocab": vocab, "heads": hidden // 128,
            "kvHeads": hidden // 128, "headSize": 128, "attention": "mha", "qkvBias": True,
        }
    )  # fmt: skip


MODELS = {
    "qwen-1.8b": _qwen(2048, 24, 5504, 151936),
    "qwen-7b": _qwen(4096, 32, 11008, 151936),
    "qwen-14b": _qwen(5120, 40, 13696, 152064),
    "qwen-72b": _qwen(8192, 80, 24576, 152064),
}
"""The first Qwen. Its config.json states twice the width of the feed-forward layer."""


class Point(NamedTuple):
    """A measurement."""

    model: str
    method: Method
    strategy: Strategy
    precision: Precision
    cards: int
    sequence: int
    measured: float | None
    """GB of one card; None where memory ran out."""

    explained: str
    """Why the estimate is far off, where it is."""

    @property
    def name(self) -> str:
        """How tests and the page call it."""
        cards = "" if self.cards == 1 else f" on {self.cards}"
        return f"{self.model} {self.method} {self.strategy}{cards}, {self.sequence}"


class Coefficients(NamedTuple):
    """What is fitted: bytes of the logits a token and row of the vocabulary, GiB of overhead."""

    logits_bf16: float
    logits_fp16: float
    overhead_alone: float
    overhead: float


USED = Coefficients(
    LOGITS["bf16"][1], LOGITS["fp16"][1], round(OVERHEAD_ALONE[1] / GIB, 2), round(OVERHEAD[1] / GIB, 2)
)
"""Those of the planner."""

TRIED = tuple(
    tuple(step / 10 for step in steps) for steps in (range(60, 141, 5), range(40, 121, 5), range(5, 31), range(5, 41))
)
"""The values that a fit chooses from."""


@cache
def points() -> tuple[Point, ...]:
    """All measurements, in the order of the file."""
    lines = [line for line in POINTS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return tuple(_point(row) for row in csv.DictReader(lines, delimiter="\t"))


def _point(row: dict[str, str]) -> Point:
    cards = int(row["cards"])
    for field, kind in (("method", Method), ("strategy", Strategy), ("precision", Precision)):
        if row[field] not in get_args(kind):
            raise ValueError(f"{POINTS.name}: {row[field]!r} is no {field}")
    return Point(
        row["model"], cast("Method", row["method"]), cast("Strategy", row["strategy"]),
        cast("Precision", row["precision"]), cards, int(row["sequence"]),
        None if row["gigabytes"] == "oom" else float(row["gigabytes"]) / cards, row["explained"],
    )  # fmt: skip


def known(half: int) -> tuple[Point, ...]:
    """Every second measurement that is a number: half 0 is fitted, half 1 is predicted."""
    return tuple(one for one in points() if one.measured is not None)[half::2]


def ask_of(point: Point) -> Ask:
    """The measured training as an ask."""
    card = Card("a100-80gb", CARD, bf16=True, link_gb_s=300, resource="nvidia.com/gpu")
    pool = Pool(card, 8, 8, 128, 2048 * GIB)
    return Ask(
        MODELS[point.model], "bfloat16", "sft", point.method, point.cards, pool, point.sequence, 8 * point.cards,
        micro_batch=1, deepspeed=point.strategy, precision=point.precision, lora_rank=64,
    )  # fmt: skip


@cache
def load(point: Point) -> Load:
    """What the planner puts on a card, by the functions that it decides with."""
    ask = ask_of(point)
    shape = shape_of(ask.facts)
    model = model_of(ask, shape, trained_parameters(ask, shape), point.precision)
    zero = zero_of(point.strategy, shape.hidden)
    wide = model.adapters and not zero.deepspeed
    work = Work("sft", point.sequence, point.precision, wide, checkpointing=True, backward=shape.layers)
    return load_of(
        states_of(model, zero, point.cards), activations_of(shape, work), processes=point.cards, has_card=True
    )


def estimate(point: Point) -> Range:
    """Bytes of one card, as planned."""
    return load(point).at(1)


def error(point: Point) -> float:
    """The expected estimate over the measurement, less one. Raises: ValueError, where memory ran out."""
    return _relative(estimate(point).expected, point)


def predicted(point: Point, coefficients: Coefficients) -> float:
    """Bytes that would be expected with other coefficients."""
    known_load = load(point)
    vocab = MODELS[point.model].need("vocab")
    bytes_each = coefficients.logits_fp16 if point.precision == "fp16" else coefficients.logits_bf16
    logits = bytes_each * point.sequence * vocab * FRAGMENTATION[1] / 100
    overhead = (coefficients.overhead_alone if point.cards == 1 else coefficients.overhead) * GIB
    fixed = known_load.fixed_total.expected - known_load.fixed["overhead"].expected
    active = known_load.sequence_total.expected - known_load.sequence["logits"].expected
    return fixed + overhead + max(known_load.step.expected, active + logits)


def fitted(half: Sequence[Point]) -> Coefficients:
    """The coefficients with the smallest mean error on some measurements: one after the other, until none gets better."""
    best = USED
    while True:
        before = best
        for name, values in zip(Coefficients._fields, TRIED, strict=True):
            tries = [best._replace(**{name: value}) for value in values]
            best = min((best, *tries), key=lambda one: _mean_error(half, one))
        if best == before:
            return best


def _mean_error(half: Sequence[Point], coefficients: Coefficients) -> float:
    return mean(abs(_relative(predicted(one, coefficients), one)) for one in half)


def median_error(half: Sequence[Point], coefficients: Coefficients | None = None) -> float:
    """The median of the absolute relative errors."""
    how: Callable[[Point], float] = (
        error if coefficients is None else lambda one: _relative(predicted(one, coefficients), one)
    )
    return median(abs(how(one)) for one in half)


def _relative(size: float, point: Point) -> float:
    if point.measured is None:
        raise ValueError(f"{point.name}: nothing was measured")
    return size / (point.measured * GB) - 1
