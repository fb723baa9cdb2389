"""The CI that `hydra init` writes, where the tree is in order and where a change puts data at risk."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.end_to_end.ci_repo import SPEC, git, hydra_command


@pytest.fixture(params=["github", "gitlab"])
def repo(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A repo of `hydra init`, committed."""
    root = tmp_path / "repo"
    subprocess.run([*hydra_command(tmp_path), "init", str(root), "--git", "--ci", request.param], check=True)
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "first")
    return root


def steps(root: Path) -> list[dict[str, Any]]:
    """The steps that run Hydra, of either system."""
    gitlab = root / ".gitlab-ci.yml"
    if gitlab.is_file():
        return [
            {"run": text} for text in yaml.safe_load(gitlab.read_text())["hydra"]["script"] if "hydra compile" in text
        ]
    found = yaml.safe_load((root / ".github/workflows/hydra.yml").read_text())["jobs"]["hydra"]["steps"]
    return [one for one in found if one.get("run", "").startswith(("hydra", "git"))]


def pipeline(root: Path, where: Path) -> tuple[bool, str]:
    """Whether the job passes, and all that it says. A step runs after one that failed only where it says so."""
    summary, passed, said = where / "summary.md", True, ""
    commit, command = git(root, "rev-parse", "HEAD"), Path(hydra_command(where)[0])
    environment = {
        **os.environ, "PATH": f"{command.parent}:{os.environ['PATH']}", "ROOT": ".", "HYDRA_ROOT": ".",
        "BASE": commit, "CI_MERGE_REQUEST_DIFF_BASE_SHA": commit, "GITHUB_STEP_SUMMARY": str(summary),
    }  # fmt: skip
    for step in steps(root):
        if passed or "!cancelled()" in str(step.get("if", "")):
            script = "\n".join(line for line in step["run"].splitlines() if not line.startswith("git fetch"))
            done = subprocess.run(
                ["bash", "-eo", "pipefail", "-c", script], cwd=root, env=environment, capture_output=True, text=True,
                check=False, timeout=120,
            )  # fmt: skip
            passed, said = passed and done.returncode == 0, said + done.stdout + done.stderr
    return passed, said + (summary.read_text() if summary.is_file() else "")


def test_what_puts_data_at_risk_fails_and_is_told(repo: Path, tmp_path: Path) -> None:
    text = (repo / SPEC).read_text()
    (repo / SPEC).write_text(text.replace("size: 1Gi", "size: 512Mi"))
    passed, said = pipeline(repo, tmp_path)
    assert not passed
    assert "data-at-risk" in said


def test_a_repo_in_order_passes(repo: Path, tmp_path: Path) -> None:
    passed, said = pipeline(repo, tmp_path)
    assert passed, said
