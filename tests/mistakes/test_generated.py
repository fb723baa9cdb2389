"""Mistakes whose cases cannot be committed. What holds for the others holds for these: all is said, and only that."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import run, snapshot
from tests.mistakes.generated import cases
from tests.mistakes.marks import difference, expected_lines

CASES = cases()


@pytest.mark.parametrize("name", CASES)
def test_a_generated_case_gets_its_findings(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = CASES[name]
    repo = tmp_path / "repo"
    repo.mkdir()
    with monkeypatch.context() as patch:
        case.build(repo, patch)
        before = snapshot(tmp_path)
        ran = run(repo, "compile", *case.arguments)
    assert "\n".join(difference(expected_lines(case.expected), ran.found)) == ""
    mistaken = any("error:" in line for line in case.expected)
    assert ran.code == (1 if mistaken else 0)
    if mistaken:
        assert without_state(snapshot(tmp_path)) == without_state(before)


def without_state(files: dict[str, bytes | str]) -> dict[str, bytes | str]:
    """All but the lock and its directory, which ignore themselves."""
    return {path: content for path, content in files.items() if "/.hydra/" not in path}
