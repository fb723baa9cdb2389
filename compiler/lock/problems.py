"""Findings about `hydra.lock`."""

from __future__ import annotations

from collections.abc import Iterable

from compiler.diagnostics import Code, Diagnostic, InFile, Located, Severity, closest
from compiler.layout import LOCK

NEWER_LOCK = Code(
    "HYD560",
    Severity.ERROR,
    "The lock file was written by a newer Hydra.",
    "An older release would drop what it does not know, and services would move to other runs or images.",
    bad="# hydra.lock\nversion: 2",
    good="# hydra.lock\nversion: 1",
)
UNUSED_ENTRY = Code(
    "HYD562",
    Severity.INFO,
    "An entry of the lock file that nothing needs any more.",
    "Nothing serves that fine-tuning by that name: the service was removed or renamed, or serves something else. The "
    "next compile takes the entry out.",
    bad="support-bot/services/chat:   # which hydra.yaml no longer has",
    good="# hydra compile, and the lock file committed with the rest",
)
UNKNOWN_RUN = Code(
    "HYD563",
    Severity.WARNING,
    "A run is promoted that neither the specs nor the committed tree know.",
    "A run that is misspelt, or was removed from its claim, is waited for until the gate's time is over.",
    bad="hydra promote support-bot/chat --run 7h8828fk56",
    good="hydra promote support-bot/chat",
)
STALE_LOCK = Code(
    "HYD564",
    Severity.ERROR,
    "The lock file is not what a compile makes of it.",
    "It says which runs are served. A tree and a lock file that do not belong together would move a service to another "
    "run with the next compile.",
    bad="# hydra.lock edited by hand, or left out of the commit",
    good="# hydra compile, and the lock file committed with the tree",
)
SEVERAL_DOCUMENTS = Code(
    "HYD566",
    Severity.ERROR,
    "The lock file has more than one document.",
    "Only one can say what is served.",
    bad="# hydra.lock\nversion: 1\n---\nversion: 1",
    good="# hydra.lock\nversion: 1",
)

MISSING_PIN = Code(
    "HYD680",
    Severity.WARNING,
    "The lock file pins names, and lacks one that is needed.",
    "What it pins is loaded and pulled as it was reviewed; this may be something else tomorrow.",
    bad="models:\n  own: {source: hf://acme/own@main}   # and no entry of that name in hydra.lock",
    good="# hydra lock, and the lock file committed with the rest",
)
UNUSED_PIN = Code(
    "HYD681",
    Severity.INFO,
    "A name that the lock file pins and nothing needs any more.",
    "No source and no image goes by it. A compile leaves it: what is pinned is changed by `hydra lock` alone.",
    bad="revisions:\n  hf://acme/own@main: a09a35458c702b33eeacc393d103063234e8bc28   # which no spec names",
    good="# hydra lock, and the lock file committed with the rest",
)


def newer_lock(at: Located, version: int) -> Diagnostic:
    """A version that this release does not know."""
    return Diagnostic(
        NEWER_LOCK, at, f"The lock file has version {version}, and this release reads version 1.",
        "Compile with the release that wrote it, or a newer one.",
    )  # fmt: skip


def several_documents(at: Located) -> Diagnostic:
    """A second document."""
    return Diagnostic(
        SEVERAL_DOCUMENTS, at, "A second document begins here.",
        f"Keep one, with everything under its `promotions`. `git log -p {LOCK}` shows how it came about.",
    )  # fmt: skip


def unused_entry(at: Located, cluster: str, consumer: str, finetune: str) -> Diagnostic:
    """An entry that is taken out."""
    return Diagnostic(
        UNUSED_ENTRY, at, f"Nothing on cluster `{cluster}` serves `{finetune}` as `{consumer}` any more: the entry goes.",
        "Commit the lock file together with the specs.",
    )  # fmt: skip


def missing_pin(at: Located, name: str, severity: Severity | None = None, about: Located | None = None) -> Diagnostic:
    """A name that is taken as it is today."""
    return Diagnostic(
        MISSING_PIN, at, f"`{name}` is not pinned in `{LOCK}`, which pins others.",
        "Run `hydra lock` and commit the result.", severity=severity, about=about,
    )  # fmt: skip


def unused_pin(at: Located, name: str) -> Diagnostic:
    """A name that is kept until `hydra lock` runs."""
    return Diagnostic(
        UNUSED_PIN, at, f"Nothing needs `{name}` any more.", "Run `hydra lock`, which takes the entry out."
    )  # fmt: skip


def stale_lock() -> Diagnostic:
    """`--check` found another lock file than a compile would leave."""
    return Diagnostic(
        STALE_LOCK, InFile(LOCK), f"`{LOCK}` is not what a compile makes of it.",
        "Run `hydra compile` and commit the result.",
    )  # fmt: skip


def unknown_run(at: Located, run: str, finetune: str, known: Iterable[str]) -> Diagnostic:
    """A run that is promoted all the same."""
    return Diagnostic(
        UNKNOWN_RUN, at, f"No run `{run}` of `{finetune}` is current or recorded.",
        "Make sure that it lies on the claim: whoever serves it waits for it.",
        candidates=closest(run, known),
    )  # fmt: skip
