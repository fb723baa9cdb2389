"""Git's index: what the next commit will be made of."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from compiler import git

if TYPE_CHECKING:
    from subprocess import CompletedProcess

VARIABLE = "GIT_INDEX_FILE"
"""Git tells hooks by it which index a commit is made of: `git commit FILE` has one of its own."""


class NoIndexError(Exception):
    """There is no index to ask; the message says why."""


class Index:
    """The index of the Git repo that a directory is in. Paths are as seen from that directory.

    Raises: NoIndexError, where the directory is in no Git repo, or Git cannot be asked.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        # Seen from the working directory, and Git is asked in another one.
        self.file = str(Path(os.environ[VARIABLE]).absolute()) if os.environ.get(VARIABLE) else ""

    def files(self) -> frozenset[str]:
        """The files in it, below the directory."""
        return frozenset(self._paths("ls-files", "-z"))

    def changed(self, *paths: str) -> list[str]:
        """The files in it that are not as they lie there, below any of the paths. Sorted."""
        literal = [f":(literal){path}" for path in paths]
        return sorted(
            self._paths("diff", "--name-only", "-z", "--no-ext-diff", "--no-renames", "--relative", "--", *literal)
        )

    def ignores(self, path: str) -> bool:
        """Whether Git is told to ignore a file."""
        return self._run("check-ignore", "--quiet", "--", path).returncode == 0

    def _paths(self, *arguments: str) -> list[str]:
        done = self._run(*arguments)
        if done.returncode != 0:
            raise NoIndexError(f"`git {arguments[0]}` fails in `{self.root}`")
        return [os.fsdecode(path) for path in done.stdout.split(b"\0") if path]

    def _run(self, *arguments: str) -> CompletedProcess[bytes]:
        try:
            return git.run(self.root, *arguments, index=self.file)
        except git.GitError as error:
            raise NoIndexError(str(error)) from error
