"""The ways of putting the new tree in place, and what the next run makes of one that was interrupted."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from compiler.emission import inplace, swap
from compiler.emission.tree import Written, write
from tests.unit.emission.cases import MARK, OUTPUT, codes, listed, some_files, texts, tree

OLD, NEW = some_files(), some_files(4, text="two") | {"dev/a.yaml": f"{MARK}new\n"}


class Killed(BaseException):
    """Stands for SIGKILL: no handler of the program sees it, but `finally` would; so clean-up is off as well."""


def put(root: Path, files: dict[str, str]) -> Written:
    staged = write(root, OUTPUT, files, listed(files))
    assert staged.value is not None, staged.found
    return staged.value


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    put(tmp_path, OLD)
    (tmp_path / OUTPUT / "notes.md").write_text("mine")
    return tmp_path


def no_exchange(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(swap, "_system_call", lambda: None)


def no_directory_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    no_exchange(monkeypatch)
    monkeypatch.setattr(swap, "replace", lambda *_: False)


def killed_at(monkeypatch: pytest.MonkeyPatch, call: str, count: int) -> None:
    """Let a call of `os` fail for good at the n-th time, and let nothing be cleaned up any more."""
    real, seen = getattr(os, call), []

    def dying(*arguments: Any, **options: Any) -> Any:
        seen.append(arguments)
        if len(seen) >= count:
            raise Killed
        return real(*arguments, **options)

    monkeypatch.setattr(os, call, dying)
    monkeypatch.setattr("compiler.emission.tree._clean", lambda place: None)


@pytest.mark.skipif(sys.platform not in ("linux", "darwin"), reason="no such call on this system")
def test_this_system_exchanges_directories_in_one_step(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    assert swap.exchange(str(tmp_path / "a"), str(tmp_path / "b"))
    assert (tmp_path / "a/b").exists()
    assert (tmp_path / "b/a").exists()


def test_an_exchange_with_nothing_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(FileNotFoundError):
        swap.exchange(str(tmp_path / "a"), str(tmp_path / "b"))


@pytest.mark.skipif(sys.platform != "linux", reason="system call numbers are those of Linux")
def test_without_the_c_librarys_wrapper_the_system_call_itself_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import ctypes

    real = ctypes.CDLL(None, use_errno=True)

    class Musl:
        syscall = real.syscall

    if os.uname().machine not in swap._RENAMEAT2:
        pytest.skip("the number for this machine is not known")
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: Musl())
    call = swap._linux()
    assert call is not None
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    assert call(os.fsencode(tmp_path / "a"), os.fsencode(tmp_path / "b")) == 0
    assert (tmp_path / "a/b").exists()
    assert call(os.fsencode(tmp_path / "a"), os.fsencode(tmp_path / "none")) == errno.ENOENT


@pytest.mark.parametrize("without", [no_exchange, no_directory_moves])
def test_every_way_has_the_same_result(
    repo: Path, monkeypatch: pytest.MonkeyPatch, without: Callable[[pytest.MonkeyPatch], None]
) -> None:
    without(monkeypatch)
    inode = (repo / OUTPUT / "notes.md").stat().st_ino
    done = put(repo, NEW)
    assert texts(repo / OUTPUT) == NEW | {"notes.md": "mine"}
    assert (done.added, done.removed) == (("dev/a.yaml",), tuple(sorted(OLD.keys() - NEW.keys())))
    assert (repo / OUTPUT / "notes.md").stat().st_ino == inode
    assert set(tree(repo / ".hydra")) == {".gitignore", "lock"}
    assert put(repo, NEW).written == 0


def test_in_place_a_file_becomes_a_directory_and_a_directory_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_directory_moves(monkeypatch)
    put(tmp_path, {"prod/a": MARK, "prod/b/c": MARK, "prod/b/d/e": MARK})
    put(tmp_path, {"prod/a/b": MARK, "prod/b": MARK})
    assert texts(tmp_path / OUTPUT) == {"prod/a/b": MARK, "prod/b": MARK}


@pytest.mark.parametrize("step", [1, 2])
def test_killed_between_the_two_renames_the_old_tree_comes_back_and_the_new_one_is_written(
    repo: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    no_exchange(monkeypatch)
    with monkeypatch.context() as patch:
        killed_at(patch, "rename", step)
        with pytest.raises(Killed):
            put(repo, NEW)
    assert (repo / OUTPUT).exists() == (step == 1)
    put(repo, OLD)
    assert texts(repo / OUTPUT) == OLD | {"notes.md": "mine"}
    assert set(tree(repo / ".hydra")) == {".gitignore", "lock"}


def test_a_second_rename_that_fails_puts_the_old_tree_back(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    no_exchange(monkeypatch)
    real, before = os.rename, tree(repo / OUTPUT)

    def refuse(source: Any, target: Any, **options: Any) -> Any:
        if "staging-" in str(source):
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(source))
        return real(source, target, **options)

    monkeypatch.setattr(os, "rename", refuse)
    assert codes(write(repo, OUTPUT, NEW, listed(NEW))) == ["HYD023"]
    assert tree(repo / OUTPUT) == before


@pytest.mark.parametrize(("call", "step"), [("replace", 2), ("replace", 4), ("unlink", 1), ("unlink", 2), ("rmdir", 1)])
def test_killed_while_replacing_in_place_the_next_run_carries_it_to_the_end(
    repo: Path, monkeypatch: pytest.MonkeyPatch, call: str, step: int
) -> None:
    no_directory_moves(monkeypatch)
    with monkeypatch.context() as patch:
        killed_at(patch, call, step)
        with pytest.raises(Killed):
            put(repo, NEW)
    assert (repo / ".hydra" / inplace.JOURNAL).exists()
    assert put(repo, NEW).written == 0
    assert texts(repo / OUTPUT) == NEW | {"notes.md": "mine"}
    assert set(tree(repo / ".hydra")) == {".gitignore", "lock"}


def test_a_disk_that_fills_up_while_replacing_in_place_is_told_as_it_is(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_directory_moves(monkeypatch)
    import shutil

    def full(source: Any, target: Any, **_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target))

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "copy2", full)
        staged = write(repo, OUTPUT, NEW, listed(NEW))
    assert codes(staged) == ["HYD023"]
    assert "half written" in staged.found[0].do
    put(repo, NEW)
    assert texts(repo / OUTPUT) == NEW | {"notes.md": "mine"}


def test_what_killed_runs_left_is_removed_without_following_links(
    repo: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    precious = tmp_path_factory.mktemp("precious")
    (precious / "file").write_text("mine")
    left = repo / ".hydra/staging-dead"
    (left / "prod").mkdir(parents=True)
    (left / "link").symlink_to(precious)
    (left / "prod").chmod(0o500)
    (repo / ".hydra/old-dead").symlink_to(precious)
    (repo / ".hydra/pending.partial").write_text("half")
    put(repo, OLD)
    assert set(tree(repo / ".hydra")) == {".gitignore", "lock"}
    assert (precious / "file").read_text() == "mine"


def test_an_old_tree_without_its_staged_one_is_not_brought_back(repo: Path) -> None:
    # The run was killed while it removed the old tree; since then somebody has removed the output.
    (repo / OUTPUT).rename(repo / ".hydra/old-dead")
    put(repo, OLD)
    assert texts(repo / OUTPUT) == OLD


@pytest.mark.parametrize(
    "text",
    [
        "staging-x\nwrite ../../escaped\nend\n",
        "staging-x\nremove ../../precious\nend\n",
        "../staging-x\nwrite a\nend\n",
        "staging-x/../..\nwrite a\nend\n",
        "staging-x\nwrite a\n",
        "staging-x\nwrite linked/escaped\nremove linked/precious\nend\n",
        "staging-linked\nwrite secret\nend\n",
        "staging-x\nwrite secret-link\nend\n",
        "",
        "\x00",
    ],
    ids=ascii,
)
def test_a_planted_journal_leads_nowhere(repo: Path, tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "precious").write_text("mine")
    (elsewhere / "secret").write_text("secret")
    (repo / OUTPUT / "linked").symlink_to(elsewhere)
    staged = repo / ".hydra/staging-x"
    (staged / "linked").mkdir(parents=True)
    (staged / "linked/escaped").write_text("planted")
    (staged / "secret-link").symlink_to(elsewhere / "secret")
    (repo / ".hydra/staging-linked").symlink_to(elsewhere)
    (repo / ".hydra" / inplace.JOURNAL).write_text(text)
    put(repo, OLD)
    assert {path.name for path in elsewhere.iterdir()} == {"precious", "secret"}
    assert texts(repo / OUTPUT) == OLD | {"notes.md": "mine"}
    assert set(tree(repo / ".hydra")) == {".gitignore", "lock"}


def test_an_old_tree_that_cannot_be_removed_does_not_fail_the_run(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(os, "unlink", refuse)
        assert put(repo, NEW).added == ("dev/a.yaml",)
    assert list((repo / ".hydra").glob("staging-*"))
    put(repo, NEW)
    assert set(tree(repo / ".hydra")) == {".gitignore", "lock"}
