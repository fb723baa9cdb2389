"""`hydra init`: what it writes compiles and is fresh; nothing that is there is touched; what goes wrong leaves nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from compiler import __version__, pipeline
from compiler.cli import hydra
from compiler.initial import writing
from compiler.initial.answers import Answers, ci_systems, controllers
from compiler.initial.places import RefusedError
from tests.command import Ran, inside, repo_of, run, snapshot
from tests.end_to_end.ci_repo import valid


def init(where: Path, *arguments: str) -> Ran:
    """`hydra init` in a directory, without a terminal."""
    with inside(where):
        result = CliRunner().invoke(hydra, ["init", *arguments], env={"HYDRA_NO_CACHE": "1"}, catch_exceptions=False)
    return Ran(result.exit_code, result.output)


def check(root: Path) -> Ran:
    return run(root, "compile", "--check", "--fail-on", "warning")


@pytest.mark.parametrize("ci", ci_systems())
@pytest.mark.parametrize("controller", controllers())
def test_what_it_writes_passes_its_own_check(tmp_path: Path, controller: str, ci: str) -> None:
    said = init(tmp_path, "new", "--controller", controller, "--ci", ci)
    assert said.code == 0, said.output
    assert check(tmp_path / "new").code == 0
    cluster = (tmp_path / "new" / "clusters" / "prod.yaml").read_text()
    assert (f"#   controller: {controller}" in cluster) is (controller != "none")


def test_with_every_answer_it_passes_its_own_check(tmp_path: Path) -> None:
    said = init(
        tmp_path, "--project", "bot", "--namespace", "nlp", "--cluster", "staging", "--storage-class", "ceph-fs",
        "--repo", "https://git.example.com/ml/platform.git", "--branch", "release/1", "--owners", "@acme/ml a@acme.io",
        "--hydra", "https://github.com/acme/hydra.git", "--controller", "flux",
    )  # fmt: skip
    assert said.code == 0, said.output
    assert check(tmp_path).code == 0
    assert (tmp_path / "teams" / "nlp" / "bot" / "hydra.yaml").is_file()
    assert "/teams/nlp/" in (tmp_path / "CODEOWNERS").read_text()
    cluster = yaml.safe_load((tmp_path / "clusters" / "staging.yaml").read_text())
    assert cluster["spec"]["gitops"]["repo"] == "https://git.example.com/ml/platform.git"
    assert cluster["spec"]["gitops"]["revision"] == "release/1"
    assert cluster["spec"]["storage"]["default"]["class"] == "ceph-fs"


@pytest.mark.parametrize("word", ["null", "on", "y", "true"])
def test_names_that_yaml_takes_for_something_else_stay_names(tmp_path: Path, word: str) -> None:
    said = init(tmp_path, "--project", word, "--namespace", word, "--cluster", word, "--storage-class", word)
    assert said.code == 0, said.output
    assert check(tmp_path).code == 0


def test_the_first_project_is_short(tmp_path: Path) -> None:
    init(tmp_path)
    assert len((tmp_path / "teams/ml/first-project/hydra.yaml").read_text().splitlines()) <= 10


def test_the_same_answers_give_the_same_bytes(tmp_path: Path) -> None:
    init(tmp_path, "one")
    init(tmp_path, "two")
    assert without_state(tmp_path / "one") == without_state(tmp_path / "two")


def without_state(root: Path) -> dict[str, bytes | str]:
    return {path: content for path, content in snapshot(root).items() if not path.startswith(".hydra/")}


def test_files_that_are_there_stay_and_are_named(tmp_path: Path) -> None:
    there = {"README.md": "mine\n", "CODEOWNERS": "* @me\n", ".pre-commit-config.yaml": "repos: []\n"}
    repo_of(tmp_path, there)
    said = init(tmp_path)
    assert said.code == 0
    for name, text in there.items():
        assert (tmp_path / name).read_text() == text
        assert f"  {name}" in said.output.partition("Kept")[2]
    assert check(tmp_path).code == 0


def test_lists_of_lines_get_the_lines_that_they_lack(tmp_path: Path) -> None:
    repo_of(
        tmp_path, {".gitignore": "*.pyc", ".gitattributes": "rendered/hydra.list linguist-generated gitlab-generated\n"}
    )
    assert "Added lines to:" in init(tmp_path).output
    assert (tmp_path / ".gitignore").read_text() == "*.pyc\n.hydra/\n"
    assert (tmp_path / ".gitattributes").read_text().count("hydra.list") == 1


def test_a_second_time_changes_nothing(tmp_path: Path) -> None:
    init(tmp_path)
    before = snapshot(tmp_path)
    said = init(tmp_path, "--project", "other", "--cluster", "other")
    assert said.code == 0
    assert "Specs were there before" in said.output
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize(
    "there", ["hydra.yaml", "teams/a.hydra.yaml", "clusters/a.yaml", "library/x.yaml", "hydra.lock"]
)
def test_beside_specs_no_second_project_is_begun(tmp_path: Path, there: str) -> None:
    repo_of(tmp_path, {there: "{}\n"})
    said = init(tmp_path)
    assert said.code == 0
    assert not (tmp_path / "rendered").exists()
    assert not (tmp_path / ".hydra.yaml").exists()
    assert (tmp_path / ".pre-commit-config.yaml").is_file()


@pytest.mark.parametrize(
    ("files", "where", "said"),
    [
        ({"file": ""}, "file", "is no directory"),
        ({"file": ""}, "file/below", "is no directory"),
        ({"repo/.hydra.yaml": ""}, "repo/teams/new", "is inside of the repo"),
        ({"repo/rendered/hydra.list": ""}, "repo/rendered/prod", "is in the output of a repo"),
        ({"repo/tree/hydra.list": ""}, "repo/tree", "is in the output of a repo"),
        ({"teams": ""}, ".", "`teams` is no directory"),
        ({".github": ""}, ".", "`.github` is no directory"),
    ],
)
def test_where_no_repo_can_be_nothing_is_written(tmp_path: Path, files: dict[str, str], where: str, said: str) -> None:
    repo_of(tmp_path, dict(files))
    before = snapshot(tmp_path)
    ran = init(tmp_path, where)
    assert ran.code == 1
    assert said in ran.output.replace(f"{tmp_path}/", "")
    assert snapshot(tmp_path) == before


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "teams").symlink_to(tmp_path / "elsewhere")
    ran = init(tmp_path, "new")
    assert (ran.code, [*(tmp_path / "elsewhere").iterdir()]) == (1, [])
    assert "symbolic link" in ran.output


def test_a_directory_without_permission_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    ran = init(tmp_path, "new")
    assert ran.code == 1
    assert "cannot be written to" in ran.output
    assert not (tmp_path / "new").exists()


def test_a_disk_that_is_full_half_way_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo_of(tmp_path, {".gitignore": "*.pyc\n"})
    create = writing.Undo.create

    def full(undo: writing.Undo, path: Path, text: str) -> None:
        if path.name == "CODEOWNERS":
            raise OSError(28, "No space left on device")
        create(undo, path, text)

    monkeypatch.setattr(writing.Undo, "create", full)
    with pytest.raises(RefusedError, match=r"No space left on device\. Nothing was changed\."):
        writing.begin(tmp_path, Answers())
    assert snapshot(tmp_path) == {".gitignore": b"*.pyc\n"}
    assert [path.name for path in tmp_path.iterdir()] == [".gitignore"]


@pytest.mark.parametrize("where", ["new", "."])
def test_a_compile_that_is_interrupted_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        (tmp_path / where / ".hydra").mkdir()
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "compile_tree", interrupted)
    with pytest.raises(KeyboardInterrupt):
        writing.begin(tmp_path / where, Answers())
    assert [path.name for path in tmp_path.iterdir()] in ([], [".hydra"])


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--project", "My Project", "is no name"),
        ("--project", "x" * 41, "is no name"),
        ("--namespace", "nlp.team", "is no DNS label"),
        ("--namespace", "n\nkind: Secret", "is no DNS label"),
        ("--cluster", "../prod", "is no name"),
        ("--project", "bot\n", "is no name"),
        ("--storage-class", "a: b", "is no name of a StorageClass"),
        ("--controller", "jenkins", "'jenkins' is not one of 'argocd', 'flux', 'none'"),
        ("--ci", "../x", "is not one of 'github', 'gitlab', 'none'"),
        ("--repo", "not a url", "is no URL"),
        ("--repo", "git@-oProxyCommand:ml/platform.git", "is no URL"),
        ("--repo", "ssh://git@-oProxyCommand/ml/platform.git", "is no URL"),
        ("--hydra", "-oProxyCommand@git.acme.io:hydra.git", "is no URL"),
        ("--branch", "a..b", "is no name of a branch"),
        ("--owners", "@acme/ml $(id)", "is no owner"),
    ],
)
def test_an_answer_that_cannot_be_used_is_wrong_use(tmp_path: Path, option: str, value: str, said: str) -> None:
    ran = init(tmp_path, "new", option, value)
    assert ran.code == 2
    assert said in ran.output
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("url", ["https://me:hunter2@git.acme.io/a.git", "https://hunter2hunter2@git.acme.io/a.git"])
def test_credentials_in_a_url_are_refused_and_not_repeated(tmp_path: Path, url: str) -> None:
    ran = init(tmp_path, "--repo", url)
    assert ran.code == 2
    assert "credentials" in ran.output
    assert "hunter2" not in ran.output


def test_in_a_directory_of_a_git_repo_what_counts_at_its_top_goes_there(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    said = init(tmp_path, "ml/platform", "--owners", "@acme/ml", "--hydra", "https://github.com/acme/hydra")
    assert said.code == 0, said.output
    hooks = yaml.safe_load((tmp_path / ".pre-commit-config.yaml").read_text())
    assert hooks["repos"][0]["hooks"] == [{"id": "hydra-compile", "args": ["ml/platform"]}]
    workflow = yaml.safe_load((tmp_path / ".github" / "workflows" / "hydra.yml").read_text())
    (used,) = [step for step in workflow["jobs"]["hydra"]["steps"] if "hydra@" in step["uses"]]
    assert used == {"uses": f"acme/hydra@v{__version__}", "with": {"root": "ml/platform"}}
    assert "/ml/platform/rendered/*/ml/" in (tmp_path / "CODEOWNERS").read_text()
    assert check(tmp_path / "ml" / "platform").code == 0


def test_git_init_is_done_only_where_it_is_asked_for(tmp_path: Path) -> None:
    init(tmp_path, "without")
    init(tmp_path, "with", "--git", "--branch", "trunk")
    assert not (tmp_path / "without" / ".git").exists()
    head = (tmp_path / "with" / ".git" / "HEAD").read_text()
    assert head == "ref: refs/heads/trunk\n"


def test_on_a_terminal_it_asks_for_what_no_option_says(tmp_path: Path) -> None:
    answers = ["bot", "No Label", "nlp", "", "flux", "", "", "gitlab", ""]
    said = on_a_terminal(tmp_path, "".join(f"{answer}\n" for answer in answers), "--cluster", "staging")
    assert "is no DNS label" in said
    assert "[prod]" not in said
    assert (tmp_path / "teams" / "nlp" / "bot" / "hydra.yaml").is_file(), said
    assert (tmp_path / ".gitlab-ci.yml").is_file()
    assert "controller: flux" in (tmp_path / "clusters" / "staging.yaml").read_text(), said


def test_without_a_controller_no_url_is_asked_for(tmp_path: Path) -> None:
    said = on_a_terminal(tmp_path, "\n" * 4 + "none\n" + "\n" * 4)
    assert "Git URL" not in said
    assert (tmp_path / "rendered").is_dir(), said


def on_a_terminal(where: Path, typed: str, *options: str) -> str:
    """`hydra init` on a terminal of its own: what it said."""
    pty = pytest.importorskip("pty")
    ours, its = pty.openpty()
    os.write(ours, typed.encode())
    command = [sys.executable, "-m", "compiler", "init", *options]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3]), "HYDRA_NO_CACHE": "1"}
    try:
        done = subprocess.run(
            command, cwd=where, stdin=its, capture_output=True, text=True, check=False, timeout=60, env=environment
        )
    finally:
        os.close(its)
        os.close(ours)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


class Loader(yaml.SafeLoader):
    """YAML as CI systems read it: `on` is a word."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@pytest.mark.parametrize("url", ["", "https://github.com/acme/hydra", "https://git.acme.io/tools/hydra.git"])
@pytest.mark.parametrize(
    ("ci", "file", "schema"),
    [
        ("github", ".github/workflows/hydra.yml", "vendor.github-workflows"),
        ("gitlab", ".gitlab-ci.yml", "vendor.gitlab-ci"),
    ],
)
def test_workflows_are_what_the_systems_take(tmp_path: Path, ci: str, file: str, schema: str, url: str) -> None:
    init(tmp_path, "--ci", ci, "--hydra", url)
    valid(schema, yaml.load((tmp_path / file).read_text(), Loader))
