"""`hydra diff` against a real git."""

from __future__ import annotations

import json
import os
import random
import subprocess
from hashlib import sha256
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


@pytest.mark.parametrize(("per_unit", "verdicts"), [("false", {}), ("true", {"in-place": 2})])
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


def test_a_cluster_that_there_is_not_is_an_error_where_nothing_changed_too(repo: Path) -> None:
    assert diff(repo, "--cluster", "prd").code == 1
    assert diff(repo, "--cluster", "prod").code == 0


@pytest.mark.parametrize("answer", ["", "printf '\\377\\376'", "echo not-a-commit"])
def test_a_git_that_answers_nonsense(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{answer}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    ran = diff(repo)
    assert (ran.code, ran.output) == (1, "")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(repo: Path) -> None:
    (repo / "nlp/tickets.jsonl").write_text('{"text": "a"}\n')
    edit(repo, "source: s3://corp/tickets", "source: ./tickets.jsonl")
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "second")
    (repo / "nlp/tickets.jsonl").unlink()
    os.mkfifo(repo / "nlp/tickets.jsonl")
    assert diff(repo).code == 1


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


def odd_commit(repo: Path, *entries: tuple[str, str, bytes]) -> str:
    """A commit as no git writes one: these entries, by mode, name and content, before those of the last commit."""
    objects = [
        (mode, name, written_object(repo, "tree" if mode == "40000" else "blob", content))
        for mode, name, content in entries
    ]
    for line in git(repo, "ls-tree", "HEAD").splitlines():
        mode, _, blob, name = line.split()
        objects.append((mode.lstrip("0"), name, blob))
    raw = b"".join(f"{mode} {name}\0".encode() + bytes.fromhex(blob) for mode, name, blob in objects)
    return git(repo, "commit-tree", "-m", "odd", written_object(repo, "tree", raw))


def written_object(repo: Path, kind: str, content: bytes) -> str:
    command = ["git", "-C", str(repo), "hash-object", "-t", kind, "-w", "--stdin", "--literally"]
    return subprocess.run(command, input=content, capture_output=True, check=True).stdout.decode().strip()


def test_a_commit_with_a_link_and_a_directory_of_one_name_writes_nothing_elsewhere(repo: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    below = b"100644 b.yaml\0" + bytes.fromhex(written_object(repo, "blob", b"a: b\n"))
    base = odd_commit(repo, ("120000", "a.yaml", str(outside).encode()), ("40000", "a.yaml", below))
    edit(repo, "class: cephfs", "class: nfs", "clusters/prod.yaml")
    assert diff(repo, "--base", base).code in {0, 1}
    assert not [*outside.iterdir()]


def test_a_commit_with_a_link_that_no_system_can_have(repo: Path) -> None:
    base = odd_commit(repo, ("120000", "a.yaml", b"x\0y"))
    edit(repo, "size: 100Gi", "size: 200Gi", "clusters/prod.yaml")
    assert diff(repo, "--base", base).code in {0, 1}


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


ROWS = '{"text": "a"}\n{"text": "b"}\n'


def of_a_file(repo: Path) -> None:
    edit(repo, "s3://corp/tickets", "./tickets.jsonl")
    repo_of(repo, {"nlp/tickets.jsonl": ROWS})


def test_a_file_that_the_base_lacked(repo: Path) -> None:
    edit(repo, "s3://corp/tickets", "./tickets.jsonl")
    git(repo, "commit", "-qam", "too little")
    repo_of(repo, {"nlp/tickets.jsonl": ROWS})
    assert objects(diff(repo))["ConfigMap/nlp/bot-tickets"] == "created"


def test_line_breaks_of_the_work_tree_alone_are_no_change(repo: Path) -> None:
    of_a_file(repo)
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "second")
    (repo / "nlp/tickets.jsonl").write_bytes(ROWS.replace("\n", "\r\n").encode())
    assert "new-run" in objects(diff(repo)).values()
    git(repo, "config", "core.autocrlf", "true")
    assert objects(diff(repo)) == {}
    repo_of(repo, {".gitattributes": "*.jsonl -text\n"})
    assert "new-run" in objects(diff(repo)).values()
    git(repo, "config", "--unset", "core.autocrlf")
    repo_of(repo, {".gitattributes": "*.jsonl text eol=crlf\n"})
    assert objects(diff(repo)) == {}


def test_a_file_in_lfs_is_compared_by_its_digest(repo: Path) -> None:
    of_a_file(repo)
    oid = sha256(ROWS.encode()).hexdigest()
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {len(ROWS)}\n"
    repo_of(repo, {"nlp/tickets.jsonl": pointer})
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "second")
    repo_of(repo, {"nlp/tickets.jsonl": ROWS})
    assert objects(diff(repo)) == {}
    repo_of(repo, {"nlp/tickets.jsonl": ROWS * 2})
    assert "new-run" in objects(diff(repo)).values()


def test_a_submodule_is_read_at_its_commit(repo: Path, tmp_path: Path) -> None:
    team = repo_of(tmp_path / "team", {"cv/hydra.yaml": PROJECT.replace("bot", "eye").replace("nlp", "cv")})
    git(team, "init", "-q")
    git(team, "add", "-A")
    git(team, "commit", "-qm", "first")
    git(repo, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(team), "team")
    git(repo, "commit", "-qam", "a submodule")
    assert objects(diff(repo)) == {}
    edit(repo, "50Gi", "80Gi", "team/cv/hydra.yaml")
    assert objects(diff(repo)) == {"PersistentVolumeClaim/cv/eye-tickets": "in-place"}
    git(repo, "update-index", "--cacheinfo", f"160000,{'1' * 40},team")
    git(repo, "commit", "-qm", "a commit that nobody has")
    (finding,) = since("HEAD", Request(repo)).found
    assert (finding.code.id, "submodule `team`" in finding.wrong) == ("HYD609", True)


def test_a_commit_with_files_below_a_link_writes_nothing_outside(repo: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    link = subprocess.run(
        ["git", "-C", str(repo), "hash-object", "-w", "--stdin"], input=str(outside), check=True, capture_output=True, text=True
    ).stdout.strip()  # fmt: skip
    tree = f"{git(repo, 'ls-tree', 'HEAD')}\n120000 blob {link}\tzz\n040000 tree {git(repo, 'rev-parse', 'HEAD:nlp')}\tzz\n"
    made = subprocess.run(
        ["git", "-C", str(repo), "mktree"], input=tree, check=True, capture_output=True, text=True
    ).stdout.strip()
    commit = git(repo, "commit-tree", made, "-m", "crafted")
    edit(repo, "50Gi", "80Gi")
    assert [one.code.id for one in since(commit, Request(repo)).found] == ["HYD609"]
    assert [*outside.iterdir()] == []


def test_replacements_of_this_clone_do_not_count(repo: Path) -> None:
    blob = git(repo, "rev-parse", "HEAD:nlp/hydra.yaml")
    edit(repo, "50Gi", "80Gi")
    other = git(repo, "hash-object", "-w", "nlp/hydra.yaml")
    git(repo, "replace", blob, other)
    assert objects(diff(repo)) == {CLAIM: "in-place"}


@pytest.mark.parametrize("base", ["HEAD~1", "v1", "HEAD@{1}", "origin/main", "@{u}"])
def test_bases_of_many_kinds(repo: Path, tmp_path: Path, base: str) -> None:
    git(repo, "tag", "-a", "v1", "-m", "v1")
    clone = tmp_path / "clone"
    git(repo, "clone", "-q", str(repo), str(clone))
    edit(clone, "50Gi", "80Gi")
    git(clone, "commit", "-qam", "second")
    assert objects(diff(clone, "--base", base)) == {CLAIM: "in-place"}
    if base != "@{u}":
        git(clone, "checkout", "-q", "--detach")
        assert objects(diff(clone, "--base", base if base != "HEAD@{1}" else "HEAD@{2}")) == {CLAIM: "in-place"}


def test_git_of_the_environment_is_another_one(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(repo, "50Gi", "80Gi")
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    assert objects(diff(repo)) == {CLAIM: "in-place"}


def test_objects_by_sha256(tmp_path: Path) -> None:
    made = repo_of(tmp_path / "repo", {".hydra.yaml": "", "clusters/prod.yaml": CLUSTER, "nlp/hydra.yaml": PROJECT})
    git(made, "init", "-q", "--object-format=sha256")
    git(made, "add", "-A")
    git(made, "commit", "-qm", "first")
    edit(made, "50Gi", "80Gi")
    assert objects(diff(made)) == {CLAIM: "in-place"}


def test_a_partial_clone_that_lacks_the_base(repo: Path, tmp_path: Path) -> None:
    git(repo, "config", "uploadpack.allowFilter", "true")
    edit(repo, "50Gi", "80Gi")
    git(repo, "commit", "-qam", "second")
    clone = tmp_path / "clone"
    git(repo, "clone", "-q", "--filter=blob:none", f"file://{repo}", str(clone))
    assert objects(diff(clone)) == {}
    (finding,) = since("HEAD~1", Request(clone)).found
    assert (finding.code.id, "partial" in finding.wrong) == ("HYD609", True)


def test_an_error_that_settings_make_of_a_sum_over_the_cluster(tmp_path: Path) -> None:
    cards = "  accelerators: {a100-80gb: {count: 4, perNode: 4, node: {cpu: 96, memory: 1Ti}}}\n"
    files = {".hydra.yaml": "policy: {HYD942: error}\n", "clusters/prod.yaml": CLUSTER + cards}
    for name in ("ant", "bee", *(f"zz{number}q" for number in range(8))):
        spec = incremental.project(name, 0 if len(name) == 3 else 1)
        spec |= {"clusters": ["prod"], "datasets": {"tickets": spec["datasets"]["tickets"]}}
        files[f"{name}/hydra.yaml"] = yaml.safe_dump(spec)
    made = repo_of(tmp_path / "repo", files)
    git(made, "init", "-q")
    git(made, "add", "-A")
    git(made, "commit", "-qm", "first")
    assert diff(made).code == 0
    edit(made, "count: 1", "count: 4", "ant/hydra.yaml")
    assert "HYD942" in {one.code.id for one in since("HEAD", Request(made)).found}
