"""Published measurements: the estimate is right, and never says that fits what did not."""

from __future__ import annotations

import pytest

from compiler.planning.training.decide import decide
from tools.measured import CARD, GB, USED, Point, ask_of, error, estimate, known, load, median_error, points, predicted
from tools.memory_points import main

MEASURED = (*known(0), *known(1))


def test_there_are_enough() -> None:
    assert len(MEASURED) >= 30


@pytest.mark.parametrize("half", [0, 1], ids=["fitted", "predicted"])
def test_the_median_error_is_below_five_percent(half: int) -> None:
    assert median_error(known(half)) < 0.05


@pytest.mark.parametrize("point", MEASURED, ids=lambda point: point.name)
def test_each_is_within_a_quarter_or_explained(point: Point) -> None:
    assert abs(error(point)) < 0.25 or point.explained
    assert point.measured is not None
    assert estimate(point).low <= point.measured * GB * 1.1
    assert point.measured * GB <= estimate(point).high


def test_what_ran_out_of_memory_is_not_said_to_fit() -> None:
    failed = [one for one in points() if one.measured is None]
    assert failed
    for point in failed:
        assert estimate(point).low > CARD
        assert decide(ask_of(point)).plan is None


def test_the_planner_decides_with_the_same_numbers() -> None:
    for point in MEASURED[::7]:
        plan = decide(ask_of(point)).plan
        if plan is not None:
            assert plan.memory.total == estimate(point)
            assert (plan.strategy, plan.micro_batch, plan.precision) == (point.strategy, 1, point.precision)


def test_other_coefficients_are_put_in_the_place_of_the_planners() -> None:
    for point in MEASURED:
        assert predicted(point, USED) == pytest.approx(load(point).at(1).expected, rel=1e-3)


def test_the_page_is_fresh() -> None:
    assert main(["--check"]) == 0
