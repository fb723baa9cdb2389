"""A repo cannot make the compiler read, write or run anything outside of it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.command import Ran, repo_of, run, snapshot

SECRET = "hunter2-is-the-password"
HEAD = "apiVersion: hydra.io/v1alpha1\nkind: Project\nmetadata: {name: bot, namespace: nlp}\n"
GOOD = HEAD + "datasets:\n  tickets: {source: s3://corp/tickets}\n"
CLUSTER = "apiVersion: hydra.io/v1alpha1\nkind: Cluster\nmetadata: {name: prod}\n"


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A directory beside the repo, with something that is nobody's business."""
    files = {
        "a.jsonl": f"{SECRET}\n",
        "hydra.yaml": f"{SECRET}: [\n",
        "prod.yaml": f"{SECRET}: [\n",
        "own.yaml": f"kind: Model\nname: own\n{SECRET}: 1\n",
        "widget-example.com-v1.json": f'{{"type": "{SECRET}"}}',
        "hydra.list": f"hydra-list 1\n{SECRET}\n",
    }
    return repo_of(tmp_path / "outside", files)


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A repo with a good spec."""
    return repo_of(tmp_path / "repo", {"hydra.yaml": GOOD})


def linked(path: str, target: str) -> Callable[[Path, Path], None]:
    """Makes a link in the repo to something outside."""

    def make(repo: Path, outside: Path) -> None:
        (repo / path).parent.mkdir(parents=True, exist_ok=True)
        (repo / path).symlink_to(outside / target)

    return make


WAYS_OUT = {
    "spec": linked("team.hydra.yaml", "hydra.yaml"),
    "directory of specs": linked("team", ""),
    "settings": linked(".hydra.yaml", "hydra.yaml"),
    "cluster": linked("clusters/prod.yaml", "prod.yaml"),
    "directory of clusters": linked("clusters", ""),
    "library entry": linked("library/models/own.yaml", "own.yaml"),
    "directory of the library": linked("library/models", ""),
    "library": linked("library", ""),
    "schemas": linked("schemas", ""),
    "schema": linked("schemas/widget-example.com-v1.json", "widget-example.com-v1.json"),
    "list": linked("rendered/hydra.list", "hydra.list"),
    "output": linked("rendered", ""),
}


@pytest.mark.parametrize("way", WAYS_OUT)
def test_nothing_is_read_through_a_link(way: str, repo: Path, outside: Path) -> None:
    widget = "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a, namespace: nlp}\n"
    repo_of(repo, {"widgets/hydra.yaml": widget})
    if way != "settings":
        repo_of(repo, {".hydra.yaml": "kinds: [example.com/v1/Widget]\n"})
    WAYS_OUT[way](repo, outside)
    before = snapshot(outside)
    for form in ("text", "json", "sarif", "github"):
        assert SECRET not in run(repo, "compile", form=form).output
    assert snapshot(outside) == before
    assert SECRET.encode() not in b"".join(one for one in snapshot(repo).values() if isinstance(one, bytes))


@pytest.mark.parametrize(
    "source",
    [
        "./../outside/a.jsonl", "../outside/a.jsonl", "./data/a.jsonl", "./link.jsonl", "{outside}/a.jsonl",
        "file://{outside}/a.jsonl", "file:///a.jsonl", "./x/../../outside/a.jsonl", "./%2e%2e/outside/a.jsonl", ".//../outside/a.jsonl",
        "./.git/config", "./.env", "./.hydra.yaml", "./to-git.jsonl", "./", "./.", "./..", ".", "./hydra.yaml\\0",
    ],
)  # fmt: skip
def test_no_source_reads_a_file_outside(source: str, repo: Path, outside: Path) -> None:
    (repo / "data").symlink_to(outside)
    (repo / "link.jsonl").symlink_to(outside / "a.jsonl")
    (repo / "to-git.jsonl").symlink_to(".git/config")
    repo_of(repo, {".git/config": f"extraheader = {SECRET}\n", ".env": f"TOKEN={SECRET}\n", ".hydra.yaml": ""})
    text = HEAD + f'datasets:\n  tickets: {{source: "{source.format(outside=outside)}"}}\n'
    ran = run(repo_of(repo, {"hydra.yaml": text}), "compile")
    assert (ran.code, len(ran.errors())) == (1, 1)
    assert SECRET not in ran.output
    assert not (repo / "rendered").exists()


def test_output_goes_nowhere_else(repo: Path, outside: Path) -> None:
    before = snapshot(outside)
    for output in ("../outside", str(outside), "a/../../outside", "link", "link/below", "."):
        (repo / "link").unlink(missing_ok=True)
        (repo / "link").symlink_to(outside)
        repo_of(repo, {".hydra.yaml": f'output: "{output}"\n'})
        ran = run(repo, "compile")
        assert (ran.code, snapshot(outside)) == (1, before), output


def test_a_list_removes_nothing_else(repo: Path, outside: Path) -> None:
    assert run(repo, "compile").code == 0
    (repo / "rendered" / "link").symlink_to(outside)
    listing = (repo / "rendered" / "hydra.list").read_text()
    for path in ("../../outside/a.jsonl", f"{outside}/a.jsonl", "link/a.jsonl", "../hydra.yaml", "a/../../hydra.yaml"):
        (repo / "rendered" / "hydra.list").write_text(listing + f"{'0' * 64}  {path}\n")
        run(repo, "compile")
        assert (outside / "a.jsonl").exists(), path
        assert (repo / "hydra.yaml").exists(), path


def test_a_cluster_cannot_take_the_place_of_the_list(repo: Path) -> None:
    for name in ("hydra.list", "kustomization.yaml"):
        ran = run(repo_of(repo, {"clusters/prod.yaml": CLUSTER.replace("prod", name)}), "compile")
        assert ran.errors() == [f"HYD205 A cluster cannot be called `{name}`."]


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_what_looks_like_a_repository_of_git_runs_nothing(tmp_path: Path) -> None:
    """A directory with `HEAD`, `objects` and `config` is one to git, and `config` can name programs."""
    repo = repo_of(tmp_path / "repo", {"team/hydra.yaml": GOOD, "team/.hydra.yaml": ""})
    marker, script = tmp_path / "owned", tmp_path / "repo" / "evil.sh"
    script.write_text(f"#!/bin/sh\ntouch {marker}\nexit 1\n")
    script.chmod(0o755)
    (repo / ".git").mkdir()
    blob = bare_repository(repo / "team", tmp_path)
    (repo / "team" / "objects" / blob[:2] / blob[2:]).unlink()
    with (repo / "team" / "config").open("a") as config:
        config.write(
            '[extensions]\n\tpartialClone = origin\n[remote "origin"]\n\turl = ssh://evil/x\n\tpromisor = true\n'
            f"[core]\n\trepositoryformatversion = 1\n\tsshCommand = {script}\n\tfsmonitor = {script}\n\tpager = {script}\n"
        )
    run(repo / "team", "compile")
    assert not marker.exists()


def test_a_library_entry_of_the_repo_cannot_leave_its_sandbox(repo: Path) -> None:
    for template in (
        "{{ ''.__class__.__mro__ }}", "{{ cycler.__init__.__globals__ }}", "{% include '/etc/passwd' %}", "{{ range(10 ** 9) | list }}",
        "{{ 'a' * 10 ** 9 }}", "{% for a in range(10 ** 9) %}a{% endfor %}", "{{ source | attr('x') }}", "{{ self }}", "{% set a = 1 %}",
    ):  # fmt: skip
        entry = f"kind: Loader\nname: s3\nextends: s3\narguments: [{quoted(template)}]\n"
        ran = run(repo_of(repo, {"library/loaders/s3.yaml": entry}), "compile")
        assert (ran.code, {error[:6] for error in ran.errors()} <= {"HYD707", "HYD708"}) == (1, True), template


def test_tags_make_nothing_but_values(repo: Path, tmp_path: Path) -> None:
    marker = tmp_path / "owned"
    text = HEAD + f'datasets:\n  a: {{source: !!python/object/apply:os.system ["touch {marker}"]}}\n'
    ran = run(repo_of(repo, {"hydra.yaml": text}), "compile")
    assert [error[:6] for error in ran.errors()] == ["HYD115"]
    assert not marker.exists()


def test_a_name_of_a_file_does_not_steer_a_terminal(repo: Path) -> None:
    (repo / "a\x1b]0;owned\x07\n.hydra.yaml").write_text("kind: [\n")
    for form in ("text", "github"):
        ran: Ran = run(repo, "compile", form=form)
        assert ran.code == 1
        assert not [one for one in ran.output if one != "\n" and not one.isprintable()]


def bare_repository(directory: Path, home: Path) -> str:
    """Make a directory a repository with a committed list, and give the name of the list's blob."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1"}

    def git(*arguments: str, text: str = "") -> str:
        command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(directory), *arguments]
        return subprocess.run(
            command, input=text, text=True, check=True, env=environment, capture_output=True
        ).stdout.strip()

    git("init", "--quiet", "--bare", ".")
    blob = git("hash-object", "-w", "--stdin", text="x")
    rendered = git("mktree", text=f"100644 blob {blob}\thydra.list\n")
    tree = git("mktree", text=f"040000 tree {rendered}\trendered\n")
    git("update-ref", "HEAD", git("commit-tree", "-m", "x", tree))
    return blob


def quoted(text: str) -> str:
    """A text in double quotes, as YAML and JSON have it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
