"""The storage of the committed tree: what the list file says at git's HEAD."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.checking.change_problems import moved_output
from compiler.diagnostics import InFile, Staged
from compiler.emission.listing import EMPTY, Listing, parse
from compiler.emission.tree import previous
from compiler.layout import LIST_NAME, OUTPUT, SETTINGS

if TYPE_CHECKING:
    import subprocess


_OUTPUT = re.compile(r"^output:\s*[\"']?([^\s\"'#]+)", re.MULTILINE)

PREFERENCES = ("-c", "safe.bareRepository=explicit", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
SAFELY = {
    "LC_ALL": "C",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_TERMINAL_PROMPT": "0",
}
"""A repo can hold a directory that looks like a repository of git, with settings that name programs to run. None is run,
and nothing is fetched."""


def committed(root: Path, output: str) -> Staged[Listing]:
    """The list of the last commit; that of the output directory where there is no git, or git does not keep the output.

    The files that lie there may have been edited or deleted by hand: what GitOps applies is what was committed. Where
    the output was moved since, its old place counts.
    """
    text = _at_head(root, f"{output}/{LIST_NAME}")
    if text is None:
        return previous(root, output)
    if text:
        return parse(text, f"{output}/{LIST_NAME}")
    before = _output_at_head(root)
    text = _at_head(root, f"{before}/{LIST_NAME}") if before != output else ""
    if not text:
        return Staged(EMPTY)
    listing = parse(text, f"{before}/{LIST_NAME}")
    return Staged(listing.value, [*listing.found, moved_output(InFile(SETTINGS), before, output)])


def _output_at_head(root: Path) -> str:
    """The output directory that the settings of the last commit name."""
    found = _OUTPUT.search(_at_head(root, SETTINGS) or "")
    return found[1] if found else OUTPUT


def _at_head(root: Path, path: str) -> str | None:
    """A file at HEAD; empty where HEAD lacks it, None where there is no HEAD, or git is told to ignore the file."""
    if not _in_git(root):
        return None
    from subprocess import SubprocessError

    try:
        shown = _git(root, "show", f"HEAD:./{path}")
        if shown.returncode == 0:
            return shown.stdout.decode(errors="replace")
        if _git(root, "rev-parse", "--verify", "--quiet", "HEAD").returncode != 0:
            return None
        return None if _git(root, "check-ignore", "--quiet", path).returncode == 0 else ""
    except (OSError, SubprocessError):
        return None


def _git(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    import subprocess

    # `git` is the one on PATH, as for every other tool of a repo; the arguments are a list and no shell reads them.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return subprocess.run(  # noqa: S603
        ["git", "-C", str(root), *PREFERENCES, *arguments],  # noqa: S607
        capture_output=True,
        check=False,
        env={**inherited, **SAFELY},
        timeout=60,
    )


def _in_git(root: Path) -> bool:
    here = root.resolve()
    return any((above / ".git").exists() for above in (here, *here.parents))
