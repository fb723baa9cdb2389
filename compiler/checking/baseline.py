"""The storage of the committed tree: what the list file says at git's HEAD."""

from __future__ import annotations

import re
from pathlib import Path

from compiler import git
from compiler.checking.change_problems import moved_output
from compiler.diagnostics import InFile, Staged
from compiler.emission.listing import EMPTY, Listing, parse
from compiler.emission.tree import previous
from compiler.layout import LIST_NAME, OUTPUT, SETTINGS

_OUTPUT = re.compile(r"^output:\s*[\"']?([^\s\"'#]+)", re.MULTILINE)


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
    return output_of(_at_head(root, SETTINGS) or "")


def output_of(settings: str) -> str:
    """The output directory that the text of a settings file names."""
    found = _OUTPUT.search(settings)
    return found[1].rstrip("/") if found else OUTPUT


def _at_head(root: Path, path: str) -> str | None:
    """A file at HEAD; empty where HEAD lacks it, None where there is no HEAD, or git is told to ignore the file."""
    if not git.above(root):
        return None
    try:
        shown = git.run(root, "show", f"HEAD:./{path}")
        if shown.returncode == 0:
            return shown.stdout.decode(errors="replace")
        if git.run(root, "rev-parse", "--verify", "--quiet", "HEAD").returncode != 0:
            return None
        return None if git.run(root, "check-ignore", "--quiet", path).returncode == 0 else ""
    except git.GitError:
        return None
