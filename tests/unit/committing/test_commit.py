"""What is about to be committed: what Git lacks of it is named, and what Git does not know is left out."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from compiler.cli import hydra
from tests.command import Ran, inside, repo_of, run, snapshot

CLUSTER = "apiVersion: hydra.io/v1alpha1\nkind: Cluster\nmetadata: {name: prod}\n"
PROJECT = """\
apiVersion: hydra.io/v1alpha1
kind: Project
metadata: {name: bot, namespace: nlp}
clusters: [prod]
datasets:
  corpus: {source: s3://corp-data/corpus, volume: {size: 1Gi}}
"""
TREE = "rendered/prod/nlp/bot"


def git(root: Path, *arguments: str) -> None:
    known = ("-c", "user.name=a", "-c", "user.email=a@acme.io")
    subprocess.run(["git", "-C", str(root), *known, *arguments], check=True, capture_output=True)


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A committed repo."""
    repo_of(tmp_path, {"clusters/prod.yaml": CLUSTER, "bot/hydra.yaml": PROJECT, ".hydra.yaml": "{}\n"})
    assert run(tmp_path, "compile").code == 0
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message", "one")
    return tmp_path


def add(repo: Path, name: str = "other") -> None:
    """Another project, which is not in Git."""
    repo_of(repo, {f"{name}/hydra.yaml": PROJECT.replace("name: bot", f"name: {name}")})


def missed(ran: Ran) -> list[str]:
    """The files that the finding names."""
    (one,) = [one for one in ran.found if one["code"] == "HYD960"]
    return [word for word in str(one["message"]).split("`") if "/" in word]


@pytest.mark.parametrize("what", ["compile", "check"])
def test_a_commit_with_all_of_it_is_fine(repo: Path, what: str) -> None:
    ran = run(repo, "hook", what)
    assert (ran.code, ran.found) == (0, [])


def test_compile_writes_and_names_what_is_to_be_added(repo: Path) -> None:
    spec = repo / "bot" / "hydra.yaml"
    spec.write_text(PROJECT.replace("1Gi", "2Gi"))
    git(repo, "add", "bot")
    ran = run(repo, "hook", "compile")
    assert ran.code == 1
    assert missed(ran) == ["rendered/hydra.list", f"{TREE}/persistentvolumeclaim-bot-corpus.yaml"]
    git(repo, "add", "rendered")
    assert run(repo, "hook", "compile").code == 0


def test_check_writes_nothing(repo: Path) -> None:
    (repo / "bot" / "hydra.yaml").write_text(PROJECT.replace("1Gi", "2Gi"))
    before = snapshot(repo / "rendered")
    assert run(repo, "hook", "check").codes == ["HYD028"]
    assert snapshot(repo / "rendered") == before


def test_new_files_of_the_tree_are_missed(repo: Path) -> None:
    add(repo)
    assert run(repo, "compile").code == 0
    git(repo, "add", "other", "rendered/hydra.list", "rendered/prod/nlp/kustomization.yaml")
    ran = run(repo, "hook", "check")
    assert ran.code == 1
    assert [path for path in missed(ran) if "/nlp/other/" not in path] == []


def test_a_manifest_that_no_spec_makes_any_more_is_missed_while_git_has_it(repo: Path) -> None:
    add(repo)
    run(repo, "compile")
    git(repo, "add", "--all")
    git(repo, "commit", "--quiet", "--message", "two")
    (repo / ".hydra.yaml").write_text("acknowledge: [PersistentVolumeClaim/nlp/other-corpus]\n")
    (repo / "other" / "hydra.yaml").unlink()
    assert run(repo, "compile").code == 0
    git(repo, "add", ".hydra.yaml", "other", "rendered/hydra.list", "rendered/prod/nlp/kustomization.yaml")
    git(repo, "checkout", "--", "rendered")  # as pre-commit does with what is not staged
    ran = run(repo, "hook", "check")
    assert ran.code == 1
    assert f"{TREE.replace('bot', 'other')}/kustomization.yaml" in missed(ran)


def test_a_file_of_somebody_else_in_the_output_is_not_ours_to_name(repo: Path) -> None:
    repo_of(repo, {"rendered/README.md": "Hands off.\n"})
    git(repo, "add", "--all")
    assert run(repo, "hook", "check").code == 0


def test_a_draft_is_left_out_and_named(repo: Path) -> None:
    add(repo, "draft")
    ran = run(repo, "hook", "compile", form="text")
    assert ran.code == 0
    assert "Left out, since Git does not know it yet: `draft/hydra.yaml`." in ran.output
    assert not (repo / "rendered" / "prod" / "nlp" / "draft").exists()


def test_a_draft_is_left_out_after_a_compile_that_had_it(repo: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    cache = tmp_path_factory.mktemp("cache")
    add(repo, "draft")
    assert run(repo, "compile", cache=cache).code == 0
    git(repo, "checkout", "--", "rendered")
    assert run(repo, "hook", "check", cache=cache).code == 0
    assert run(repo, "hook", "check", cache=cache).code == 0
    git(repo, "add", "draft")
    assert run(repo, "hook", "check", cache=cache).code == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("clusters/staging.yaml", CLUSTER.replace("prod", "staging")),
        (
            "library/models/qwen2.5-7b-instruct.yaml",
            "kind: Model\nname: qwen2.5-7b-instruct\nextends: qwen2.5-7b-instruct\n",
        ),
    ],
)
def test_another_file_that_is_compiled_and_not_in_git_is_named(repo: Path, path: str, text: str) -> None:
    repo_of(repo, {path: text})
    ran = run(repo, "hook", "check")
    assert [(one["code"], one["span"]["file"]) for one in ran.found] == [("HYD961", path)]
    git(repo, "add", path)
    assert run(repo, "hook", "check").code == 0


def test_a_data_file_that_a_spec_names_is_named_in_every_run(
    repo: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    cache = tmp_path_factory.mktemp("cache")
    repo_of(repo, {"bot/rows.jsonl": "{}\n", "bot/notes.md": "Nothing of this is compiled.\n"})
    (repo / "bot" / "hydra.yaml").write_text(f"{PROJECT}  rows: {{source: ./rows.jsonl, volume: {{size: 1Gi}}}}\n")
    assert run(repo, "compile", cache=cache).code == 0
    git(repo, "add", "bot/hydra.yaml", "rendered")
    for _ in range(2):
        ran = run(repo, "hook", "check", cache=cache)
        assert [(one["code"], one["span"]["file"]) for one in ran.found] == [("HYD961", "bot/rows.jsonl")]
    git(repo, "add", "bot/rows.jsonl")
    (repo / "bot" / "hydra.yaml").write_text((repo / "bot" / "hydra.yaml").read_text() + "# a word\n")
    assert run(repo, "hook", "compile", cache=cache).code == 0


def test_a_tree_that_git_ignores_is_not_asked_for(repo: Path) -> None:
    git(repo, "rm", "-r", "--quiet", "--cached", "rendered")
    (repo / ".gitignore").write_text("rendered/\n")
    assert run(repo, "hook", "check").code == 0


def test_the_index_that_git_names_counts(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add(repo)
    run(repo, "compile")
    (repo / "second-index").write_bytes((repo / ".git" / "index").read_bytes())
    monkeypatch.setenv("GIT_INDEX_FILE", "second-index")
    git(repo, "add", "other", "rendered")
    assert run(repo, "hook", "check").code == 0
    monkeypatch.delenv("GIT_INDEX_FILE")
    assert run(repo, "hook", "check").code == 1


def test_a_repo_in_a_directory(tmp_path: Path) -> None:
    root = tmp_path / "a" / "b"
    repo_of(root, {"clusters/prod.yaml": CLUSTER, "bot/hydra.yaml": PROJECT, ".hydra.yaml": "{}\n"})
    git(tmp_path, "init", "--quiet")
    assert run(root, "compile").code == 0
    git(tmp_path, "add", "--all")
    assert run(tmp_path, "hook", "check", "a/b").code == 0
    git(tmp_path, "rm", "--quiet", "--cached", f"a/b/{TREE}/kustomization.yaml")
    assert missed(run(tmp_path, "hook", "check", "a/b")) == [f"{TREE}/kustomization.yaml"]


def test_outside_of_git_it_is_wrong_use(tmp_path: Path) -> None:
    repo_of(tmp_path, {"hydra.yaml": PROJECT.replace("clusters: [prod]\n", "")})
    with inside(tmp_path):
        ran = CliRunner().invoke(hydra, ["hook", "check"])
    assert ran.exit_code == 2
    assert "What is about to be committed is not known" in ran.output
