"""`hydra init` with a controller that reads the repo: what it writes is enough for it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from compiler.cli import hydra
from tests.command import inside, run


def init(where: Path, *arguments: str) -> None:
    with inside(where):
        ran = CliRunner().invoke(hydra, ["init", "--yes", *arguments], env={"HYDRA_NO_CACHE": "1"})
    assert ran.exit_code == 0, ran.output


@pytest.mark.parametrize(
    ("repo", "flux"),
    [
        ("https://git.acme.io/ml/platform.git", None),
        ("ssh://git@git.acme.io/ml/platform.git", {"secret": "flux-system"}),
        ("git@git.acme.io:ml/platform.git", {"secret": "flux-system"}),
    ],
    ids=["https", "ssh", "scp"],
)
def test_flux_has_a_key_where_it_needs_one(tmp_path: Path, repo: str, flux: object) -> None:
    init(tmp_path, "--controller", "flux", "--repo", repo)
    cluster = yaml.safe_load((tmp_path / "clusters/prod.yaml").read_text())
    assert cluster["spec"]["gitops"].get("flux") == flux
    assert run(tmp_path, "compile", "--check", "--fail-on", "warning").code == 0


@pytest.mark.parametrize(("controller", "repo", "said"), [("argocd", "https://a.io/b.git", True), ("flux", "", False)])
def test_the_readme_says_how_the_controller_is_told(tmp_path: Path, controller: str, repo: str, *, said: bool) -> None:
    init(tmp_path, "--controller", controller, *(["--repo", repo] if repo else []))
    readme = (tmp_path / "README.md").read_text()
    assert ("kubectl apply --server-side -k rendered/prod/_gitops" in readme) is said
    assert (tmp_path / "rendered/prod/_gitops").is_dir() is said
