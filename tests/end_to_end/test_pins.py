"""Pins and promotions in one lock file, with real git: what is pinned is another run, and who serves moves when told."""

from __future__ import annotations

from pathlib import Path

import yaml

from tests.end_to_end.test_promotions import KEY, SERVICES, Team
from tests.unit.lock.repos import lock

BASE = "hf://Qwen/Qwen2.5-7B-Instruct@a09a35458c702b33eeacc393d103063234e8bc28"


def pins(team: Team) -> tuple[dict[str, str], dict[str, str]]:
    """Both sections of the lock file."""
    value = yaml.safe_load((team.root / "hydra.lock").read_text())
    return value.get("revisions", {}), value.get("images", {})


def test_a_model_that_is_pinned_is_trained_anew_and_the_service_waits_to_be_moved(tmp_path: Path) -> None:
    team = Team(tmp_path)
    team.edit(BASE, "hf://Qwen/Qwen2.5-7B-Instruct")
    team.compile()
    team.commit()
    (before,) = team.served

    pinned = lock(team.root)
    team.compile()
    assert team.lock[KEY]["run"] == before
    assert team.served == [before]
    assert pins(team) == (pinned.revisions, pinned.images)
    assert team.compile("--check").code == 0
    team.commit()

    assert team.promote("bot/chat").code == 0
    assert team.lock[KEY]["run"] != before
    assert pins(team) == (pinned.revisions, pinned.images)
    team.compile()
    assert team.served == [team.lock[KEY]["run"]]
    assert pins(team) == (pinned.revisions, pinned.images)


def test_a_service_that_goes_takes_no_pins_along(tmp_path: Path) -> None:
    team = Team(tmp_path)
    team.compile()
    team.commit()
    pinned = lock(team.root)
    team.edit("learningRate: 1.0e-4", "learningRate: 2.0e-4")
    team.compile()
    assert KEY in team.lock
    team.edit(SERVICES, "")
    ran = team.compile()
    assert "HYD562" in ran.codes
    assert "promotions" not in (team.root / "hydra.lock").read_text()
    assert pins(team) == (pinned.revisions, pinned.images)
