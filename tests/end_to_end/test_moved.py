"""A renamed fine-tuning goes on with the run that is served: with real git, step by step."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.end_to_end.test_promotions import KEY, Team

MOVED = ("prod", "bot/services/chat", "bot/finetunes/tone")


@pytest.fixture
def team(tmp_path: Path) -> Team:
    """A repo that was compiled and committed, whose service is held on an older run."""
    made = Team(tmp_path / "repo")
    made.compile()
    made.commit()
    return made


def rename(team: Team, *, say: bool = True) -> None:
    """`lora` is called `tone`."""
    team.edit("  lora:", "  tone:")
    team.edit("model: lora", "model: tone")
    if say:
        team.edit("datasets:", "moved: {lora: tone}\ndatasets:")


def test_a_run_that_the_lock_file_holds_is_still_served(team: Team) -> None:
    team.edit("1.0e-4", "2.0e-4")
    team.compile()
    team.commit()
    kept = team.lock[KEY]
    (old,) = team.served
    rename(team)
    team.compile()
    assert team.lock == {MOVED: kept}
    assert team.served == [old]
    assert f"runs/{old}/merged" in team.service
    assert "claimName: bot-lora" in team.service


def test_a_rename_and_an_edit_at_once_still_serve_the_committed_run(team: Team) -> None:
    (old,) = team.served
    rename(team)
    team.edit("1.0e-4", "2.0e-4")
    team.compile()
    assert (team.lock[MOVED]["run"], team.served) == (old, [old])


def test_without_an_edit_nothing_is_recorded_and_the_same_run_is_served(team: Team) -> None:
    (old,) = team.served
    rename(team)
    team.compile()
    assert (team.lock, team.served) == ({}, [old])
