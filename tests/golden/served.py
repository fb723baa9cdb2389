"""What golden cases and the sample render for serving, with the versions of the clusters that it is for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

from compiler.manifest import Body
from tests.golden.trees import CASES

SAMPLE = Path(__file__).parents[2] / "sample-repo"
TREES = {**{case.name: (case / "repo", case / "expected") for case in CASES}, "sample": (SAMPLE, SAMPLE / "rendered")}
NEWEST = "99"
"""Version of an operator that a cluster says nothing of."""


class Served(NamedTuple):
    """An object, not to be changed."""

    path: str
    body: Body
    kserve: tuple[int, ...]
    """Version of KServe on its cluster."""


@cache
def rendered(kind: str) -> tuple[Served, ...]:
    """The objects of a kind that Hydra made itself, of all trees.

    Raises: LookupError, where there is none: a test over nothing would say nothing.
    """
    found = tuple(one for name in TREES for one in _of_tree(name, kind))
    if not found:
        raise LookupError(f"no tree has an object of kind {kind}")
    return found


def _of_tree(name: str, kind: str) -> Iterator[Served]:
    repo, expected = TREES[name]
    versions = _kserve_versions(repo)
    for file in sorted(expected.rglob(f"{kind.lower()}-*.yaml")):
        body = yaml.load(file.read_text("utf-8"), yaml.CSafeLoader)
        # Documents that are passed through are their authors'.
        if body["metadata"].get("labels", {}).get("app.kubernetes.io/managed-by") == "hydra":
            cluster, *_ = file.relative_to(expected).parts
            version = versions.get(cluster, NEWEST)
            yield Served(f"{name}/{file.relative_to(expected)}", body, tuple(map(int, version.split("."))))


@cache
def _kserve_versions(repo: Path) -> Mapping[str, str]:
    """Cluster -> version of its KServe."""
    files = [one for one in repo.rglob("*.yaml") if "rendered" not in one.relative_to(repo).parts]
    clusters = [body for file in files for body in _documents(file) if body.get("kind") == "Cluster"]
    operators = {one["metadata"]["name"]: one.get("spec", {}).get("operators", {}) for one in clusters}
    found = {name: one.get("inference", {}).get("version") for name, one in operators.items()}
    return {name: version for name, version in found.items() if version is not None}


def _documents(file: Path) -> Iterator[Body]:
    yield from (one for one in yaml.load_all(file.read_text("utf-8"), yaml.CSafeLoader) if isinstance(one, dict))
