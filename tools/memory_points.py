"""Writes `docs/memory.md` and its plot: how well the planner's estimate of training memory meets published measurements.

python -m tools.memory_points            refit, and write the page
python -m tools.memory_points --check    only compare: fails where the page is stale
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from math import log2

from compiler.library.library import open_library
from compiler.planning.training.decide import decide
from compiler.planning.training.estimator import zero2_states, zero3_states
from compiler.planning.training.values import Ask, Card, Pool, Range
from tools.measured import (
    GB,
    GIB,
    ROOT,
    USED,
    Coefficients,
    Point,
    error,
    estimate,
    fitted,
    known,
    median_error,
    points,
)

PAGE = ROOT / "docs" / "memory.md"
PLOT = ROOT / "docs" / "memory.svg"
SIDE, MARGIN, LEAST, MOST = 460, 46, 4.0, 128.0
COLOURS = {"lora": "#2b6cb0", "qlora": "#2f855a", "full": "#c05621"}

INTRODUCTION = """# Memory of training

Written by `python -m tools.memory_points`. Do not edit.

`hydra plan` shows a training's memory by part, each with a low, an expected and a high estimate. What Hydra decides (strategy,
micro batch) fits at the high one. What a spec fixes is an error where the low estimate exceeds the card, and a warning where
the high one does.

## What is counted

P parameters, t trained ones, N cards, b sequences of s tokens at once, h the hidden size, L layers, V rows of the vocabulary.

| part | bytes of a card | source |
|---|---|---|
| weights | 2P, with ZeRO-3 2P / N; trained ones without DeepSpeed 4t and a 16-bit copy 2t; in 4 bit 0.516 a linear weight and 2 to 4 any other | arXiv:1910.02054; arXiv:2305.14314 |
| adapter | 4t without DeepSpeed, else 2t; with t the sum of rank x (inputs + outputs) over their matrices | arXiv:2106.09685 |
| gradients | 4t; with ZeRO-1 2t + 2t / N, with ZeRO-2 and -3 4t / N | arXiv:1910.02054 |
| master, optimizer | 4t and 8t, from ZeRO-1 on a card's part; Adam in 8 bit 2t | arXiv:1910.02054 |
| buckets | two for reducing, one for gathering: 16h², with ZeRO-3 h² and 0.9h² elements; without DeepSpeed 4t on several cards, of adapters within the overhead | DeepSpeed; DistributedDataParallel |
| gathered | ZeRO-3: up to 10⁹ weights in use, at high as many again, and the largest module twice | DeepSpeed |
| reference | DPO and KTO of all weights: a second copy | |
| checkpoints | 2bshL | measured with hooks, exactly |
| activations | one layer, bs (16h + 8 x heads x head size + 8 x width); all layers without gradient checkpointing; 1.1 times with adapters in 32 bit | measured with hooks |
| logits | bsV x 8, 10, 12; of a reward model 0, 6, 8; a loss in fp16 6, 7, 12 | measured with hooks, and the points below |
| step | temporaries of the optimizer, 4t (/ N) at most, as far as they exceed the activations, which are gone by then | the points below |
| overhead | 1, 1.5, 2.5 GiB for one process; 1.5, 2.2, 3 GiB for several: context, libraries, communication | the points below |
| loading | ZeRO-1 and -2 in 16 bit: the frozen weights, the reference, 4t and the overhead, as far as they exceed all of the above, which is there later | LLaMA-Factory |

Gathered weights, checkpoints, activations and logits are multiplied by 1, 1.05 and 1.15 for what the allocator wastes. DPO and reward models see
two sequences for one of the micro batch, KTO scores a second one without a gradient. TRL's value head computes logits that
nobody uses, hence those of reward models. Left out: the activations of a frozen vision tower, attention that keeps its scores,
and quantised states of other kinds than 8-bit Adam.

A card has to hold the larger of what training takes at its peak and what loading takes: LLaMA-Factory loads to the card and
casts what is trained to 32 bit before DeepSpeed partitions it, unless the stage is 3. The parts always add up to the peak. Where
`step` or `loading` exceeds the rest at a lower estimate and not at a higher one, the difference is shown with the parts that come
to use that room, so that no part shrinks from the low to the high estimate.

Main memory of a node: with offload 16t, and 2P where parameters are offloaded too, times 1 to 1.5 and divided by the nodes; 3 to
8 GiB a process; shared memory; and, as far as the node has it, the weight files once a process, which loading may take. Hydra
offloads by itself only where the node's memory is stated and 90 % of it suffice at the high estimate.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([INTRODUCTION, *_estimator(), *_fit(), *_table()]) + "\n"


def _estimator() -> Iterator[str]:
    """DeepSpeed's estimate beside the planner's."""
    yield "## DeepSpeed's own estimate\n"
    yield "`compiler/planning/training/estimator.py` has DeepSpeed's functions, to the byte. They count model states alone, with six"
    yield "bytes of gradients for each parameter; the planner counts four, and the buffers. Qwen2.5-7B, all weights, GiB a card:\n"
    yield "| cards | DeepSpeed, ZeRO-2 | planner | DeepSpeed, ZeRO-3 | planner |\n|---|---|---|---|---|"
    found = open_library(None).find("model", "qwen2.5-7b-instruct").value
    facts = found.facts
    pool = Pool(Card("card", 1 << 60, bf16=True, link_gb_s=None, resource="x/y"), 64, 8, 96, 1 << 50)
    for cards in (8, 16):
        total, largest, nodes = facts.parameters, facts.vocab * facts.hidden, cards // 8
        theirs = (zero2_states(total, 8, nodes).card, zero3_states(total, largest, 8, nodes).card)
        ours = [
            _states(Ask(facts, "bfloat16", "sft", "full", cards, pool, 1, 64, deepspeed=one))
            for one in ("zero2", "zero3")
        ]
        cells = (theirs[0], ours[0], theirs[1], ours[1])
        yield f"| {cards} | {' | '.join(f'{one / GIB:.2f}' for one in cells)} |"
    yield ""


def _states(ask: Ask) -> int:
    plan = decide(ask).plan
    if plan is None:
        raise ValueError("the card is as large as can be")
    named = ("weights", "gradients", "optimizer", "master", "buckets", "gathered")
    return sum(plan.memory.parts[part].expected for part in named if part in plan.memory.parts)


def _fit() -> Iterator[str]:
    first, second = known(0), known(1)
    best = fitted(first)
    yield "## Against measurements\n"
    yield f"{len(known(0)) + len(known(1))} measurements, one sequence at once: of Qwen's first models, LoRA, Q-LoRA and all weights, by their authors"
    yield '(github.com/QwenLM/Qwen, README, "Profiling of Memory and Speed"). Every second one is fitted, the others are predicted.\n'
    yield "| coefficients | logits bf16 | logits fp16 | overhead alone | overhead of several | median error, fitted half | median error, other half |"
    yield "|---|---|---|---|---|---|---|"
    for name, one in (("planner", USED), ("fitted", best)):
        yield _coefficients(name, one, median_error(first, one), median_error(second, one))
    worst = max((*first, *second), key=lambda one: abs(error(one)))
    yield ""
    yield "The planner's are not the fitted ones: the logits' ten bytes are what hooks measured in a forward pass, and the overhead of"
    yield "several processes has room for newer libraries of communication than those of the measurements. The optimum is flat."
    yield f"The largest error is {error(worst):+.0%}, of {worst.name}. Where memory ran out, the high estimate is above the card.\n"


def _coefficients(name: str, one: Coefficients, first: float, second: float) -> str:
    return (
        f"| {name} | {one.logits_bf16:g} | {one.logits_fp16:g} | {one.overhead_alone:g} GiB | {one.overhead:g} GiB "
        f"| {first:.1%} | {second:.1%} |"
    )


def _table() -> Iterator[str]:
    yield "![Expected against measured memory](memory.svg)\n"
    yield "| training, sequence length | measured GB | low | expected | high | error |\n|---|---|---|---|---|---|"
    for point in points():
        bounds = estimate(point)
        sizes = " | ".join(f"{one / GB:.1f}" for one in bounds)
        if point.measured is None:
            yield f"| {point.name} | out of memory, above {80 * GIB / GB:.1f} | {sizes} | |"
        else:
            yield f"| {point.name} | {point.measured:.1f} | {sizes} | {error(point):+.1%} |"
    yield "\nGB are 10⁹ bytes of one card."


def plot() -> str:
    """Expected against measured memory of a card, both axes logarithmic; lines from the low to the high estimate."""
    shapes = [_frame(), *(_mark(point, point.measured, estimate(point)) for point in points() if point.measured)]
    legend = [
        f'<text x="{MARGIN + 12}" y="{MARGIN + 18 + 16 * row}" fill="{colour}">{name}</text>'
        for row, (name, colour) in enumerate(COLOURS.items())
    ]
    body = "\n".join((*shapes, *legend))
    size = SIDE + 2 * MARGIN
    style = 'font-family="sans-serif" font-size="12" fill="#222"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" {style}>\n{body}\n</svg>\n'


def _frame() -> str:
    lines = [f'<rect width="{SIDE + 2 * MARGIN}" height="{SIDE + 2 * MARGIN}" fill="#fff"/>']
    size = LEAST
    while size <= MOST:
        x, y = _across(size), _up(size)
        lines.append(f'<path d="M{x} {_up(LEAST)}V{_up(MOST)}M{_across(LEAST)} {y}H{_across(MOST)}" stroke="#ddd"/>')
        lines.append(f'<text x="{x}" y="{_up(LEAST) + 18}" text-anchor="middle">{size:g}</text>')
        lines.append(f'<text x="{_across(LEAST) - 8}" y="{y + 4}" text-anchor="end">{size:g}</text>')
        size *= 2
    for factor, dash in ((1.0, ""), (1.25, ' stroke-dasharray="4 4"'), (0.8, ' stroke-dasharray="4 4"')):
        low, high = max(LEAST, LEAST / factor), min(MOST, MOST / factor)
        path = f"M{_across(low)} {_up(low * factor)}L{_across(high)} {_up(high * factor)}"
        lines.append(f'<path d="{path}" stroke="#888"{dash}/>')
    middle = MARGIN + SIDE / 2
    lines.append(f'<text x="{middle}" y="{SIDE + 2 * MARGIN - 8}" text-anchor="middle">measured, GB a card</text>')
    turned = f'transform="rotate(-90 14 {middle})" x="14" y="{middle}"'
    lines.append(f'<text {turned} text-anchor="middle">expected, GB a card; dashed: 25 % off</text>')
    return "\n".join(lines)


def _mark(point: Point, measured: float | None, bounds: Range) -> str:
    x, colour = _across(measured or LEAST), COLOURS[point.method]
    low, expected, high = (_up(one / GB) for one in bounds)
    return (
        f'<g stroke="{colour}" fill="{colour}"><path d="M{x} {low}V{high}" opacity="0.5"/>'
        f'<circle cx="{x}" cy="{expected}" r="3"/><title>{point.name}</title></g>'
    )


def _across(size: float) -> float:
    return round(MARGIN + SIDE * log2(size / LEAST) / log2(MOST / LEAST), 1)


def _up(size: float) -> float:
    return round(MARGIN + SIDE - SIDE * log2(size / LEAST) / log2(MOST / LEAST), 1)


def main(arguments: Sequence[str]) -> int:
    """Write the page and the plot, or with `--check` compare them."""
    fresh = {PAGE: page(), PLOT: plot()}
    if "--check" not in arguments:
        for path, text in fresh.items():
            path.write_text(text, encoding="utf-8")
        return 0
    stale = [path for path, text in fresh.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        print(f"docs/{path.name} is stale: run `python -m tools.memory_points`", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
