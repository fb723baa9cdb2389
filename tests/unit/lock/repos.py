"""Repos whose names the lock file pins."""

from __future__ import annotations

import hashlib
from pathlib import Path

from compiler.emission.lock_file import Lock
from compiler.lock.pins import Pins
from compiler.lock.wanted import Wanted, wanted
from compiler.requests import Request

HEAD = "apiVersion: hydra.io/v1alpha1\nkind: Project\nmetadata: {name: bot, namespace: nlp}\n"


def some_digest(name: str) -> str:
    """A digest that stands for what a name means."""
    return hashlib.sha256(name.encode()).hexdigest()


def needs_of(repo: Path) -> list[Wanted]:
    """What a repo without errors needs pinned."""
    staged = wanted(Request(repo))
    assert staged.found == []
    return staged.value


def pins_of(needs: list[Wanted]) -> Pins:
    """A commit or digest for each."""
    digests = {one: some_digest(one.name) for one in needs}
    return Pins(
        {one.name: digest[:40] for one, digest in digests.items() if one.section == "revisions"},
        {one.name: f"sha256:{digest}" for one, digest in digests.items() if one.section == "images"},
    )


def lock(repo: Path) -> Pins:
    """Write a lock file that pins all that a repo needs."""
    pins = pins_of(needs_of(repo))
    text = Lock(pins=pins).text()
    if text is not None:
        (repo / "hydra.lock").write_text(text)
    return pins
