"""Git repos with hooks, and this project as a repo that pre-commit takes hooks from."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from compiler import __version__

PROJECT = Path(__file__).parents[2]
COPIED = (
    "compiler",
    "library",
    "schemas",
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "CHANGELOG.md",
    ".pre-commit-hooks.yaml",
)


class Ran:
    """What a command came to."""

    def __init__(self, done: subprocess.CompletedProcess[str]) -> None:
        self.code, self.said = done.returncode, done.stdout + done.stderr


class Clone:
    """A Git repo, and the tools that are run in it."""

    def __init__(self, root: Path, shared: Path) -> None:
        self.root = root
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "HYDRA_", "PRE_COMMIT"))
        }
        self.environment = {
            **kept,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(shared / "home"),
            "XDG_CACHE_HOME": str(shared / "cache"),
            "PRE_COMMIT_HOME": str(shared / "pre-commit"),
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "protocol.file.allow",
            "GIT_CONFIG_VALUE_0": "always",
            **{f"GIT_{who}_{what}": "a@acme.io" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
        }

    def run(self, *command: str) -> Ran:
        """Run a command, whatever it comes to."""
        done = subprocess.run(
            command, cwd=self.root, env=self.environment, capture_output=True, text=True, check=False, timeout=600
        )
        return Ran(done)

    def git(self, *arguments: str) -> str:
        """Run git, which has to succeed."""
        ran = self.run("git", *arguments)
        assert ran.code == 0, ran.said
        return ran.said

    def hydra(self, *arguments: str) -> Ran:
        """The command of the work tree, with this interpreter."""
        return self.run(
            sys.executable,
            "-P",
            "-c",
            f"import sys; sys.path.insert(0, {str(PROJECT)!r}); from compiler.cli import main; main()",
            *arguments,
        )

    def commit(self, *arguments: str) -> Ran:
        """`git commit`, through the hooks."""
        return self.run("git", "commit", "-m", "a change", *arguments)

    def replace(self, path: str, old: str, new: str) -> None:
        """Edit a file of the work tree."""
        text = (self.root / path).read_text()
        assert old in text
        (self.root / path).write_text(text.replace(old, new))

    def committed(self, path: str) -> str:
        """A file of the last commit."""
        return self.git("show", f"HEAD:{path}")

    def commits(self) -> int:
        """How many commits there are."""
        return int(self.git("rev-list", "--count", "HEAD"))


def make_project(directory: Path) -> None:
    """A Git repo of this project."""
    project = directory / "hydra"
    project.mkdir()
    (directory / "home").mkdir()
    for name in COPIED:
        source = PROJECT / name
        if source.is_dir():
            shutil.copytree(source, project / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, project / name)
    clone = Clone(project, directory)
    clone.git("init", "--quiet", "--initial-branch=main")
    clone.git("add", "--all")
    clone.git("commit", "--quiet", "-m", "all of it")
    clone.git("tag", f"v{__version__}")
