"""What the last run came to is believed only where nothing changed that it depended on."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from compiler import pipeline
from tests.command import Ran, run, snapshot
from tests.end_to_end.repos import make

CLAIM = "rendered/prod/nlp/bot/persistentvolumeclaim-bot-tickets.yaml"
SCHEMA = '{"type": "object", "properties": {"spec": {"properties": {"size": {"minimum": 2}}}}}'


class Runs:
    """Runs the command in a repo with a cache, and counts how often something was compiled."""

    def __init__(self, repo: Path, cache: Path) -> None:
        self.repo, self.cache, self.compiled = repo, cache, 0

    def __call__(self, *arguments: str) -> Ran:
        return run(self.repo, "compile", *arguments, cache=self.cache)

    def believed(self, *arguments: str) -> bool:
        """Whether a run compiles nothing."""
        before = self.compiled
        self(*arguments)
        return self.compiled == before


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runs:
    """A repo that was compiled once."""
    made = Runs(make(tmp_path / "repo"), tmp_path / "cache")
    real = pipeline.compile_repo

    def counted(*arguments: Any) -> Any:
        made.compiled += 1
        return real(*arguments)

    monkeypatch.setattr(pipeline, "compile_repo", counted)
    assert (made().code, made.compiled) == (0, 1)
    return made


def edit(path: str, old: str, new: str) -> Callable[[Path], None]:
    """Replaces a text in a file."""

    def change(repo: Path) -> None:
        text = (repo / path).read_text()
        assert old in text
        (repo / path).write_text(text.replace(old, new))

    return change


def add(path: str, text: str) -> Callable[[Path], None]:
    """Adds a file."""

    def change(repo: Path) -> None:
        (repo / path).parent.mkdir(parents=True, exist_ok=True)
        (repo / path).write_text(text)

    return change


def commit(repo: Path) -> None:
    """Commits everything in a repository of its own."""
    for arguments in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", "-C", str(repo), *arguments], check=True)


def link_the_tree(repo: Path) -> None:
    """Moves the tree away and leaves a link to it."""
    (repo / "rendered").rename(repo / "other")
    (repo / "rendered").symlink_to("other")


def move_specs(repo: Path) -> None:
    """Renames a directory with specs."""
    (repo / "docs").rename(repo / "documents")


CHANGES: Mapping[str, Callable[[Path], None]] = {
    "a spec": edit("teams/nlp/hydra.yaml", "50Gi", "60Gi"),
    "a comment in a spec": edit("teams/nlp/hydra.yaml", "datasets:", "datasets:  # all of them"),
    "a new spec": add("teams/new/hydra.yaml", "# nothing yet\n"),
    "a spec that is gone": lambda repo: (repo / "docs/widget.hydra.yaml").unlink(),
    "a spec under another name": move_specs,
    "the settings": edit(".hydra.yaml", "kinds:", "policy: {HYD405: error}\nkinds:"),
    "a lock file": add("hydra.lock", "version: 1\n"),
    "settings that are gone": lambda repo: (repo / ".hydra.yaml").unlink(),
    "a cluster": edit("clusters/prod.yaml", "100Gi", "200Gi"),
    "a new cluster": add("clusters/test.yaml", "apiVersion: hydra.io/v1alpha1\nkind: Cluster\nmetadata: {name: test}\n"),
    "a library entry": edit("library/loaders/s3.yaml", "1.70", "1.71"),
    "a new library entry": add("library/models/own.yaml", "kind: Model\nname: own\nextends: qwen2.5-7b-instruct\n"),
    "an imported schema": add("schemas/widget-example.com-v1.json", SCHEMA),
    "a file that is a source": edit("teams/nlp/greetings.jsonl", "hello", "good morning"),
    "a file that is a source and gone": lambda repo: (repo / "teams/nlp/greetings.jsonl").unlink(),
    "a commit": commit,
    "a rendered file": edit(CLAIM, "50Gi", "60Gi"),
    "a rendered file that is gone": lambda repo: (repo / CLAIM).unlink(),
    "the list": edit("rendered/hydra.list", "hydra-list 1", "hydra-list 1\n"),
    "a tree that is gone": lambda repo: shutil.rmtree(repo / "rendered"),
    "a tree behind a link": link_the_tree,
}  # fmt: skip


def test_a_run_without_a_change_is_remembered(runs: Runs) -> None:
    cold = runs("--check").report
    assert runs.believed()
    assert runs.believed("--check")
    assert runs.believed("--check", "--quiet")
    warm = runs().report
    assert warm["findings"] == cold["findings"]
    assert len(warm["findings"]) == 3
    assert (warm["summary"]["written"], warm["summary"]["objects"]) == (0, cold["summary"]["objects"])


def test_text_of_a_remembered_run_is_the_same(runs: Runs) -> None:
    warm = run(runs.repo, "compile", "--quiet", form="text", cache=runs.cache).output
    assert warm == run(runs.repo, "compile", "--quiet", form="text").output
    assert "^^^" in warm


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_seen(what: str, runs: Runs) -> None:
    CHANGES[what](runs.repo)
    fresh = run(runs.repo, "compile", "--check")
    assert not runs.believed("--check")
    assert (runs("--check").code, runs("--check").found) == (fresh.code, fresh.found)
    assert not runs.believed() or fresh.code == 0


def test_another_request_is_another_run(runs: Runs) -> None:
    assert not runs.believed("--cluster", "prod")
    assert not runs.believed("--out", "elsewhere")
    assert runs.believed()


def test_a_cache_that_was_tampered_with_is_not_believed(runs: Runs) -> None:
    (entry,) = (runs.cache / "hydra").iterdir()
    good = entry.read_bytes()
    edit("teams/nlp/hydra.yaml", "50Gi", "1Gi")(runs.repo)
    for content in (
        b"", b"{", b"[]", b"null", b"\xff\xfe", good[: len(good) // 2], b'{"format": 1}', b"[" * 100_000,
        json.dumps({**json.loads(good), "inputs": {}}).encode(), json.dumps({**json.loads(good), "inputs": None}).encode(),
        json.dumps({**json.loads(good), "found": [1]}).encode(), json.dumps({**json.loads(good), "listing": 7}).encode(),
    ):  # fmt: skip
        entry.write_bytes(content)
        ran = runs()  # the project is on two clusters, and each has the claim
        assert (ran.code, ran.codes.count("HYD603")) == (1, 2), content[:40]


def test_a_cache_that_is_right_but_for_its_findings_is_no_fault(runs: Runs) -> None:
    (entry,) = (runs.cache / "hydra").iterdir()
    good = json.loads(entry.read_bytes())
    changes: tuple[dict[str, Any], ...] = (
        {"found": [1]},
        {"found": 7},
        {"clusters": None},
        {"objects": 7},
        {"files": {}},
        {"format": 99},
    )
    for change in changes:
        entry.write_text(json.dumps({**good, **change}))
        assert runs().code == 0, change


def test_a_copy_elsewhere_has_no_use_for_it(runs: Runs, tmp_path: Path) -> None:
    copy = Runs(tmp_path / "copy", runs.cache)
    shutil.copytree(runs.repo, copy.repo)
    before = runs.compiled
    copy()
    assert runs.compiled == before + 1


def test_it_can_be_turned_off(runs: Runs) -> None:
    before = runs.compiled
    run(runs.repo, "compile")
    assert runs.compiled == before + 1
    assert len(list((runs.cache / "hydra").iterdir())) == 1


@pytest.mark.parametrize("cache", ["a-file", "a-file/below", "missing/deep"])
def test_a_cache_that_cannot_be_written_is_no_reason_to_fail(cache: str, runs: Runs, tmp_path: Path) -> None:
    (tmp_path / "a-file").write_text("")
    ran = run(runs.repo, "compile", cache=tmp_path / cache)
    assert (ran.code, snapshot(runs.repo / "rendered") != {}) == (0, True)


def test_a_failed_run_is_not_remembered(runs: Runs) -> None:
    edit("teams/nlp/hydra.yaml", "50Gi", "40Gi")(runs.repo)
    assert runs().code == 1
    assert not runs.believed()
    edit("teams/nlp/hydra.yaml", "40Gi", "50Gi")(runs.repo)
    assert runs().code == 0
