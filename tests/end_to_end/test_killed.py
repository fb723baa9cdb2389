"""A run that is killed, at any moment, leaves the old tree or the new one."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from pathlib import Path

from tests.command import snapshot
from tests.end_to_end.repos import PROJECT, command, environment, hydra, make

KILLS = 24
FURTHER = (1.25, 0.4, 1.5, 0.3, 2.0, 0.2, 3.0)
"""Parts of the run's duration that are tried as well where the machine became slower or faster than when it was measured."""
ENTRIES = 40


def test_a_killed_run_leaves_the_old_tree_or_the_new_one(tmp_path: Path) -> None:
    repo, cache = make(tmp_path / "repo"), tmp_path / "cache"
    spec = repo / "teams" / "nlp" / "hydra.yaml"
    for size in ("50Gi", "60Gi"):
        spec.write_text(many(size))
        assert hydra("compile", str(repo), cache=cache).returncode == 0
        (tmp_path / size).mkdir()
        shutil.copytree(repo / "rendered", tmp_path / size, dirs_exist_ok=True)
    old, new = snapshot(tmp_path / "50Gi"), snapshot(tmp_path / "60Gi")
    seconds = duration(repo, tmp_path / "50Gi", cache)
    seen: set[bool] = set()
    # Reading and importing change nothing: most of the kills belong into the end of the run.
    for number, part in enumerate([*(0.5 + 0.6 * number / KILLS for number in range(KILLS)), *FURTHER]):
        if number >= KILLS and len(seen) == 2:
            break
        restore(repo, tmp_path / "50Gi")
        tree = killed_after(seconds * part, repo, cache)
        assert tree in (old, new), part
        seen.add(tree == new)
    assert hydra("compile", str(repo), cache=cache).returncode == 0
    assert snapshot(repo / "rendered") == new
    assert not [path for path in (repo / ".hydra").iterdir() if path.is_dir()], "left from killed runs"
    assert seen == {True, False}, "no kill came late, or none early enough"


def many(size: str) -> str:
    """A project with many entries, each of which changes with the size."""
    entries = "".join(f"  entry-{n}: {{source: s3://corp/{n}, volume: {{size: {size}}}}}\n" for n in range(ENTRIES))
    return PROJECT.replace("models:\n", f"{entries}models:\n").replace("50Gi", size)


def restore(repo: Path, tree: Path) -> None:
    """Put the old tree back."""
    shutil.rmtree(repo / "rendered")
    shutil.copytree(tree, repo / "rendered")


def duration(repo: Path, tree: Path, cache: Path) -> float:
    """How long the run takes that is going to be killed, in seconds."""
    restore(repo, tree)
    start = time.monotonic()
    assert hydra("compile", str(repo), cache=cache, HYDRA_NO_CACHE="1").returncode == 0
    return time.monotonic() - start


def killed_after(seconds: float, repo: Path, cache: Path) -> dict[str, bytes | str]:
    """The tree that a run leaves which is killed after a while."""
    run = subprocess.Popen(
        command("compile", str(repo)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(cache, HYDRA_NO_CACHE="1"),
    )
    try:
        run.wait(seconds)
    except subprocess.TimeoutExpired:
        run.send_signal(signal.SIGKILL)
        run.wait()
    return snapshot(repo / "rendered")
