"""What a repo needs pinned."""

from __future__ import annotations

from pathlib import Path

import pytest

from compiler.lock.wanted import wanted
from compiler.requests import Request
from tests.command import repo_of
from tests.golden.trees import CASES
from tests.unit.lock.repos import HEAD, needs_of

LOADER = "ghcr.io/baizeai/dataset-data-loader:v0.1.9"


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """Two clusters, one of them with a mirror."""
    cluster = "apiVersion: hydra.io/v1alpha1\nkind: Cluster\nmetadata: {{name: {name}}}\nspec:\n{spec}"
    files = {
        "hydra.yaml": HEAD
        + """\
clusters: [prod, dev]
datasets:
  first: {source: "hf://datasets/acme/a@main"}
  second: {source: "hf://datasets/acme/a"}
  fixed: {source: "hf://datasets/acme/a@a09a35458c702b33eeacc393d103063234e8bc28"}
  branch: {source: "git://git.acme.io/a.git@main"}
jobs:
  own: {framework: pytorch, image: "train:1.4", command: [train], output: {path: /out}}
  fixed:
    framework: pytorch
    image: train@sha256:9b2cc13c1c3f4ad6d5a7fd3e1a6e2b7d3f0a0c8a3b1f4e5d6c7b8a9f0e1d2c3b
    command: [train]
    output: {path: /results}
overrides:
  dev:
    datasets: {branch: {source: "git://git.acme.io/a.git@dev"}}
""",
        "clusters/prod.yaml": cluster.format(name="prod", spec="  images: {registry: registry.acme.io/mirror}\n"),
        "clusters/dev.yaml": cluster.format(name="dev", spec='  kubernetes: "1.33"\n'),
    }
    return repo_of(tmp_path, files)


def test_every_name_that_can_move_is_wanted_once_for_all_clusters(repo: Path) -> None:
    assert [(one.system, one.section, one.name, one.location, one.revision) for one in needs_of(repo)] == [
        ("oci", "images", "docker.io/library/train:1.4", "docker.io/library/train", "1.4"),
        ("oci", "images", LOADER, LOADER.partition(":")[0], "v0.1.9"),
        ("git", "revisions", "git+https://git.acme.io/a.git@dev", "https://git.acme.io/a.git", "dev"),
        ("git", "revisions", "git+https://git.acme.io/a.git@main", "https://git.acme.io/a.git", "main"),
        ("huggingface", "revisions", "hf://datasets/acme/a@main", "datasets/acme/a", "main"),
    ]


def test_a_name_points_to_where_a_spec_says_it(repo: Path) -> None:
    spans = {one.name: one.at.span() for one in needs_of(repo)}
    text = (repo / "hydra.yaml").read_text().splitlines()
    lines = {name: (span.file, text[span.line - 1].strip()) for name, span in spans.items()}
    assert lines["hf://datasets/acme/a@main"] == ("hydra.yaml", 'first: {source: "hf://datasets/acme/a@main"}')
    assert lines["docker.io/library/train:1.4"][1].startswith("own: {framework: pytorch")


def test_one_cluster_alone_wants_what_all_want(repo: Path) -> None:
    names = [one.name for one in needs_of(repo)]
    assert [one.name for one in wanted(Request(repo, clusters=("dev",))).value] == names


def test_what_is_pinned_is_wanted_all_the_same(repo: Path) -> None:
    before = needs_of(repo)
    commit = "a09a35458c702b33eeacc393d103063234e8bc28"
    lock = f"""\
version: 1
revisions:
  hf://datasets/acme/a@main: {commit}
images:
  {LOADER}: sha256:9b2cc13c1c3f4ad6d5a7fd3e1a6e2b7d3f0a0c8a3b1f4e5d6c7b8a9f0e1d2c3b
"""
    (repo / "hydra.lock").write_text(lock)
    assert [one[:4] for one in needs_of(repo)] == [one[:4] for one in before]


def test_errors_are_told_and_the_rest_is_wanted(repo: Path) -> None:
    spec = repo / "hydra.yaml"
    spec.write_text(spec.read_text().replace("  second: {source:", "  second: {sauce:"))
    staged = wanted(Request(repo))
    assert [one.code.id for one in staged.found] == ["HYD201"]
    assert "hf://datasets/acme/a@main" in {one.name for one in staged.value}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_documents_that_are_passed_through_want_nothing(case: Path) -> None:
    names = {one.name for one in needs_of(case / "repo")}
    assert bool(names) == (not case.name.endswith(("passed-through", "passed-through-documents")))
