"""The repo that is shown to newcomers: fresh, without findings, and with something of everything."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from compiler import pipeline
from compiler.repo import Repo, settings_of
from tests.docs.pages import ROOT

SAMPLE = ROOT / "sample-repo"


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> pipeline.Outcome:
    """A check of a copy: what is committed around it does not count there."""
    copy = tmp_path_factory.mktemp("sample") / "repo"
    shutil.copytree(SAMPLE, copy, ignore=shutil.ignore_patterns(".hydra"))
    return pipeline.check_tree(pipeline.Request(root=copy))


def test_the_rendered_tree_is_fresh(outcome: pipeline.Outcome) -> None:
    assert outcome.stale == "", "run `make docs`"


def test_nothing_is_found(outcome: pipeline.Outcome) -> None:
    assert [f"{one.code.id} {one.wrong}" for one in outcome.found] == []


def test_a_finding_is_silenced_and_not_absent(tmp_path: Path) -> None:
    copy = tmp_path / "repo"
    shutil.copytree(SAMPLE, copy, ignore=shutil.ignore_patterns(".hydra"))
    for file in copy.rglob("*hydra.yaml"):
        file.write_text(file.read_text(encoding="utf-8").replace("# hydra: ignore", "# once:"), encoding="utf-8")
    found = {one.code.id for one in pipeline.validate(pipeline.Request(root=copy)).found}
    assert found == {"HYD405", "HYD406"}


def test_it_has_what_a_team_has(outcome: pipeline.Outcome) -> None:
    settings = settings_of(Repo(SAMPLE)).value
    texts = [file.read_text(encoding="utf-8") for file in sorted(SAMPLE.rglob("*hydra.yaml"))]
    assert outcome.clusters == ("prod", "staging")
    assert settings.foreign
    assert settings.policy
    for said in ("kind: Dataset", "kind: ModelSpec", "kind: Namespace", "kind: PersistentVolumeClaim", "overrides:"):
        assert any(said in text for text in texts), said
    assert list(SAMPLE.glob("library/*/*.yaml"))
