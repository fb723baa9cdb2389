"""The wheel works by itself, from any directory: data, entry point and all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from compiler import __version__

ROOT = Path(__file__).parents[2]
PROJECT = """\
apiVersion: hydra.io/v1alpha1
kind: Project
metadata: {name: bot, namespace: nlp}
models: {base: qwen2.5-7b-instruct}
datasets: {corpus: {source: s3://corp-data/corpus}}
"""


def pip(*arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments],
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with nothing but the installed wheel."""
    pytest.importorskip("hatchling", reason="hatchling is not installed: `make test`")
    wheels, target = tmp_path_factory.mktemp("wheels"), tmp_path_factory.mktemp("installed")
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(wheels), str(ROOT))
    (wheel,) = wheels.glob("*.whl")
    pip("install", "--no-deps", "--target", str(target), str(wheel))
    return target


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    (tmp_path / "hydra.yaml").write_text(PROJECT, encoding="utf-8")
    return tmp_path


def hydra(installed: Path, repo: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"PYTHONPATH": str(installed), "PATH": "/usr/bin:/bin", "NO_COLOR": "1"}
    return subprocess.run(
        [sys.executable, str(installed / "bin" / "hydra"), *arguments],
        cwd=repo, env=environment, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def test_the_command_knows_its_version(installed: Path, repo: Path) -> None:
    assert hydra(installed, repo, "--version").stdout == f"hydra {__version__}\n"


def test_the_library_is_inside(installed: Path, repo: Path) -> None:
    listed = hydra(installed, repo, "list", "loaders")
    assert listed.returncode == 0, listed.stderr
    assert "huggingface" in listed.stdout
    assert (installed / "compiler" / "_data" / "library" / "models").is_dir()


def test_a_repo_compiles(installed: Path, repo: Path) -> None:
    done = hydra(installed, repo, "compile")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (repo / "rendered" / "default" / "nlp" / "bot" / "job-bot-base-preload.yaml").is_file()


def test_a_repo_begins(installed: Path, tmp_path: Path) -> None:
    done = hydra(installed, tmp_path, "init", "new", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "new" / ".github" / "workflows" / "hydra.yml").is_file()
    assert hydra(installed, tmp_path / "new", "compile", "--check", "--fail-on", "warning").returncode == 0


def test_schemas_are_inside(installed: Path, repo: Path) -> None:
    done = hydra(installed, repo, "schema", "Project")
    assert done.returncode == 0, done.stderr
    assert '"title": "Project"' in done.stdout


def test_health_checks_are_inside(installed: Path, repo: Path) -> None:
    gitops = "{controller: argocd, repo: https://git.acme.io/ml/platform.git}"
    (repo / "clusters").mkdir()
    (repo / "clusters/prod.yaml").write_text(
        f"apiVersion: hydra.io/v1alpha1\nkind: Cluster\nmetadata: {{name: prod}}\nspec: {{gitops: {gitops}}}\n"
    )
    done = hydra(installed, repo, "compile")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "PyTorchJob" in (repo / "rendered/prod/_gitops/_health/configmap-argocd-cm.yaml").read_text()


def test_mistakes_are_explained(installed: Path, repo: Path) -> None:
    (repo / "hydra.yaml").write_text(PROJECT.replace("models:", "modells:"), encoding="utf-8")
    done = hydra(installed, repo, "validate")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "HYD2" in done.stdout


def test_nothing_of_the_repo_but_the_package_is_installed(installed: Path) -> None:
    assert {path.name for path in installed.iterdir()} <= {"bin", "compiler", f"hydra_compiler-{__version__}.dist-info"}
