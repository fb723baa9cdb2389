"""The files of a repo that are read, and those that are not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from compiler.diagnostics import Staged
from compiler.source.discovery import Discovered, discover
from compiler.source.reading import read_file


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "repo").mkdir()
    return tmp_path / "repo"


def put(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("")


def found(root: Path, output: str = "rendered", library: tuple[str, ...] = ("library",)) -> Staged[Discovered]:
    return discover(root, output=output, library=library)


def specs(root: Path, output: str = "rendered") -> list[str]:
    staged = found(root, output)
    assert not staged.found
    return list(staged.value.specs)


def test_specs_are_found_anywhere_in_sorted_order(root: Path) -> None:
    put(root, "z.hydra.yaml", "hydra.yaml", "teams/b/hydra.yaml", "teams/a/x.hydra.yaml", "teams/a.hydra.yaml")
    assert specs(root) == [
        "hydra.yaml",
        "teams/a.hydra.yaml",
        "teams/a/x.hydra.yaml",
        "teams/b/hydra.yaml",
        "z.hydra.yaml",
    ]


@pytest.mark.parametrize(
    "name",
    [
        ".hydra.yaml",
        "hydra.yml",
        "nothydra.yaml",
        "hydra.yaml.bak",
        "kustomization.yaml",
        "rendered/prod/hydra.yaml",
        "library/models/hydra.yaml",
        ".git/hydra.yaml",
        "teams/.hidden/x.hydra.yaml",
    ],
)
def test_other_files_are_no_specs(root: Path, name: str) -> None:
    put(root, name)
    assert specs(root) == []


@pytest.mark.parametrize("name", [".x.hydra.yaml", "teams/rendered/hydra.yaml", "dir.hydra.yaml/hydra.yaml"])
def test_only_directories_hide(root: Path, name: str) -> None:
    put(root, name)
    assert specs(root) == [name]


@pytest.mark.parametrize("output", ["out", "./out/", "out/../out"])
def test_the_output_is_not_read(root: Path, output: str) -> None:
    put(root, "out/hydra.yaml", "hydra.yaml")
    assert specs(root, output=output) == ["hydra.yaml"]
    assert specs(root, output=str(root / "out")) == ["hydra.yaml"]


@pytest.mark.parametrize("output", ["../elsewhere", "/nowhere", "."])
def test_an_output_elsewhere_hides_nothing(root: Path, output: str) -> None:
    put(root, "hydra.yaml", "out/hydra.yaml")
    assert specs(root, output=output) == ["hydra.yaml", "out/hydra.yaml"]


def test_another_repo_inside_is_not_entered(root: Path) -> None:
    put(
        root,
        ".hydra.yaml",
        "hydra.yaml",
        "vendor/other/.hydra.yaml",
        "vendor/other/hydra.yaml",
        "vendor/other/x/hydra.yaml",
    )
    assert specs(root) == ["hydra.yaml"]


def test_clusters_stand_in_their_directory(root: Path) -> None:
    put(root, "clusters/prod.yaml", "clusters/a.yaml", "clusters/x.yml", "clusters/sub/b.yaml", "teams/clusters/c.yaml")
    assert found(root).value.clusters == ("clusters/a.yaml", "clusters/prod.yaml")


def test_a_cluster_is_not_also_a_spec(root: Path) -> None:
    put(root, "clusters/prod.hydra.yaml", "clusters/hydra.yaml", "clusters/sub/hydra.yaml")
    assert found(root).value == (("clusters/sub/hydra.yaml",), ("clusters/hydra.yaml", "clusters/prod.hydra.yaml"))


def test_nothing_is_found_in_nothing(root: Path) -> None:
    assert found(root) == (((), ()), [])


def test_links_to_directories_are_not_followed(root: Path) -> None:
    put(root, "teams/hydra.yaml")
    (root / "link").symlink_to("teams")
    (root / "loop").symlink_to(".")
    (root / "x.hydra.yaml").symlink_to("teams")
    assert specs(root) == ["teams/hydra.yaml"]


def test_a_link_to_a_file_of_the_repo_counts(root: Path) -> None:
    put(root, "base.yaml")
    (root / "x.hydra.yaml").symlink_to("base.yaml")
    assert specs(root) == ["x.hydra.yaml"]


def test_a_link_out_of_the_repo_is_reported(root: Path) -> None:
    (root.parent / "outside.yaml").write_text("a: b")
    (root / "x.hydra.yaml").symlink_to("../outside.yaml")
    (root / "notes.txt").symlink_to("../outside.yaml")
    staged = found(root)
    assert staged.value.specs == ()
    assert [(one.code.id, one.at.span().file) for one in staged.found] == [("HYD011", "x.hydra.yaml")]


def test_a_dangling_link_is_reported_when_it_is_read(root: Path) -> None:
    (root / "x.hydra.yaml").symlink_to("nowhere.yaml")
    assert specs(root) == ["x.hydra.yaml"]
    assert [one.code.id for one in read_file(root, "x.hydra.yaml").found] == ["HYD010"]


def test_the_lock_of_an_editor_is_not_a_spec(root: Path) -> None:
    (root / ".#x.hydra.yaml").symlink_to("user@host.1234")
    assert specs(root) == []


def test_a_missing_root_is_reported(root: Path) -> None:
    (problem,) = found(root / "missing").found
    assert (problem.code.id, problem.at.span().file) == ("HYD010", ".")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_directory_without_permission_is_reported(root: Path) -> None:
    put(root, "closed/hydra.yaml", "hydra.yaml")
    (root / "closed").chmod(0)
    staged = found(root)
    (root / "closed").chmod(0o755)
    assert staged.value.specs == ("hydra.yaml",)
    assert [one.at.span().file for one in staged.found] == ["closed"]


def test_a_name_that_is_not_unicode_is_reported(root: Path) -> None:
    try:
        (root / os.fsdecode(b"\xff.hydra.yaml")).write_text("")
    except OSError:
        pytest.skip("the file system takes only Unicode names")
    (problem,) = found(root).found
    assert problem.wrong.encode()
    assert problem.code.id == "HYD010"
