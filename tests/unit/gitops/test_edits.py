"""What an edit does to the objects of a controller, also where only the edited spec is compiled again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from compiler import pipeline
from compiler.pipeline import Request
from tests.compiled import repo_of
from tests.golden.trees import stored
from tests.unit.gitops.trees import JOB, URL, cluster

OTHER = """\
apiVersion: hydra.io/v1alpha1
kind: Project
metadata: {{name: other-{0}, namespace: team-{0}}}
datasets: {{tickets: {{source: "s3://corp/tickets-{0}"}}}}
"""
FLUX = cluster(controller="flux", repo=URL)
UNITS = cluster(controller="flux", repo=URL, perUnit=True)


def repo(root: Path, section: str) -> Path:
    """A compiled repo of nine projects."""
    files = {f"teams/{number}/hydra.yaml": OTHER.format(number) for number in range(9)}
    repo_of(root, files | {"clusters/prod.yaml": section, ".hydra.yaml": ""})
    assert pipeline.compile_tree(Request(root)).written
    return root


def trees(root: Path, elsewhere: Path) -> tuple[dict[str, str], dict[str, str]]:
    """The tree after another compile, and that of a repo that was never compiled."""
    pipeline.compile_tree(Request(root))
    shutil.copytree(root, elsewhere, ignore=shutil.ignore_patterns("rendered", ".hydra"))
    pipeline.compile_tree(Request(elsewhere))
    return stored(root / "rendered"), stored(elsewhere / "rendered")


@pytest.mark.parametrize("section", [FLUX, UNITS], ids=["cluster", "units"])
@pytest.mark.parametrize("edit", ["", JOB, "labels: {a: b}"], ids=["none", "kind", "field"])
def test_an_edit_gives_the_tree_that_a_whole_compile_gives(section: str, edit: str, tmp_path: Path) -> None:
    root = repo(tmp_path / "repo", section)
    spec = root / "teams/3/hydra.yaml"
    text = spec.read_text()
    spec.write_text(text + edit if "jobs" in edit else text.replace("namespace: team-3", f"namespace: team-3, {edit}"))
    again, whole = trees(root, tmp_path / "elsewhere")
    assert again == whole
    listed = yaml.safe_load(again["prod/kustomization.yaml"])["resources"]
    assert "_gitops" not in listed
    text = "".join(text for path, text in again.items() if "/_gitops/" in path)
    assert ("PyTorchJob" in text) == ("jobs" in edit)


def test_another_unit_is_another_kustomization(tmp_path: Path) -> None:
    root = repo(tmp_path / "repo", UNITS)
    repo_of(root, {"teams/9/hydra.yaml": OTHER.format(9)})
    again, whole = trees(root, tmp_path / "elsewhere")
    assert again == whole
    assert "prod/_gitops/kustomization-platform-prod.team-9.other-9.yaml" in again


def test_a_cluster_without_the_section_has_no_objects_any_more(tmp_path: Path) -> None:
    root = repo(tmp_path / "repo", FLUX)
    (root / "clusters/prod.yaml").write_text(cluster())
    pipeline.compile_tree(Request(root))
    assert not [path for path in stored(root / "rendered") if "_gitops" in path]
