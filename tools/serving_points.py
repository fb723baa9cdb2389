"""Writes `docs/serving-memory.md`: how well the planner's estimate of serving memory meets what servers said when they started.

python -m tools.serving_points            write the page
python -m tools.serving_points --check    only compare: fails where the page is stale
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import yaml

from compiler.library.library import open_library
from compiler.planning.serving.memory import Load, budget_of, load_of
from compiler.planning.serving.values import Ask
from compiler.planning.training.shapes import completed
from compiler.planning.training.values import Card, Pool

ROOT = Path(__file__).parent.parent
POINTS = ROOT / "tests" / "unit" / "planning" / "serving" / "points.yaml"
PAGE = ROOT / "docs" / "serving-memory.md"
GIB = 1 << 30
PER_NODE = 8
SWEEP = "vLLM 0.19.0"
UNKNOWN_CARD = 79.19

INTRODUCTION = """# Memory of serving

Written by `python -m tools.serving_points`. Do not edit.

`hydra plan` shows a service's memory by part, each with a low, an expected and a high estimate. What Hydra decides (cards, how a
replica is split over them, context) fits at the high one. What a spec fixes is an error where the low estimate exceeds what the
server takes of a card, and a warning where the high one does.

## What is counted

T cards that a layer is split over, P stages, s tokens in a step, h the hidden size, I the width of a feed-forward layer, V rows of
the vocabulary, L layers, K key-value heads of size d.

| part | bytes of a card |
|---|---|
| weights | as they are stored: projections, experts, embedding, head and vision tower / T; norms, routers and the compressing projections of latent attention on each card; key-value heads at least one. The fullest of P stages. A table of 2d bytes for each position of the model's own context; with latent attention a second copy of the up-projections |
| adapters | 2 x rank x (inputs + outputs) over their matrices for each, at the highest rank |
| cache | 2 x ceil(K / T) x d x 2 a token and layer, 1 with an 8-bit cache; latent attention what it compresses to, undivided; windowed layers at most the window and one step; linear attention a state; cross-attention the tokens of an image |
| activations | 2sh + the larger of 2s (3I / T + 4h) and 14.2 V for each sequence that is sampled; with experts, the buffers between their two products; with a vision tower, a quarter of a GiB, at high 1.5 |
| overhead | libraries and communication: 0.25 GiB alone, 2.1 over a fast link, 0.5 over PCIe; at high 1.5 % of the card for the driver |

A server takes a part of each card. What is left of it after weights, adapters, activations and overhead is the cache. Context and captured
graphs come on top: 0.75, 1.5 or 2.5 GiB, which Hydra leaves free. Without a cache that is shared, the one for all sequences is
reserved at the start. On processors, weights and cache lie in main memory.

## Against what servers said
"""


class Point(NamedTuple):
    """What a server said."""

    model: str
    dtype: str | None = None
    tensor: int = 1
    pipeline: int = 1
    bits: int | None = None
    card: float | None = None
    utilization: float = 0.9
    sequences: int | None = None
    batched: int = 8192
    context: int | None = None
    weights: float | None = None
    cache: float | None = None
    tokens: int | None = None
    chosen: bool = False
    explained: str = ""
    source: str = SWEEP

    @property
    def name(self) -> str:
        """For people."""
        split = f"T {self.tensor}" + (f", P {self.pipeline}" if self.pipeline > 1 else "")
        kind = "".join(f", {one}" for one in (self.dtype, "8-bit cache" if self.bits else None) if one)
        return f"{self.model}{kind}, {split}"


class Estimated(NamedTuple):
    """What the planner says of it, GiB of one card."""

    weights: float
    cache: float | None
    """What is left for it; None where the point says nothing of the card."""

    tokens: int | None
    """What the published cache holds; None where the point does not state one."""


@cache
def points() -> tuple[Point, ...]:
    """All points, in the file's order."""
    return tuple(Point(**one) for one in yaml.safe_load(POINTS.read_text(encoding="utf-8")))


def ask_of(point: Point) -> Ask:
    """The service of a point, its split left to be decided."""
    found: Any = open_library(None).find("model", point.model).value
    card = Card("card", int((point.card or UNKNOWN_CARD) * GIB), bf16=True, link_gb_s=_link(point), resource="x/y")
    return Ask(
        completed(found.facts),
        point.dtype or found.dtype,  # type: ignore[arg-type]
        Pool(card, 8 * PER_NODE, PER_NODE),
        utilization=point.utilization,
        sequences=point.sequences,
        batched_tokens=point.batched,
        context=point.context,
        cache_bits=point.bits,
    )


def load(point: Point) -> Load:
    """What lies on a card of it."""
    return load_of(ask_of(point), point.tensor, point.pipeline)


def estimate(point: Point) -> Estimated:
    """What the planner says of it."""
    ask, found = ask_of(point), load(point)
    left = (budget_of(ask) - found.fixed.expected) / GIB
    held = None
    if point.cache is not None and point.context is not None:
        held = int(point.cache * GIB) * point.context // found.cache.sequence(point.context)
    return Estimated(found.weights.expected / GIB, left if point.card else None, held)


def errors(point: Point) -> dict[str, float]:
    """Relative errors of what the point states."""
    found = estimate(point)
    pairs = {name: (getattr(found, name), getattr(point, name)) for name in ("weights", "cache", "tokens")}
    return {
        name: ours / theirs - 1 for name, (ours, theirs) in pairs.items() if ours is not None and theirs is not None
    }


def _link(point: Point) -> int | None:
    """Cards with more than 40 GB are taken for those with a fast link."""
    return 450 if (point.card or UNKNOWN_CARD) > 40 else None


def page() -> str:
    """The whole page."""
    return "\n".join([INTRODUCTION, *_summary(), *_table()]) + "\n"


def _summary() -> Iterator[str]:
    found = [errors(point) for point in points()]
    for name, what in (
        ("weights", "Weights of a card"),
        ("cache", "What is left for the cache"),
        ("tokens", "Tokens in it"),
    ):
        some = sorted(abs(one[name]) for one in found if name in one)
        yield f"- {what}: {len(some)} points, median error {median(some):.1%}, largest {some[-1]:.1%}."
    yield ""
    yield f"Those without a source are start-up logs of {SWEEP} on H100, github.com/llm-d-incubation/llm-d-planner, pull request 205,"
    yield "with 1024 sequences and 8192 tokens a step. What a step and communication take is fitted to them, so that the cache that they"
    yield "leave is no prediction; weights and tokens are. Tokens are those that the planner puts into the cache that was published.\n"


def _table() -> Iterator[str]:
    yield "| service | weights GiB | planner | cache GiB | planner | tokens | planner | source |\n|---|---|---|---|---|---|---|---|"
    for point in points():
        found = estimate(point)
        if not errors(point):
            continue
        cells = (
            *_pair(point.weights, found.weights),
            *_pair(point.cache, found.cache),
            *(("", "") if point.tokens is None else (f"{point.tokens:,}", f"{found.tokens:,}")),
            "; ".join(one for one in (point.explained, "" if point.source == SWEEP else point.source) if one),
        )
        yield f"| {point.name} | {' | '.join(cells)} |"


def _pair(theirs: float | None, ours: float | None) -> tuple[str, str]:
    return ("" if theirs is None else f"{theirs:.2f}", "" if theirs is None or ours is None else f"{ours:.2f}")


def main(arguments: Sequence[str]) -> int:
    """Write the page, or with `--check` compare it."""
    fresh = page()
    if "--check" not in arguments:
        PAGE.write_text(fresh, encoding="utf-8")
        return 0
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == fresh:
        return 0
    print(f"docs/{PAGE.name} is stale: run `python -m tools.serving_points`", file=sys.stderr)
    return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
