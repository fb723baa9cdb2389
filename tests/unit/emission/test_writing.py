"""Writing the output tree: what is touched, and what is not."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest

from compiler.emission.listing import Listing, parse
from compiler.emission.tree import Written, previous, write
from tests.unit.emission.cases import MARK, OUTPUT, codes, listed, some_files, texts, tree


def put(root: Path, files: dict[str, str], listing: Listing | None = None, output: str = OUTPUT) -> Written:
    staged = write(root, output, files, listing or listed(files))
    assert staged.value is not None, staged.found
    return staged.value


def identities(top: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.lstat().st_ino, path.lstat().st_mtime_ns) for path in sorted(top.rglob("*"))}


def test_the_first_run_writes_everything_and_the_list(tmp_path: Path) -> None:
    files = some_files()
    done = put(tmp_path, files)
    assert (done.added, done.changed, done.removed, done.unchanged, done.written) == (
        tuple(sorted(files)),
        (),
        (),
        0,
        6,
    )
    assert texts(tmp_path / OUTPUT) == files
    assert parse((tmp_path / OUTPUT / "hydra.list").read_text()).value == listed(files)
    assert previous(tmp_path, OUTPUT).value == listed(files)


def test_the_output_may_be_several_directories_down(tmp_path: Path) -> None:
    put(tmp_path, some_files(), output="deploy/apps/rendered")
    assert texts(tmp_path / "deploy/apps/rendered") == some_files()


def test_a_second_run_with_nothing_new_touches_nothing_at_all(tmp_path: Path) -> None:
    put(tmp_path, some_files())
    os.utime(tmp_path / OUTPUT / "hydra.list", ns=(1, 1))
    before = identities(tmp_path)
    done = put(tmp_path, some_files())
    assert (done.written, done.removed, done.unchanged) == (0, (), 6)
    assert identities(tmp_path) == before


def test_a_run_with_nothing_new_does_not_even_make_its_state_directory(tmp_path: Path) -> None:
    put(tmp_path, some_files())
    for path in sorted((tmp_path / ".hydra").iterdir()):
        path.unlink()
    (tmp_path / ".hydra").rmdir()
    put(tmp_path, some_files())
    assert not (tmp_path / ".hydra").exists()


def test_one_changed_file_leaves_inode_and_time_of_the_others(tmp_path: Path) -> None:
    files = some_files()
    put(tmp_path, files)
    before = identities(tmp_path / OUTPUT)
    name = "prod/nlp/unit-1/job-1.yaml"
    done = put(tmp_path, files | {name: f"{MARK}new\n"})
    after = identities(tmp_path / OUTPUT)
    assert (done.added, done.changed, done.unchanged) == ((), (name,), 5)
    moved = {os.path.relpath(path, tmp_path / OUTPUT) for path in after if after[path] != before[path]}
    assert {path for path in moved if path.endswith("yaml")} == {name}


def test_only_what_the_earlier_list_names_is_removed_and_directories_that_lose_their_last_file(tmp_path: Path) -> None:
    files = some_files(4) | {"dev/a/b/only.yaml": f"{MARK}a\n"}
    put(tmp_path, files)
    (tmp_path / OUTPUT / "dev/a/README.md").write_text("mine")
    kept = some_files(2)
    done = put(tmp_path, kept)
    assert done.removed == ("dev/a/b/only.yaml", "prod/nlp/unit-0/job-3.yaml", "prod/nlp/unit-2/job-2.yaml")
    assert texts(tmp_path / OUTPUT) == kept | {"dev/a/README.md": "mine"}
    assert not (tmp_path / OUTPUT / "dev/a/b").exists()
    assert not (tmp_path / OUTPUT / "prod/nlp/unit-2").exists()


def test_a_listed_file_that_is_gone_already_is_not_counted(tmp_path: Path) -> None:
    put(tmp_path, some_files(3))
    (tmp_path / OUTPUT / "prod/nlp/unit-2/job-2.yaml").unlink()
    assert put(tmp_path, some_files(2)).removed == ()


def test_a_run_that_compiles_one_cluster_leaves_the_others(tmp_path: Path) -> None:
    dev = {"dev/a.yaml": f"{MARK}a\n", "dev/b.yaml": f"{MARK}b\n"}
    put(tmp_path, some_files() | dev)
    fresh = {"dev/a.yaml": f"{MARK}c\n"}
    done = put(tmp_path, fresh, previous(tmp_path, OUTPUT).value.with_clusters(Listing.of(fresh), {"dev"}))
    assert (done.changed, done.removed) == (("dev/a.yaml",), ("dev/b.yaml",))
    assert texts(tmp_path / OUTPUT) == some_files() | fresh


def test_what_people_added_survives_as_it_is(tmp_path: Path) -> None:
    put(tmp_path, some_files())
    top = tmp_path / OUTPUT
    (top / "prod/notes.md").write_text("mine")
    os.utime(top / "prod/notes.md", ns=(10**18, 10**18))
    (top / "prod/run.sh").write_text("#!/bin/sh\n")
    (top / "prod/run.sh").chmod(0o755)
    (top / "prod/link").symlink_to("nowhere/at/all")
    (top / "prod/directory-link").symlink_to("nlp", target_is_directory=True)
    (top / "prod/empty").mkdir(mode=0o711)
    (top / "prod/closed").mkdir()
    (top / "prod/closed/file").write_text("a")
    (top / "prod/closed").chmod(0o555)
    os.mkfifo(top / "prod/pipe")
    inode = (top / "prod/notes.md").stat().st_ino
    before = {name: value for name, value in tree_without_pipe(top).items() if not name.endswith(".yaml")}

    put(tmp_path, some_files(text="two"))

    after = {name: value for name, value in tree_without_pipe(top).items() if not name.endswith(".yaml")}
    assert before.pop("hydra.list") != after.pop("hydra.list")
    assert after == before
    assert stat.S_ISFIFO((top / "prod/pipe").stat().st_mode)
    assert (top / "prod/notes.md").stat().st_ino == inode
    assert (top / "prod/notes.md").stat().st_mtime_ns == 10**18
    (top / "prod/closed").chmod(0o755)


def tree_without_pipe(top: Path) -> dict[str, Any]:
    pipe = top / "prod/pipe"
    pipe.unlink()
    found = tree(top)
    os.mkfifo(pipe)
    return found


def test_a_changed_file_keeps_its_mode(tmp_path: Path) -> None:
    put(tmp_path, some_files())
    path = tmp_path / OUTPUT / "prod/nlp/unit-0/job-0.yaml"
    path.chmod(0o640)
    put(tmp_path, some_files(text="two"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_without_hard_links_files_are_copied_with_their_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    put(tmp_path, some_files())
    (tmp_path / OUTPUT / "notes.md").write_text("mine")
    os.utime(tmp_path / OUTPUT / "notes.md", ns=(10**18, 10**18))
    put(tmp_path, some_files(text="two"))
    assert texts(tmp_path / OUTPUT) == some_files(text="two") | {"notes.md": "mine"}
    assert (tmp_path / OUTPUT / "notes.md").stat().st_mtime_ns == 10**18


def test_a_file_becomes_a_directory_and_a_directory_a_file(tmp_path: Path) -> None:
    put(tmp_path, {"prod/a": MARK, "prod/b/c": MARK, "prod/b/d/e": MARK})
    (tmp_path / OUTPUT / "prod/b/empty").mkdir()
    put(tmp_path, {"prod/a/b": MARK, "prod/b": MARK})
    assert texts(tmp_path / OUTPUT) == {"prod/a/b": MARK, "prod/b": MARK}


def test_a_hand_edited_and_a_deleted_file_are_written_again(tmp_path: Path) -> None:
    put(tmp_path, some_files())
    (tmp_path / OUTPUT / "prod/nlp/unit-0/job-0.yaml").write_text("mine")
    (tmp_path / OUTPUT / "prod/nlp/unit-1/job-1.yaml").unlink()
    done = put(tmp_path, some_files())
    assert (done.added, done.changed) == (("prod/nlp/unit-1/job-1.yaml",), ("prod/nlp/unit-0/job-0.yaml",))
    assert texts(tmp_path / OUTPUT) == some_files()


def test_the_list_is_written_again_when_it_was_deleted(tmp_path: Path) -> None:
    put(tmp_path, some_files())
    (tmp_path / OUTPUT / "hydra.list").unlink()
    assert put(tmp_path, some_files()).written == 0
    assert previous(tmp_path, OUTPUT).value == listed(some_files())


def test_an_unresolved_merge_of_the_list_is_mended_by_the_next_run(tmp_path: Path) -> None:
    put(tmp_path, some_files(4))
    path = tmp_path / OUTPUT / "hydra.list"
    ours, theirs = listed(some_files(4)).text(), listed(some_files(1)).text()
    path.write_text(f"<<<<<<< HEAD\n{ours}=======\n{theirs}>>>>>>> other\n")
    staged = write(tmp_path, OUTPUT, some_files(2), listed(some_files(2)))
    assert codes(staged) == ["HYD026"]
    assert staged.value is not None
    assert len(staged.value.removed) == 2
    assert previous(tmp_path, OUTPUT) == (listed(some_files(2)), ())


def test_the_state_directory_ignores_itself_and_is_left_clean(tmp_path: Path) -> None:
    put(tmp_path, some_files())
    put(tmp_path, some_files(text="two"))
    assert tree(tmp_path / ".hydra") == {".gitignore": b"*\n", "lock": b""}


def test_no_file_of_the_output_is_ever_opened_for_writing(tmp_path: Path) -> None:
    put(tmp_path, some_files())
    twin = tmp_path / "twin.yaml"
    os.link(tmp_path / OUTPUT / "prod/nlp/unit-0/job-0.yaml", twin)
    put(tmp_path, some_files(text="two"))
    assert twin.read_text() == some_files()["prod/nlp/unit-0/job-0.yaml"]


@pytest.mark.parametrize(
    ("files", "listing"),
    [
        ({"a.yaml": MARK}, Listing({})),
        ({"../a.yaml": MARK}, Listing({"../a.yaml": ""})),
        ({"hydra.list": MARK}, Listing({"hydra.list": ""})),
    ],
    ids=["not listed", "not safe", "the list itself"],
)
def test_a_path_that_is_not_listed_or_not_safe_is_the_callers_fault(
    tmp_path: Path, files: dict[str, str], listing: Listing
) -> None:
    with pytest.raises(ValueError, match="not a listed path below"):
        write(tmp_path, OUTPUT, files, listing)
