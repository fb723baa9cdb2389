"""The `git` of the machine, asked without letting a repo's own settings run anything."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from subprocess import CompletedProcess

PATIENCE_SECONDS = 60

PREFERENCES = ("-c", "safe.bareRepository=explicit", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
SAFELY = {
    "LC_ALL": "C",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_TERMINAL_PROMPT": "0",
}
"""A repo can hold a directory that looks like a repository of git, with settings that name programs to run. None is run,
nothing is fetched, and nobody's own replacements count, which the cluster does not see."""


class GitError(Exception):
    """Git is not there, or did not end in time."""


def run(root: Path, *arguments: str, standard_input: bytes = b"", index: str = "") -> CompletedProcess[bytes]:
    """Run a command of git in a directory of a repo; its exit code says how it went.

    `index` is the absolute path of the index to read, where that is not the repo's own.

    Raises: GitError.
    """
    import subprocess

    # `git` is the one on PATH, as for every other tool of a repo; the arguments are a list and no shell reads them.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        return subprocess.run(  # noqa: S603
            ["git", "-C", str(root), *PREFERENCES, *arguments],  # noqa: S607
            capture_output=True,
            check=False,
            env={**inherited, **SAFELY, **({"GIT_INDEX_FILE": index} if index else {})},
            input=standard_input,
            timeout=PATIENCE_SECONDS,
        )
    except FileNotFoundError as error:
        raise GitError("there is no `git` on the PATH") from error
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise GitError(f"`git {arguments[0]}` could not be run") from error


def above(root: Path) -> bool:
    """Whether a directory is in a work tree of git, by the looks of it."""
    here = root.resolve()
    return any((directory / ".git").exists() for directory in (here, *here.parents))
