"""Killed at any moment, the output is the old tree or the new one."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from compiler.emission.tree import write
from tests.unit.emission.cases import OUTPUT, listed, some_files, texts, tree

KILLS = 40
TREES = (some_files(120), some_files(100, text="two"))

PROGRAM = """
    import itertools, pathlib, sys
    sys.path.insert(0, sys.argv[2])
    from tests.unit.emission.cases import listed, some_files
    from compiler.emission.tree import write
    trees = (some_files(120), some_files(100, text="two"))
    lists = [listed(files) for files in trees]
    print("ready", flush=True)
    for turn in itertools.count():
        files = trees[turn % 2]
        assert write(pathlib.Path(sys.argv[1]), "rendered", files, lists[turn % 2]).value is not None
"""


def test_killed_at_any_moment_the_output_is_one_of_the_two_trees(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    delays = random.Random(4)
    wholes = [files | {"notes.md": "mine"} for files in TREES]
    assert write(tmp_path, OUTPUT, TREES[0], listed(TREES[0])).value is not None
    (tmp_path / OUTPUT / "notes.md").write_text("mine")
    interrupted = 0
    for turn in range(KILLS):
        with alternating(tmp_path, request.config.rootpath) as running:
            time.sleep(delays.uniform(0, 0.06))
            running.send_signal(signal.SIGKILL)
        found = texts(tmp_path / OUTPUT)
        assert found in wholes, f"kill {turn}"
        assert (tmp_path / OUTPUT / "hydra.list").read_text() == listed(TREES[wholes.index(found)]).text()
        interrupted += any(name.startswith("staging-") for name in tree(tmp_path / ".hydra"))
        if turn % 4 == 3:
            wanted = TREES[turn // 4 % 2]
            assert write(tmp_path, OUTPUT, wanted, listed(wanted)).value is not None
            assert texts(tmp_path / OUTPUT) == wanted | {"notes.md": "mine"}
            assert set(tree(tmp_path / ".hydra")) == {".gitignore", "lock"}
    # Else the loop proves nothing.
    assert interrupted > KILLS // 4


class alternating:  # noqa: N801 - reads as a statement
    """A process that writes one tree and the other in turn; killed at the end at the latest."""

    def __init__(self, root: Path, repo: Path) -> None:
        self.command = [sys.executable, "-c", textwrap.dedent(PROGRAM), str(root), str(repo)]

    def __enter__(self) -> subprocess.Popen[str]:
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"
        return self.process

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()
