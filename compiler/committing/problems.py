"""Findings about a commit that is about to be made."""

from __future__ import annotations

from collections.abc import Sequence

from compiler.diagnostics import Code, Diagnostic, InFile, Severity

MOST_NAMED = 5
"""Files that a finding names."""

TREE_LEFT_OUT = Code(
    "HYD960",
    Severity.ERROR,
    "Files of the tree are not in the commit as they were compiled.",
    "What is committed is what gets applied: a manifest that Git does not have, or has as it was, makes the commit one "
    "that no compile has written. `git commit -a` leaves out files that are new.",
    bad="git commit -am 'a new project'",
    good="git add rendered teams && git commit -m 'a new project'",
)
INPUT_LEFT_OUT = Code(
    "HYD961",
    Severity.ERROR,
    "A file that was compiled is not in the commit.",
    "The tree depends on it, and everybody who gets the commit gets it without that file.",
    bad="git add rendered && git commit",
    good="git add rendered clusters && git commit",
)


def tree_left_out(output: str, paths: Sequence[str]) -> Diagnostic:
    """Files below the output, or the lock file, that the index lacks or has otherwise."""
    several = len(paths) > 1
    return Diagnostic(
        TREE_LEFT_OUT, InFile(output if several else paths[0]),
        wrong=f"{_named(paths)} {'are' if several else 'is'} not in the commit as compiled.",
        do=f"Look at the change, then add it with `git add -A {output}{_beside(output, paths)}`, and commit again.",
    )  # fmt: skip


def input_left_out(path: str) -> Diagnostic:
    """A cluster, a library entry or the like that Git does not know."""
    return Diagnostic(
        INPUT_LEFT_OUT, InFile(path), wrong=f"`{path}` was read, and is not in the commit.",
        do=f"Add it with `git add {path}`, or move it away until it is to be committed.",
    )  # fmt: skip


def _beside(output: str, paths: Sequence[str]) -> str:
    """What is to be added beside the output."""
    return "".join(f" {path}" for path in paths if not path.startswith(f"{output}/"))


def _named(paths: Sequence[str]) -> str:
    """The first of them by name, and how many more there are."""
    named = ", ".join(f"`{path}`" for path in paths[:MOST_NAMED])
    more = len(paths) - MOST_NAMED
    return f"{named} and {more} more files" if more > 0 else named
