"""The storage of the committed tree: what the list file says at git's HEAD."""

from __future__ import annotations

import os
from pathlib import Path

from compiler.emission.listing import EMPTY, Listing, parse
from compiler.emission.paths import LIST_NAME
from compiler.emission.tree import previous


def committed(root: Path, output: str) -> Listing:
    """The list of the last commit; that of the output directory where there is no git, or nothing is committed.

    The files that lie there may have been edited or deleted by hand: what GitOps applies is what was committed.
    """
    text = _at_head(root, f"{output}/{LIST_NAME}")
    if text is None:
        return previous(root, output).value
    return parse(text).value if text else EMPTY


def _at_head(root: Path, path: str) -> str | None:
    """A file at HEAD; empty where HEAD lacks it, None where there is no HEAD."""
    if not _in_git(root):
        return None
    import subprocess

    def git(*arguments: str) -> subprocess.CompletedProcess[bytes]:
        environment = {**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
        return subprocess.run(
            ["git", "-C", str(root), *arguments], capture_output=True, check=False, env=environment, timeout=60
        )

    try:
        shown = git("show", f"HEAD:./{path}")
        if shown.returncode == 0:
            return shown.stdout.decode(errors="replace")
        return "" if git("rev-parse", "--verify", "--quiet", "HEAD").returncode == 0 else None
    except (OSError, subprocess.TimeoutExpired):
        return None


def _in_git(root: Path) -> bool:
    here = root.resolve()
    return any((above / ".git").exists() for above in (here, *here.parents))
