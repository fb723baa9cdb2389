"""Compiles both sides of an edit and says what it does. A repo is compiled once."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from compiler.change.sides import compiled
from compiler.change.values import Outcome, View
from compiler.change.view import Side, view
from compiler.diagnostics import Severity
from compiler.linking.profile import Profile
from compiler.requests import Request
from tests.compiled import repo_of
from tests.unit.change.repos import REPOS

Files = Mapping[str, str]


def viewed(before: Files, after: Files) -> View:
    """What the way from one repo to the other does."""
    return view(_side(before), _side(after))


def outcome(shown: View, target: str) -> Outcome:
    """What happens to one object.

    Raises: KeyError, where nothing does.
    """
    for one in shown.outcomes:
        if one.subject.target == target:
            return one
    raise KeyError(target)


def cluster_of(repo: str) -> Profile:
    """The cluster of one of `REPOS`."""
    return _side(REPOS[repo]).profiles["prod"]


def _side(files: Files) -> Side:
    return _known(tuple(sorted(files.items())))


@cache
def _known(files: tuple[tuple[str, str], ...]) -> Side:
    return _compiled(dict(files))


def _compiled(files: Files) -> Side:
    with tempfile.TemporaryDirectory() as directory:
        side, found, _ = compiled(Request(repo_of(Path(directory), files)))
        errors = [f"{one.code.id} {one.wrong}" for one in found if one.level is Severity.ERROR]
    if errors:
        raise ValueError(f"the repo does not compile: {errors}")
    return side
