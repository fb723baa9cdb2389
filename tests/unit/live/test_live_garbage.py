"""Answers of the right form with the wrong things in them: findings, and never a fault."""

from __future__ import annotations

import copy
import random
from pathlib import Path
from typing import Any

import pytest

from compiler.live.client import connected
from compiler.live.comparing import live_subjects
from compiler.live.importing import import_from
from compiler.live.verifying import verify
from tests.api_server.server import Running
from tests.unit.checking.test_importing import crd
from tests.unit.live.repos import PROJECT, repo_in, subjects_of, synced

VALUES: tuple[Any, ...] = (None, 0, 7, "", "x", [], {}, ["x"], [None], {"x": None}, {"f:x": 3}, True, 1.5)


def garbled(body: Any, source: random.Random) -> Any:
    """The answer with something else in one place."""
    body = copy.deepcopy(body)
    places = list(inside(body))
    for holder, key in source.sample(places, min(len(places), source.randint(1, 3))):
        if source.random() < 0.2 and isinstance(holder, dict):
            holder.pop(key, None)
        elif isinstance(holder, dict) or (isinstance(key, int) and key < len(holder)):
            holder[key] = source.choice(VALUES)
    return body


def inside(body: Any) -> Any:
    for key in list(body) if isinstance(body, dict) else range(len(body)):
        yield body, key
        if isinstance(body[key], dict | list):
            yield from inside(body[key])


@pytest.mark.parametrize("seed", range(12))
def test_no_answer_is_a_fault(up: Running, repo: Path, tmp_path: Path, seed: int) -> None:
    source = random.Random(seed)
    synced(up.cluster, repo)
    up.cluster.put(crd())
    wanted = subjects_of(repo_in(tmp_path / "new", PROJECT.replace("10Gi", "5Gi").replace("corp/more", "corp/other")))
    share = source.choice((1.0, 0.3, 0.1))
    up.cluster.garble = lambda body: garbled(body, source) if source.random() < share else body
    for _ in range(3):
        with connected("prod", 5) as api:
            assert verify(wanted, api).value.taken <= len(wanted)
        assert len(live_subjects("prod", wanted, timeout=5).value) <= 2 * len(wanted)
        import_from("prod", (), tmp_path / "schemas")
