"""DeepSpeed's own estimate, in GiB to two digits: what its functions printed for each model and number of cards of a node."""

from __future__ import annotations

import pytest

from compiler.planning.training.estimator import Needs, zero2_states, zero3_states

GIB = 1 << 30
MODELS = {
    "qwen2.5-0.5b": (494_032_768, 151_936 * 896),
    "llama-2-7b": (6_738_415_616, 32_000 * 4096),
    "qwen2.5-7b": (7_615_616_512, 152_064 * 3584),
    "llama-2-13b": (13_015_864_320, 32_000 * 5120),
    "llama-2-70b": (68_976_648_192, 28_672 * 8192),
}
"""Parameters, and those of the largest module: the embedding, of the largest model a matrix of the feed-forward layer."""

PRINTED = """
qwen2.5-0.5b  1 9.20/2.76 0.92/11.04 8.79/0.76 1.43/11.04 0.51/12.42
qwen2.5-0.5b  4 2.99/11.04 0.92/11.04 2.58/3.04 0.74/11.04 0.51/12.42
qwen2.5-0.5b  8 1.96/22.08 0.92/22.08 1.54/6.09 0.62/11.04 0.51/12.42
llama-2-7b    1 125.51/37.65 12.55/150.62 113.45/0.73 13.04/150.62 0.49/169.44
llama-2-7b    4 40.79/150.62 12.55/150.62 28.73/2.93 3.63/150.62 0.49/169.44
llama-2-7b    8 26.67/301.23 12.55/301.23 14.61/5.86 2.06/150.62 0.49/169.44
qwen2.5-7b    1 141.85/42.56 14.19/170.22 129.70/3.05 16.22/170.22 2.03/191.50
qwen2.5-7b    4 46.10/170.22 14.19/170.22 33.95/12.18 5.58/170.22 2.03/191.50
qwen2.5-7b    8 30.14/340.44 14.19/340.44 17.99/24.36 3.80/170.22 2.03/191.50
llama-2-13b   1 242.44/72.73 24.24/290.93 218.81/0.92 24.85/290.93 0.61/327.29
llama-2-13b   4 78.79/290.93 24.24/290.93 55.16/3.66 6.67/290.93 0.61/327.29
llama-2-13b   8 51.52/581.85 24.24/581.85 27.88/7.32 3.64/290.93 0.61/327.29
llama-2-70b   1 1284.79/385.44 128.48/1541.75 1157.19/1.31 129.35/1541.75 0.88/1734.47
llama-2-70b   4 417.56/1541.75 128.48/1541.75 289.95/5.25 32.99/1541.75 0.88/1734.47
llama-2-70b   8 273.02/3083.50 128.48/3083.50 145.41/10.50 16.93/1541.75 0.88/1734.47
"""
ROWS = [line.split() for line in PRINTED.strip().splitlines()]


def written(needs: Needs) -> str:
    return f"{needs.card / GIB:.2f}/{needs.host / GIB:.2f}"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} on {row[1]}")
def test_the_estimate_is_deepspeeds(row: list[str]) -> None:
    parameters, largest = MODELS[row[0]]
    cards = int(row[1])
    assert [
        written(zero2_states(parameters, cards)),
        written(zero2_states(parameters, cards, offload=True)),
        written(zero3_states(parameters, largest, cards)),
        written(zero3_states(parameters, largest, cards, offload_optimizer=True)),
        written(zero3_states(parameters, largest, cards, offload_optimizer=True, offload_parameters=True)),
    ] == row[2:]


def test_the_papers_example_of_model_states() -> None:
    """Rajbhandari et al. 2020, figure 1: 7.5 billion parameters on 64 cards, 16 bytes each: 120, 16.6 and 1.9 GB."""
    from compiler.planning.training.ranges import sure
    from compiler.planning.training.states import Model, states_of
    from compiler.planning.training.zero import NONE, zero_of

    model = Model(sure(0), 7_500_000_000, False, 0, 7_500_000_000, 1, "bf16", "adamw_torch")

    def gigabytes(strategy: str) -> float:
        zero = NONE if strategy == "none" else zero_of(strategy, 1)  # type: ignore[arg-type]
        parts = states_of(model, zero, 64).card
        named = ("weights", "gradients", "master", "optimizer")
        return sum(parts[one].expected for one in named) / 1e9

    # The paper counts 16-bit gradients. The planner has 32-bit ones where they are: 2P more without ZeRO, 2P / N with it.
    assert gigabytes("none") == pytest.approx(120 + 15, abs=0.1)
    assert gigabytes("zero2") == pytest.approx(16.64 + 15 / 64, abs=0.1)
    assert gigabytes("zero3") == pytest.approx(1.875 + 15 / 64, abs=0.01)
