"""Which repo a command is about."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from compiler.cli.repo import output_of, prefix_of, root_and_paths, root_of


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repo with settings in a Git repo; the working directory is above it."""
    root = tmp_path / "git" / "repo"
    (root / "teams" / "nlp").mkdir(parents=True)
    (root / ".hydra.yaml").touch()
    (root / "teams" / "nlp" / "hydra.yaml").touch()
    (tmp_path / "git" / ".git").mkdir()
    (tmp_path / "git" / "other").mkdir()
    (tmp_path / "git" / "other" / "hydra.yaml").touch()
    (tmp_path / ".hydra.yaml").touch()
    monkeypatch.chdir(tmp_path / "git")
    return root


@pytest.mark.parametrize("given", ["repo", "repo/teams", "repo/teams/nlp/.."])
def test_a_directory_in_a_repo_stands_for_the_repo(repo: Path, given: str) -> None:
    assert root_of(Path(given)) == repo


def test_without_settings_the_directory_is_the_root(repo: Path) -> None:
    assert root_of(Path("other")) == repo.parent / "other"


def test_settings_beyond_the_git_repo_do_not_count(repo: Path) -> None:
    assert root_of(None) == repo.parent


def test_the_working_directory_is_where_the_search_starts(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repo / "teams" / "nlp")
    assert root_of(None) == repo
    assert root_and_paths([]) == (repo, ())


def test_a_linked_repo_is_the_repo(repo: Path) -> None:
    (repo.parent / "link").symlink_to(repo)
    assert root_of(Path("link/teams")) == repo


@pytest.mark.parametrize(
    ("given", "paths"),
    [
        (["repo"], ()),
        (["repo/teams"], ("teams",)),
        (["repo/teams/nlp/hydra.yaml"], ("teams/nlp/hydra.yaml",)),
        (
            ["repo/teams/nlp/hydra.yaml", "repo/.hydra.yaml", "repo/.hydra.yaml"],
            (".hydra.yaml", "teams/nlp/hydra.yaml"),
        ),
    ],
    ids=["root", "directory", "file", "files"],
)
def test_paths_are_seen_from_the_root(repo: Path, given: list[str], paths: tuple[str, ...]) -> None:
    assert root_and_paths([Path(one) for one in given]) == (repo, paths)


def test_a_file_without_settings_is_in_the_working_directory(repo: Path) -> None:
    assert root_and_paths([Path("other/hydra.yaml")]) == (repo.parent, ("other/hydra.yaml",))


def test_a_linked_file_is_where_the_link_is(repo: Path) -> None:
    (repo / "link.hydra.yaml").symlink_to(repo.parent / "other" / "hydra.yaml")
    assert root_and_paths([Path("repo/link.hydra.yaml")]) == (repo, ("link.hydra.yaml",))


def test_paths_of_two_repos_are_wrong_use(repo: Path) -> None:
    with pytest.raises(click.UsageError, match="The paths are in 2 repos"):
        root_and_paths([Path("repo/.hydra.yaml"), Path("other/hydra.yaml")])


def test_a_file_elsewhere_is_wrong_use(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repo)
    with pytest.raises(click.UsageError, match="is not below the repo's root"):
        root_and_paths([Path("../other/hydra.yaml")])


def test_the_output_is_seen_from_the_root(repo: Path) -> None:
    assert output_of(None, repo) is None
    assert output_of(Path("repo/out"), repo) == "out"
    assert output_of(Path("out"), repo) == (repo.parent / "out").as_posix()


def test_files_are_shown_from_the_working_directory(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert prefix_of(repo) == "repo/"
    monkeypatch.chdir(repo)
    assert prefix_of(repo) == ""
    monkeypatch.chdir(repo / "teams" / "nlp")
    assert prefix_of(repo) == "../../"
