"""The same repo gives the same bytes, wherever and however it is compiled."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import snapshot
from tests.end_to_end.repos import hydra, make

CIRCUMSTANCES = {
    "another directory": {},
    "another hash seed": {"PYTHONHASHSEED": "1"},
    "a third hash seed": {"PYTHONHASHSEED": "4242"},
    "another locale": {"LC_ALL": "C", "LANG": "tr_TR.UTF-8", "PYTHONUTF8": "0"},
    "another time zone": {"TZ": "Pacific/Kiritimati"},
    "another user": {"HOME": "/nonexistent", "USER": "somebody", "LOGNAME": "somebody"},
    "optimised": {"PYTHONOPTIMIZE": "2"},
}


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, bytes | str], str]:
    """The tree and the report of a first run."""
    directory = tmp_path_factory.mktemp("reference")
    repo = make(directory / "repo")
    ran = hydra("compile", "--quiet", "--format", "json", cache=directory / "cache", cwd=repo)
    assert (ran.returncode, ran.stderr) == (0, "")
    return snapshot(repo / "rendered"), ran.stdout


@pytest.mark.parametrize("name", CIRCUMSTANCES)
def test_the_tree_is_the_same(name: str, reference: tuple[dict[str, bytes | str], str], tmp_path: Path) -> None:
    repo = make(tmp_path / "an other" / "place", order=-1)
    arguments = ("compile", "--quiet", "--format", "json")
    ran = hydra(*arguments, cache=tmp_path / "cache", cwd=repo, **CIRCUMSTANCES[name])
    assert (ran.returncode, ran.stderr) == (0, "")
    assert (snapshot(repo / "rendered"), ran.stdout) == reference


def test_the_working_directory_changes_nothing(reference: tuple[dict[str, bytes | str], str], tmp_path: Path) -> None:
    repo = make(tmp_path / "repo")
    assert hydra("compile", cache=tmp_path / "cache", cwd=repo / "teams" / "nlp").returncode == 0
    assert snapshot(repo / "rendered") == reference[0]


def test_a_second_run_writes_nothing(tmp_path: Path) -> None:
    repo = make(tmp_path / "repo")
    assert hydra("compile", str(repo), cache=tmp_path / "cache").returncode == 0
    before = {path: path.stat().st_mtime_ns for path in (repo / "rendered").rglob("*")}
    ran = hydra("compile", str(repo), cache=tmp_path / "cache", HYDRA_NO_CACHE="1")
    assert "0 written" in ran.stdout
    assert {path: path.stat().st_mtime_ns for path in (repo / "rendered").rglob("*")} == before


def test_check_tells_a_stale_tree_by_its_exit_code(tmp_path: Path) -> None:
    repo, cache = make(tmp_path / "repo"), tmp_path / "cache"
    assert hydra("compile", "--check", str(repo), cache=cache).returncode == 1
    assert not (repo / "rendered").exists()
    assert hydra("compile", str(repo), cache=cache).returncode == 0
    assert hydra("compile", "--check", str(repo), cache=cache).returncode == 0
    spec = repo / "teams" / "nlp" / "hydra.yaml"
    spec.write_text(spec.read_text().replace("50Gi", "60Gi"))
    stale = hydra("compile", "--check", "--format", "github", str(repo), cache=cache)
    assert (stale.returncode, "HYD028" in stale.stdout) == (1, True)
    assert hydra("compile", "--check", "--format", "elephant", str(repo), cache=cache).returncode == 2
