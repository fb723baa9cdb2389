"""Planners are found by the names of what they plan."""

from __future__ import annotations

from compiler.planning.working import planner_of, planners


def test_every_planner_is_found_by_the_name_of_its_workload() -> None:
    assert {one: planner_of(one.__name__) for one in planners()} == planners()
