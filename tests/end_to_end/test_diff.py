"""`hydra diff` against a real git."""

from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path

import pytest
import yaml

from compiler.change.sides import since, view_of
from compiler.requests import Request
from tests.command import Ran, repo_of, run, snapshot
from tests.end_to_end import test_incremental as incremental

CLUSTER = """\
apiVersion: hydra.io/v1alpha1
kind: Cluster
metadata: {name: prod}
spec:
  storage: {default: {class: cephfs, accessModes: [ReadWriteMany], size: 100Gi}}
"""
PROJECT = """\
apiVersion: hydra.io/v1alpha1
kind: Project
metadata: {name: bot, namespace: nlp}
datasets:
  tickets:
    source: s3://corp/tickets
    volume: {size: 50Gi}
"""
CLAIM = "PersistentVolumeClaim/nlp/bot-tickets"


def git(repo: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(repo), "-c", "user.name=t", "-c", "user.email=t@t", *arguments],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout.strip()


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A repo with one commit."""
    made = repo_of(tmp_path / "repo", {".hydra.yaml": "", "clusters/prod.yaml": CLUSTER, "nlp/hydra.yaml": PROJECT})
    git(made, "init", "-q", "-b", "main")
    git(made, "add", "-A")
    git(made, "commit", "-qm", "first")
    return made


def edit(repo: Path, old: str, new: str, file: str = "nlp/hydra.yaml") -> None:
    text = (repo / file).read_text()
    assert old in text
    (repo / file).write_text(text.replace(old, new))


def diff(repo: Path, *arguments: str) -> Ran:
    return run(repo, "diff", *arguments)


def objects(ran: Ran) -> dict[str, str]:
    return {one["object"]: one["verdict"] for one in ran.report["objects"]}


def test_nothing_changed(repo: Path) -> None:
    ran = diff(repo)
    assert (ran.code, objects(ran)) == (0, {})
    assert "Nothing changes compared with HEAD" in run(repo, "diff", form="text").output


def test_a_smaller_claim_is_at_risk_and_an_error_until_it_is_acknowledged(repo: Path) -> None:
    edit(repo, "50Gi", "20Gi")
    ran = diff(repo)
    assert (ran.code, objects(ran)) == (1, {CLAIM: "data-at-risk"})
    assert ran.report["objects"][0]["spec"] == "nlp/hydra.yaml:5"
    edit(repo, "datasets:", f"acknowledge: [{CLAIM}]\ndatasets:")
    ran = diff(repo)
    assert (ran.code, objects(ran)) == (0, {CLAIM: "data-at-risk"})
    assert ran.report["objects"][0]["acknowledged"] is True


@pytest.mark.parametrize(
    ("fail_on", "code"), [("error", 0), ("warning", 0), ("new-run", 1), ("info", 1), ("data-at-risk", 0)]
)
def test_fail_on_takes_levels_and_verdicts(repo: Path, fail_on: str, code: int) -> None:
    edit(repo, "s3://corp/tickets", "s3://corp/others")
    ran = diff(repo, "--fail-on", fail_on)
    assert ran.code == code
    assert objects(ran)["Job/nlp/bot-tickets-preload"] == "new-run"


def test_an_unknown_level_is_wrong_use(repo: Path) -> None:
    assert diff(repo, "--fail-on", "nonsense").code == 2


def test_nothing_of_the_work_tree_or_of_git_is_touched(repo: Path) -> None:
    edit(repo, "50Gi", "80Gi")
    before = snapshot(repo)
    diff(repo)
    run(repo, "diff", form="markdown")
    assert snapshot(repo) == before


def test_a_branch_is_compared_with_another_one(repo: Path) -> None:
    git(repo, "checkout", "-qb", "larger")
    edit(repo, "50Gi", "80Gi")
    git(repo, "commit", "-qam", "larger")
    assert objects(diff(repo)) == {}
    ran = diff(repo, "--base", "main")
    assert (ran.report["base"], objects(ran)) == ("main", {CLAIM: "in-place"})
    assert ran.report["totals"]["storageGiB"] == {"before": 50.0, "after": 80.0}


def test_what_became_of_the_other_branch_since_is_left_out(repo: Path) -> None:
    git(repo, "checkout", "-qb", "larger")
    edit(repo, "50Gi", "80Gi")
    git(repo, "commit", "-qam", "larger")
    git(repo, "checkout", "-q", "main")
    repo_of(repo, {"cv/hydra.yaml": PROJECT.replace("bot", "eye").replace("nlp", "cv")})
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "another project")
    git(repo, "checkout", "-q", "larger")
    assert len(objects(diff(repo, "--base", "main"))) == 3
    assert objects(diff(repo, "--base", "main", "--merge-base")) == {CLAIM: "in-place"}
    git(repo, "checkout", "-q", "--orphan", "apart")
    git(repo, "commit", "-qm", "apart")
    assert [one.code.id for one in since("main", Request(repo), fork=True).found] == ["HYD609"]


def test_files_that_git_does_not_know_yet_count(repo: Path) -> None:
    repo_of(repo, {"cv/hydra.yaml": PROJECT.replace("bot", "eye").replace("nlp", "cv")})
    assert set(objects(diff(repo)).values()) == {"created"}
    assert all("/cv/eye-" in one for one in objects(diff(repo)))


def test_a_file_that_is_gone_takes_its_storage_with_it(repo: Path) -> None:
    repo_of(repo, {"cv/hydra.yaml": PROJECT.replace("bot", "eye").replace("nlp", "cv")})
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "second")
    (repo / "cv/hydra.yaml").unlink()
    ran = diff(repo)
    assert ran.code == 1
    assert objects(ran) == {
        "PersistentVolumeClaim/cv/eye-tickets": "data-at-risk", "Job/cv/eye-tickets-preload": "removed",
    }  # fmt: skip


def test_a_repo_in_a_directory_of_a_git_repo(repo: Path, tmp_path: Path) -> None:
    outer = tmp_path / "outer"
    outer.mkdir()
    git(outer, "init", "-q")
    repo_of(outer / "platform", {".hydra.yaml": "", "clusters/prod.yaml": CLUSTER, "nlp/hydra.yaml": PROJECT})
    git(outer, "add", "-A")
    git(outer, "commit", "-qm", "first")
    edit(outer / "platform", "50Gi", "80Gi")
    assert objects(diff(outer / "platform")) == {CLAIM: "in-place"}


def test_a_change_of_the_cluster_reaches_every_project(repo: Path) -> None:
    edit(repo, "cephfs", "ceph-block", "clusters/prod.yaml")
    ran = diff(repo)
    assert (ran.code, objects(ran)[CLAIM]) == (1, "rejected")


FOREIGN = """\
apiVersion: dataset.baizeai.io/v1alpha1
kind: Dataset
metadata: {name: corpus, namespace: nlp}
spec:
  source: {type: S3, uri: s3://corp/corpus}
"""


@pytest.mark.parametrize(("per_unit", "verdicts"), [("false", {}), ("true", {"in-place": 1, "rolling-restart": 1})])
def test_documents_that_move_to_another_directory(repo: Path, per_unit: str, verdicts: dict[str, int]) -> None:
    delivery = f"  gitops: {{controller: argocd, repo: 'https://git.acme.io/a.git', perUnit: {per_unit}}}\n"
    repo_of(repo, {"clusters/prod.yaml": CLUSTER + delivery, "old/hydra.yaml": FOREIGN})
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "second")
    git(repo, "mv", "old", "new")
    ran = diff(repo)
    assert (ran.code, ran.report["totals"]["verdicts"]) == (0, verdicts)


def test_a_cluster_that_is_not_in_the_base(repo: Path) -> None:
    repo_of(repo, {"clusters/dev.yaml": CLUSTER.replace("prod", "dev")})
    edit(repo, "datasets:", "clusters: [prod, dev]\ndatasets:")
    ran = diff(repo, "--cluster", "dev")
    assert (ran.code, {one["cluster"] for one in ran.report["objects"]}) == (0, {"dev"})
    assert set(objects(ran).values()) == {"created"}


def test_errors_of_the_work_tree_are_told_instead(repo: Path) -> None:
    edit(repo, "size: 50Gi", "sise: 50Gi")
    ran = run(repo, "diff", form="text")
    assert (ran.code, ran.output) == (1, "")


def test_a_base_with_errors_is_said(repo: Path) -> None:
    edit(repo, "size: 50Gi", "sise: 50Gi")
    git(repo, "commit", "-qam", "broken")
    edit(repo, "sise: 50Gi", "size: 50Gi")
    found = since("HEAD", Request(repo)).found
    assert [one.code.id for one in found] == ["HYD608"]
    assert "nlp/hydra.yaml:7" in found[0].notes[0]
    assert objects(diff(repo))[CLAIM] == "created"


@pytest.mark.parametrize("base", ["nonsense", "--output=x", "", "HEAD:nlp", "-h"])
def test_a_base_that_is_no_commit(repo: Path, base: str) -> None:
    compared = since(base, Request(repo))
    assert compared.view is None
    assert [one.code.id for one in compared.found] == ["HYD609"]
    assert diff(repo, f"--base={base}").code == 1


def test_no_git_at_all(tmp_path: Path) -> None:
    made = repo_of(tmp_path / "repo", {".hydra.yaml": "", "nlp/hydra.yaml": PROJECT})
    assert [one.code.id for one in since("HEAD", Request(made)).found] == ["HYD609"]


def test_no_room_for_the_base(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(repo, "50Gi", "80Gi")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("compiler.change.revision.write", full)
    assert [one.code.id for one in since("HEAD", Request(repo)).found] == ["HYD610"]


def test_a_file_of_the_repo_that_a_dataset_is(repo: Path) -> None:
    edit(repo, "s3://corp/tickets", "./tickets.jsonl")
    repo_of(repo, {"nlp/tickets.jsonl": '{"text": "a"}\n', "other.bin": b"\0\1"})
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "second")
    (repo / "nlp/tickets.jsonl").write_text('{"text": "b"}\n')
    (repo / "other.bin").write_bytes(b"\2")
    found = objects(diff(repo))
    assert "new-run" in found.values()


def test_a_link_in_a_commit_leads_nowhere_outside(repo: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.yaml").write_text(PROJECT.replace("bot", "spy"))
    (repo / "spy").mkdir()
    (repo / "spy/hydra.yaml").symlink_to(tmp_path / "outside.yaml")
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "a link")
    (repo / "spy/hydra.yaml").unlink()
    assert not [one for one in objects(diff(repo)) if "spy" in one]


@pytest.mark.parametrize("seed", range(4))
def test_what_is_compiled_of_an_edit_shows_what_everything_would(tmp_path: Path, seed: int) -> None:
    first = incremental.make(tmp_path / "repo")
    incremental.commit(first, random.Random(seed))
    base = tmp_path / "base"
    subprocess.run(["cp", "-r", str(first), str(base)], check=True)
    chance = random.Random(seed)
    path = chance.choice(incremental.specs_of(first))
    spec = yaml.safe_load(path.read_text())
    chance.choice([incremental.size, incremental.source, incremental.more, incremental.less])(spec, chance)
    path.write_text(yaml.safe_dump(spec))
    shown = since("HEAD", Request(first)).view
    assert shown is not None
    whole = view_of(base, first).value
    assert [(one.subject.target, one.judged) for one in shown.outcomes] == [
        (one.subject.target, one.judged) for one in whole.outcomes
    ]
    assert shown.totals == whole.totals


def test_the_comment_fits_and_has_the_worst_first(repo: Path) -> None:
    many = "".join(
        f"  tickets-{number}: {{source: s3://corp/{number}, volume: {{size: 50Gi}}}}\n" for number in range(400)
    )
    edit(repo, "datasets:\n", f"datasets:\n{many}")
    git(repo, "commit", "-qam", "many")
    edit(repo, "s3://corp/", "s3://other/")
    edit(repo, "    volume: {size: 50Gi}", "    volume: {size: 20Gi}")
    text = run(repo, "diff", form="markdown").output
    assert len(text) <= 65_536
    first = next(line for line in text.splitlines() if line.startswith("| ") and "`" in line)
    assert "data-at-risk" in first
    assert "more" in text.splitlines()[-1] or "more" in text


def test_json_has_the_promised_shape(repo: Path) -> None:
    edit(repo, "50Gi", "80Gi")
    report = json.loads(diff(repo).output)
    assert set(report) == {"base", "objects", "totals", "notes"}
    (one,) = report["objects"]
    assert set(one) == {"cluster", "object", "verdict", "why", "spec", "acknowledged", "surge", "runs", "fields"}
    assert one["fields"] == [{"path": "spec.resources.requests.storage", "before": "50Gi", "after": "80Gi"}]
