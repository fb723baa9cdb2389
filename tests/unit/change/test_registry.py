"""Every kind that Hydra renders has a rule, and no kind has two."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from compiler.change.kinds.registry import judged, rules
from tests.golden.served import TREES
from tests.unit.change.subjects import ALONE

WITHOUT = {"example.org/Widget", "sparkoperator.k8s.io/SparkApplication"}
"""Kinds that only users' documents have."""


def _kinds(root: Path) -> set[str]:
    bodies = (yaml.load(file.read_text("utf-8"), yaml.CSafeLoader) for file in root.rglob("*-*.yaml"))
    return {f"{one['apiVersion'].rpartition('/')[0]}/{one['kind']}" for one in bodies}


def test_every_kind_that_is_rendered_has_a_rule() -> None:
    rendered = {kind for _, expected in TREES.values() for kind in _kinds(expected)}
    assert {"batch/Job", "/ConfigMap", "ray.io/RayService"} <= rendered
    assert rendered - {*rules()} <= WITHOUT


def test_an_object_on_neither_side_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="neither side"):
        judged(None, None, (), ALONE)
