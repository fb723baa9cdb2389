"""Paths below the output directory, as they stand in the list file: relative, posix, no way out."""

from __future__ import annotations

from functools import lru_cache

KUSTOMIZATION = "kustomization.yaml"
"""The one file in a directory that Kustomize, Argo CD and Flux look for."""

DELIVERY = "_gitops"
"""The directory below a cluster's with the objects that make a controller apply it."""

_NO_STEPS = frozenset({"", ".", ".."})


def is_safe(path: str) -> bool:
    """Whether the path stays below the directory it starts from, whatever system reads it.

    No empty step, no `.` or `..`, nothing absolute, no backslash, no drive, no control character, nothing that UTF-8
    cannot write. Symbolic links on the way are not looked at: that is the writer's to do.
    """
    if "\\" in path or path[1:2] == ":" or not _NO_STEPS.isdisjoint(path.split("/")):
        return False
    return is_text(path)


def is_text(path: str) -> bool:
    """Whether a path is free of control characters and of what UTF-8 cannot write."""
    return (path.isascii() and path.isprintable()) or not any(map(_forbidden, path))


def _forbidden(character: str) -> bool:
    return character < " " or character == "\x7f" or "\ud800" <= character <= "\udfff"


def parents(path: str) -> tuple[str, ...]:
    """The directories above a path, outermost first, without the one that it starts from.

    >>> parents("prod/nlp/chat/job.yaml")
    ('prod', 'prod/nlp', 'prod/nlp/chat')
    """
    return _steps(path.rpartition("/")[0])


@lru_cache(maxsize=1 << 15)
def _steps(directory: str) -> tuple[str, ...]:
    if not directory:
        return ()
    return (*_steps(directory.rpartition("/")[0]), directory)
