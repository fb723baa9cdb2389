"""The examples in a rule's documentation do what the page says: the bad one is found, the good one is not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from compiler.checking.rule import Rule, rules
from compiler.linking.profile import Profile
from compiler.pipeline import Request, validate

LOADER = {"kind": "Loader", "name": "s3", "summary": "Ours", "source": "https://acme.io", "extends": "s3"}


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.code.id)
def test_the_bad_example_is_found(rule: Rule, tmp_path: Path) -> None:
    assert rule.code.id in codes_of(rule, rule.code.bad, tmp_path)


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.code.id)
def test_the_good_example_is_not(rule: Rule, tmp_path: Path) -> None:
    assert rule.code.id not in codes_of(rule, rule.code.good, tmp_path)


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.code.id)
def test_a_rule_is_in_a_file_of_its_name(rule: Rule) -> None:
    module = rule.check.__module__.rpartition(".")[2]
    assert module.startswith(rule.code.id.lower() + "_")


def codes_of(rule: Rule, example: str, root: Path) -> set[str]:
    """Codes that a repo with the example in its place has."""
    fragment: dict[str, Any] = yaml.safe_load(example)
    dataset: dict[str, Any] = {"source": "s3://corp/data"}
    cluster: dict[str, Any] = {}
    if "apiVersion" in fragment:
        write(root / "hydra.yaml", fragment)
    elif example.startswith("# library/"):
        write(root / "library" / "loaders" / "s3.yaml", LOADER | fragment)
    elif rule.on is Profile:
        cluster = fragment
    else:
        dataset |= fragment
    write(root / "clusters" / "one.yaml", document("Cluster", {"name": "one"}, {"spec": cluster}))
    project = document("Project", {"name": "p", "namespace": "nlp"}, {"datasets": {"d": dataset}})
    write(root / "p" / "hydra.yaml", project)
    return {one.code.id for one in validate(Request(root)).found}


def document(kind: str, metadata: dict[str, str], rest: dict[str, Any]) -> dict[str, Any]:
    """A document of the language."""
    return {"apiVersion": "hydra.io/v1alpha1", "kind": kind, "metadata": metadata, **rest}


def write(path: Path, value: dict[str, Any]) -> None:
    """A YAML file: JSON is YAML, and PyYAML would write `n` without quotes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), encoding="utf-8")
