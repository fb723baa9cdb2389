"""Real Git and real pre-commit run the hooks of this project, in a repo that `hydra init` has made."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import repo_of, snapshot
from tests.end_to_end.hooked import Clone, make_project

pytest.importorskip("pre_commit", reason="pre-commit is not installed: `make test`")

NO_INDEX = re.compile(r"No matching distribution|Could not find a version|Max retries|Connection|Temporary failure")
SPEC = "teams/ml/first-project/hydra.yaml"
CLAIM = "rendered/prod/ml/first-project/persistentvolumeclaim-first-project-questions.yaml"


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repo of this project as it is now, with its release's tag, and pre-commit's home. One for all processes."""
    base = tmp_path_factory.getbasetemp()
    directory = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "hooks"
    directory.mkdir(exist_ok=True)
    with (directory / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (directory / "made").exists():
            make_project(directory)
            (directory / "made").touch()
    return directory


@pytest.fixture(scope="session")
def begun(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repo that `hydra init` has made and that is committed, with the hooks installed."""
    root = tmp_path_factory.mktemp("begun") / "repo"
    root.mkdir()
    clone = Clone(root, shared)
    made = clone.hydra("init", "--yes", "--git", "--hydra", f"file://{shared / 'hydra'}")
    assert made.code == 0, made.said
    clone.git("add", "--all")
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        installed = clone.run("pre-commit", "install", "--install-hooks")
    if installed.code and NO_INDEX.search(installed.said):
        pytest.skip("pip has no index to install the hooks' environment from")
    assert installed.code == 0, installed.said
    first = clone.commit()
    assert first.code == 0, first.said
    return root


@pytest.fixture
def clone(begun: Path, shared: Path, tmp_path: Path) -> Iterator[Clone]:
    """A copy of that repo."""
    shutil.copytree(begun, tmp_path / "repo", symlinks=True)
    clone = Clone(tmp_path / "repo", shared)
    yield clone
    clone.git("fsck", "--no-progress")


def use(clone: Clone, hook: str) -> None:
    """Have another hook than that which `hydra init` chose."""
    clone.replace(".pre-commit-config.yaml", "id: hydra-compile", f"id: {hook}")
    clone.git("add", ".pre-commit-config.yaml")
    assert hook == "hydra-compile" or clone.commit("--no-verify").code == 0


def test_a_stale_commit_is_refused_and_passes_once_the_tree_is_added(clone: Clone) -> None:
    clone.replace(SPEC, "1Gi", "2Gi")
    clone.git("add", SPEC)
    refused = clone.commit()
    assert refused.code == 1
    assert "git add" in refused.said
    assert CLAIM in refused.said
    assert "storage: 2Gi" in (clone.root / CLAIM).read_text()
    assert clone.commits() == 1
    clone.git("add", "rendered")
    passed = clone.commit()
    assert passed.code == 0, passed.said
    assert "storage: 2Gi" in clone.committed(CLAIM)


def test_the_check_refuses_and_changes_nothing(clone: Clone) -> None:
    use(clone, "hydra-check")
    clone.replace(SPEC, "1Gi", "2Gi")
    clone.git("add", SPEC)
    before = snapshot(clone.root / "rendered")
    refused = clone.commit()
    assert refused.code == 1
    assert "HYD028" in refused.said
    assert "+      storage: 2Gi" in refused.said
    assert snapshot(clone.root / "rendered") == before
    assert clone.hydra("compile").code == 0
    clone.git("add", "--all")
    assert clone.commit().code == 0


def test_unstaged_changes_survive_and_are_not_compiled(clone: Clone) -> None:
    clone.replace(SPEC, "1Gi", "2Gi")
    assert clone.hydra("compile").code == 0
    clone.git("add", "--all")
    clone.replace(SPEC, "2Gi", "3Gi")
    passed = clone.commit()
    assert passed.code == 0, passed.said
    assert "storage: 2Gi" in clone.committed(CLAIM)
    assert "3Gi" in (clone.root / SPEC).read_text()


def test_what_is_staged_is_compiled_where_the_file_was_edited_further(clone: Clone) -> None:
    clone.replace(SPEC, "1Gi", "2Gi")
    clone.git("add", SPEC)
    clone.replace(SPEC, "2Gi", "nonsense")
    refused = clone.commit()
    assert refused.code == 1
    assert "nonsense" not in refused.said
    assert "nonsense" in (clone.root / SPEC).read_text()
    assert "storage: 2Gi" in (clone.root / CLAIM).read_text()


def test_a_tree_that_was_compiled_and_not_added_is_refused(clone: Clone) -> None:
    clone.replace(SPEC, "1Gi", "2Gi")
    assert clone.hydra("compile").code == 0
    clone.git("add", SPEC)
    refused = clone.commit()
    assert refused.code == 1
    assert CLAIM in refused.said
    assert "storage: 2Gi" in (clone.root / CLAIM).read_text()


@pytest.mark.parametrize("hook", ["hydra-compile", "hydra-check"])
def test_new_manifests_that_commit_all_leaves_out_are_missed(clone: Clone, hook: str) -> None:
    use(clone, hook)
    repo_of(clone.root, {"teams/ml/second/hydra.yaml": second(clone)})
    assert clone.hydra("compile").code == 0
    clone.git("add", "teams")
    refused = clone.commit("--all")
    assert refused.code == 1
    assert "HYD960" in refused.said
    assert "rendered/prod/ml/second/kustomization.yaml" in refused.said
    clone.git("add", "--all")
    assert clone.commit().code == 0


@pytest.mark.parametrize("hook", ["hydra-compile", "hydra-check"])
def test_a_draft_is_no_part_of_a_commit(clone: Clone, hook: str) -> None:
    use(clone, hook)
    repo_of(clone.root, {"teams/ml/second/hydra.yaml": second(clone), "teams/third.hydra.yaml": "not: [finished\n"})
    clone.replace("README.md", "# LLM platform", "# Our LLM platform")
    passed = clone.commit("--all")
    assert passed.code == 0, passed.said
    assert "?? teams/ml/second/" in clone.git("status", "--short")


def test_a_cluster_that_git_does_not_know_is_missed(clone: Clone) -> None:
    clone.replace(SPEC, "kind: Project", "kind: Project\nclusters: [prod]")
    clone.git("add", "--all")
    clone.commit("--no-verify")
    cluster = (clone.root / "clusters" / "prod.yaml").read_text()
    repo_of(clone.root, {"clusters/staging.yaml": cluster.replace("prod", "staging")})
    clone.replace(SPEC, "# What", "# All that")
    refused = clone.commit("--all")
    assert refused.code == 1
    assert "HYD961" in refused.said
    clone.git("add", "clusters")
    assert clone.commit("--all").code == 0


def test_a_spec_that_is_removed_makes_the_tree_stale(clone: Clone) -> None:
    repo_of(clone.root, {"teams/ml/second/hydra.yaml": second(clone)})
    assert clone.hydra("compile").code == 0
    clone.git("add", "--all")
    assert clone.commit().code == 0
    clone.git("rm", "--quiet", "teams/ml/second/hydra.yaml")
    refused = clone.commit()
    assert refused.code == 1
    assert "HYD601" in refused.said


def test_one_file_of_several_that_are_staged_can_be_committed(clone: Clone) -> None:
    clone.replace(SPEC, "1Gi", "2Gi")
    clone.git("add", SPEC)
    clone.replace("README.md", "# LLM platform", "# Our LLM platform")
    passed = clone.commit("README.md")
    assert passed.code == 0, passed.said
    assert "2Gi" in (clone.root / SPEC).read_text()
    assert "1Gi" in clone.committed(SPEC)


@pytest.mark.parametrize("hook", ["hydra-compile", "hydra-check", "hydra-validate"])
def test_a_broken_spec_is_refused_where_it_is_broken(clone: Clone, hook: str) -> None:
    use(clone, hook)
    clone.replace(SPEC, "models:", "modells:")
    clone.git("add", SPEC)
    before = snapshot(clone.root / "rendered")
    refused = clone.commit()
    assert refused.code == 1
    assert re.search(rf"{SPEC}:7:1\b", refused.said), refused.said
    assert snapshot(clone.root / "rendered") == before


def test_a_repo_in_a_directory_of_a_git_repo(begun: Path, shared: Path, tmp_path: Path) -> None:
    root = tmp_path / "all"
    root.mkdir()
    clone = Clone(root, shared)
    clone.git("init", "--quiet")
    assert clone.hydra("init", "ml/platform", "--yes", "--hydra", f"file://{shared / 'hydra'}").code == 0
    assert clone.run("pre-commit", "install").code == 0
    clone.git("add", "--all")
    assert clone.commit().code == 0
    clone.replace(f"ml/platform/{SPEC}", "1Gi", "2Gi")
    refused = clone.commit("--all")
    assert refused.code == 1
    assert f"ml/platform/{CLAIM}" in clone.git("status", "--short")
    passed = clone.commit("--all")
    assert passed.code == 0, passed.said


def test_a_tree_elsewhere_is_checked_as_well(clone: Clone) -> None:
    clone.git("mv", "rendered", "tree")
    (clone.root / ".hydra.yaml").write_text("output: tree\n")
    assert clone.hydra("compile").code == 0
    clone.git("add", "--all")
    assert clone.commit().code == 0
    clone.replace(SPEC, "1Gi", "2Gi")
    refused = clone.commit("--all")
    assert refused.code == 1
    assert CLAIM.replace("rendered/", "tree/") in refused.said


def second(clone: Clone) -> str:
    """Another project."""
    return (
        (clone.root / SPEC)
        .read_text()
        .replace("first-project", "second")
        .replace("./questions.jsonl", "s3://corp/questions")
    )
