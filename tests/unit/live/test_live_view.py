"""The change view with a live cluster as its first side: the verdicts are those of any other change."""

from __future__ import annotations

from pathlib import Path

import pytest

from compiler.change.sides import compiled
from compiler.change.view import view
from compiler.diagnostics import Severity
from compiler.live.comparing import live_side
from compiler.requests import Request
from tests.api_server.server import Running
from tests.command import run
from tests.unit.live.repos import PROJECT, repo_in, synced


def verdicts(repo: Path) -> dict[str, str]:
    """Target -> verdict, of the way from the cluster to the specs."""
    after, found, _ = compiled(Request(repo))
    assert [one.wrong for one in found if one.level is Severity.ERROR] == []
    before = live_side("prod", after, "prod")
    assert [one.wrong for one in before.found if one.code.id != "HYD699"] == []
    return {one.subject.target: one.judged.verdict.label for one in view(before.value, after).outcomes}


def test_what_was_just_synced_changes_nothing(up: Running, repo: Path) -> None:
    synced(up.cluster, repo)
    assert verdicts(repo) == {}


def test_an_empty_cluster_gets_everything(up: Running, repo: Path) -> None:
    found = verdicts(repo)
    assert len(found) == 8
    assert set(found.values()) == {"created"}


def test_edits_get_their_verdicts(up: Running, repo: Path, tmp_path: Path) -> None:
    synced(up.cluster, repo)
    edits = (
        ("size: 10Gi", "size: 20Gi"),
        ("  more: {source: s3://corp/more}\n", "  more: {source: s3://corp/other}\n"),
        ("count: 1}}", "count: 1}, replicas: {min: 2, max: 2}}"),
    )
    project = PROJECT
    for old, new in edits:
        assert old in project
        project = project.replace(old, new)
    found = verdicts(repo_in(tmp_path / "new", project))
    assert found["PersistentVolumeClaim/nlp/bot-tickets"] == "in-place"
    assert found["Job/nlp/bot-more-preload"] == "new-run"
    assert found["InferenceService/nlp/bot-chat"] == "in-place"


def test_what_cannot_go_well_is_told(up: Running, repo: Path, tmp_path: Path) -> None:
    synced(up.cluster, repo)
    project = PROJECT.replace("size: 10Gi", "size: 5Gi").replace("  more: {source: s3://corp/more}\n", "")
    found = verdicts(repo_in(tmp_path / "new", project))
    assert found["PersistentVolumeClaim/nlp/bot-tickets"] == "data-at-risk"
    assert found["PersistentVolumeClaim/nlp/bot-more"] == "data-at-risk"
    assert found["Job/nlp/bot-more-preload"] == "removed"


def test_the_command_compares_with_the_cluster(up: Running, repo: Path, tmp_path: Path) -> None:
    synced(up.cluster, repo)
    assert run(repo, "diff", "--live", "--context", "prod").report["objects"] == []
    smaller = repo_in(tmp_path / "new", PROJECT.replace("size: 10Gi", "size: 5Gi"))
    ran = run(smaller, "diff", "--live", "--context", "prod")
    assert (ran.code, ran.report["base"]) == (1, "the cluster of prod")
    assert [one["verdict"] for one in ran.report["objects"]] == ["data-at-risk"]


@pytest.mark.parametrize(
    "arguments", [["--live"], ["--context", "prod"], ["--live", "--context", "prod", "--base", "HEAD"]]
)
def test_what_to_compare_with_has_to_be_clear(repo: Path, arguments: list[str]) -> None:
    assert run(repo, "diff", *arguments).code == 2


def test_a_cluster_that_cannot_be_asked_shows_no_view(up: Running, repo: Path) -> None:
    ran = run(repo, "diff", "--live", "--context", "elsewhere")
    assert (ran.code, ran.output) == (1, "")
