"""Two runs at once take turns."""

from __future__ import annotations

import errno
import fcntl
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from compiler.emission import lock
from compiler.emission.tree import write
from tests.unit.emission.cases import OUTPUT, codes, listed, some_files, texts, tree

PROGRAM = """
    import pathlib, sys
    sys.path.insert(0, sys.argv[2])
    from tests.unit.emission.cases import listed, some_files
    from compiler.emission.tree import write
    for turn in range(15):
        files = some_files(40, text=f"{sys.argv[3]} {turn}")
        staged = write(pathlib.Path(sys.argv[1]), "rendered", files, listed(files))
        assert staged.value is not None, staged.found
"""


def test_two_writers_at_once_both_succeed_and_leave_one_whole_tree(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    command = [sys.executable, "-c", textwrap.dedent(PROGRAM), str(tmp_path), str(request.config.rootpath)]
    running = [subprocess.Popen([*command, name], stderr=subprocess.PIPE, text=True) for name in ("a", "b")]
    errors = [process.communicate()[1] for process in running]
    assert errors == ["", ""]
    assert texts(tmp_path / OUTPUT) in [some_files(40, text=f"{name} 14") for name in ("a", "b")]
    assert set(tree(tmp_path / ".hydra")) == {".gitignore", "lock"}


@pytest.fixture
def held(tmp_path: Path) -> Iterator[IO[str]]:
    """A root whose lock another run holds."""
    files = some_files()
    assert write(tmp_path, OUTPUT, files, listed(files)).value is not None
    with (tmp_path / ".hydra/lock").open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def test_a_run_that_waited_long_enough_gives_up_with_a_finding(tmp_path: Path, held: IO[str]) -> None:
    files = some_files(text="two")
    started = time.monotonic()
    staged = write(tmp_path, OUTPUT, files, listed(files), patience=0.2)
    assert time.monotonic() - started < 5
    assert staged.value is None
    assert codes(staged) == ["HYD024"]
    assert texts(tmp_path / OUTPUT) == some_files()


def test_a_run_waits_for_the_other_to_end(tmp_path: Path, held: IO[str]) -> None:
    files = some_files(text="two")
    threading.Timer(0.2, held.close).start()
    assert write(tmp_path, OUTPUT, files, listed(files), patience=20).value is not None


def test_a_run_with_nothing_to_write_does_not_wait(tmp_path: Path, held: IO[str]) -> None:
    assert write(tmp_path, OUTPUT, some_files(), listed(some_files()), patience=0).value is not None


def test_on_a_file_system_without_locks_a_run_goes_on_without_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(descriptor: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(lock, "_try", refuse)
    assert write(tmp_path, OUTPUT, some_files(), listed(some_files())).value is not None
