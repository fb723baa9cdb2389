"""What is not written, and why: the tree is as it was, and a finding says what to do."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from compiler.diagnostics import Staged
from compiler.emission.tree import Written, previous, write
from tests.unit.emission.cases import MARK, OUTPUT, codes, listed, some_files, texts, tree

ROOT_USER = os.geteuid() == 0


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    root = tmp_path / "repo"
    root.mkdir()
    assert write(root, OUTPUT, some_files(), listed(some_files())).value is not None
    return root


def refused(root: Path, files: dict[str, str] | None = None, output: str = OUTPUT) -> Staged[Written | None]:
    """The findings of a run that must not change anything below the root's parent."""
    files = some_files(text="two") if files is None else files
    before = tree(root.parent)
    staged = write(root, output, files, listed(files))
    assert staged.value is None
    after = tree(root.parent)
    states = [path for path in after if "/.hydra" in f"/{path}"]
    assert not [path for path in states if "staging" in path or "old-" in path]
    assert {path: after[path] for path in after if path not in states} == {
        path: before[path] for path in before if "/.hydra" not in f"/{path}"
    }
    assert all(problem.do and problem.wrong for problem in staged.found)
    return staged


def done(root: Path, files: dict[str, str], output: str = OUTPUT) -> Written:
    staged = write(root, output, files, listed(files))
    assert staged.value is not None, staged.found
    return staged.value


@pytest.mark.parametrize(
    "output", ["../elsewhere", "/tmp/elsewhere", "a/../../b", ".", "", "a\x00b", "a\ud800"], ids=ascii
)
def test_an_output_outside_the_root_is_refused(repo: Path, output: str) -> None:
    assert codes(refused(repo, output=output)) == ["HYD020"]


def test_an_output_that_links_out_of_the_root_is_refused(repo: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (repo / "out").symlink_to(tmp_path / "elsewhere")
    (repo / "dangling").symlink_to(tmp_path / "nothing")
    (repo / "loop").symlink_to("loop")
    for output in ("out", "out/below", "dangling"):
        assert codes(refused(repo, output=output)) == ["HYD020"]
    assert refused(repo, output="loop").found
    assert codes(previous(repo, "out")) == ["HYD020"]


def test_an_output_that_links_to_another_directory_of_the_root_is_followed(repo: Path) -> None:
    (repo / "out").symlink_to(OUTPUT)
    assert done(repo, some_files(1), "out").removed
    assert (repo / "out").is_symlink()


def test_a_file_where_the_output_has_to_be_is_refused(repo: Path) -> None:
    (repo / "file").write_text("mine")
    assert codes(refused(repo, output="file")) == ["HYD021"]
    assert codes(refused(repo, output="file/below")) == ["HYD021"]


@pytest.mark.parametrize("inside", [True, False])
def test_a_linked_directory_inside_the_output_is_not_written_through(repo: Path, tmp_path: Path, inside: bool) -> None:
    target = repo / OUTPUT / "other" if inside else tmp_path / "elsewhere"
    target.mkdir()
    (repo / OUTPUT / "dev").symlink_to(target)
    staged = refused(repo, {"dev/a.yaml": MARK})
    assert codes(staged) == ["HYD021"]
    assert staged.found[0].at.span().file == "rendered/dev"


def test_a_listed_file_below_a_linked_directory_is_not_removed(repo: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "precious").write_text("mine")
    (repo / OUTPUT / "dev").symlink_to(elsewhere)
    files = some_files()
    hostile = listed(files | {"dev/precious": ""}).text()
    (repo / OUTPUT / "hydra.list").write_text(hostile)
    assert done(repo, files).removed == ()
    assert (elsewhere / "precious").read_text() == "mine"
    assert (repo / OUTPUT / "dev").is_symlink()


def test_a_linked_file_is_replaced_where_it_is_ours_and_refused_where_not(repo: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text(f"{MARK}mine")
    ours = repo / OUTPUT / "prod/nlp/unit-0/job-0.yaml"
    ours.unlink()
    ours.symlink_to(precious)
    (repo / OUTPUT / "new.yaml").symlink_to(precious)
    staged = refused(repo, some_files() | {"new.yaml": MARK})
    assert codes(staged) == ["HYD022"]
    assert "symbolic link" in staged.found[0].wrong
    (repo / OUTPUT / "new.yaml").unlink()
    assert done(repo, some_files()).changed
    assert not ours.is_symlink()
    assert precious.read_text() == f"{MARK}mine"


def test_a_file_that_no_list_names_is_in_the_way_unless_it_has_the_header(repo: Path) -> None:
    (repo / OUTPUT / "mine.yaml").write_text("mine")
    (repo / OUTPUT / "ours.yaml").write_text(f"{MARK} an older run")
    staged = refused(repo, {"mine.yaml": MARK, "ours.yaml": MARK})
    assert codes(staged) == ["HYD022"]
    assert "`rendered/mine.yaml`" in staged.found[0].wrong
    (repo / OUTPUT / "mine.yaml").unlink()
    assert done(repo, {"ours.yaml": MARK}).changed == ("ours.yaml",)


def test_a_directory_of_somebodys_files_is_in_the_way_of_a_file(repo: Path) -> None:
    (repo / OUTPUT / "a.yaml").mkdir()
    (repo / OUTPUT / "a.yaml/mine").write_text("mine")
    assert codes(refused(repo, {"a.yaml": MARK})) == ["HYD022"]


def test_a_file_is_in_the_way_of_a_directory(repo: Path) -> None:
    (repo / OUTPUT / "dev").write_text("mine")
    assert codes(refused(repo, {"dev/a.yaml": MARK})) == ["HYD021"]


def test_everything_in_the_way_is_named_in_one_run(repo: Path) -> None:
    for name in ("a.yaml", "b.yaml", "dev"):
        (repo / OUTPUT / name).write_text("mine")
    assert codes(refused(repo, {"a.yaml": MARK, "b.yaml": MARK, "dev/c.yaml": MARK})) == ["HYD021", "HYD022", "HYD022"]


@pytest.mark.parametrize("text", ["nonsense\n", "hydra-list 9\n", f"hydra-list 1\n{'a' * 64}  ../../x\n", "\xff"])
def test_with_a_list_that_cannot_be_read_nothing_is_written(repo: Path, text: str) -> None:
    (repo / OUTPUT / "hydra.list").write_bytes(text.encode("latin-1"))
    staged = refused(repo)
    assert staged.found[0].at.span().file == "rendered/hydra.list"
    assert codes(staged)[0] in ("HYD025", "HYD027")


def test_a_state_directory_that_is_a_link_is_refused(repo: Path, tmp_path: Path) -> None:
    for path in (repo / ".hydra").iterdir():
        path.unlink()
    (repo / ".hydra").rmdir()
    (repo / ".hydra").symlink_to(tmp_path)
    assert codes(refused(repo)) == ["HYD021"]


def test_a_lock_that_is_a_link_is_not_followed(repo: Path, tmp_path: Path) -> None:
    (repo / ".hydra/lock").unlink()
    (repo / ".hydra/lock").symlink_to(tmp_path / "made")
    assert codes(refused(repo)) == ["HYD023"]
    assert not (tmp_path / "made").exists()


def test_a_full_disk_leaves_the_tree_as_it_was(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = os.write, []

    def full(descriptor: int, content: bytes) -> int:
        calls.append(len(content))
        if len(calls) > 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(descriptor, content[:5])

    monkeypatch.setattr(os, "write", full)
    staged = refused(repo)
    assert codes(staged) == ["HYD023"]
    assert staged.found[0].wrong == "`rendered/hydra.list` could not be read or written: No space left on device."
    assert "Nothing in `rendered` was changed" in staged.found[0].do


def test_an_output_with_directories_without_end_is_refused(repo: Path) -> None:
    deep = repo / OUTPUT
    for _ in range(300):
        deep = deep / "a"
        deep.mkdir()
    staged = write(repo, OUTPUT, some_files(text="two"), listed(some_files(text="two")))
    assert codes(staged) == ["HYD023"]
    assert texts(repo / OUTPUT) == some_files()
    assert set(tree(repo / ".hydra")) == {".gitignore", "lock"}


def test_short_writes_are_carried_on(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, content: real(descriptor, content[:3]))
    files = some_files(text="two")
    assert done(repo, files).written == 6
    assert (repo / OUTPUT / "prod/nlp/unit-0/job-0.yaml").read_text() == files["prod/nlp/unit-0/job-0.yaml"]


def test_a_limit_on_the_size_of_files_leaves_the_tree_as_it_was(repo: Path) -> None:
    program = """
        import pathlib, resource, sys
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
        from compiler.emission.listing import Listing
        from compiler.emission.tree import write
        files = {"a.yaml": "# Generated by hydra" + "x" * 1000}
        staged = write(pathlib.Path(sys.argv[1]), "rendered", files, Listing.of(files))
        print(staged.value, staged.found[0].code.id, staged.found[0].wrong)
    """
    before = tree(repo)
    ended = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), str(repo)], check=True, capture_output=True, text=True
    )
    assert ended.stdout == "None HYD023 `rendered/a.yaml` could not be read or written: File too large.\n"
    assert tree(repo) == before


@pytest.mark.parametrize("call", ["mkdir", "open", "chmod"])
@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.EDQUOT])
def test_a_system_that_refuses_leaves_the_tree_as_it_was(
    repo: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    (repo / OUTPUT / "prod").chmod(0o750)
    real = getattr(os, call)

    def refuse(path: Any, *arguments: Any, **options: Any) -> Any:
        if (".hydra/staging" in str(path) and call != "chmod") or (call == "chmod" and arguments == (0o750,)):
            raise OSError(number, os.strerror(number), path)
        return real(path, *arguments, **options)

    monkeypatch.setattr(os, call, refuse)
    staged = refused(repo)
    assert codes(staged) == ["HYD023"]
    assert os.strerror(number) in staged.found[0].wrong
    assert ".hydra" not in staged.found[0].wrong


@pytest.mark.skipif(ROOT_USER, reason="root may write everywhere")
def test_a_root_that_is_closed_to_writing_is_a_finding(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    try:
        assert codes(write(tmp_path, OUTPUT, some_files(), listed(some_files()))) == ["HYD023"]
    finally:
        tmp_path.chmod(0o755)
