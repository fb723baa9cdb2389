"""Findings about comparing two revisions."""

from __future__ import annotations

from collections.abc import Sequence

from compiler.diagnostics import Code, Diagnostic, Located, Severity

BASE_WITH_ERRORS = Code(
    "HYD608",
    Severity.WARNING,
    "The base of a comparison has errors of its own.",
    "What an error leaves out of the base looks new in the change.",
    bad="hydra diff --base broken-branch",
    good="hydra diff --base origin/main",
)
NO_REVISION = Code(
    "HYD609",
    Severity.ERROR,
    "The base of a comparison cannot be read.",
    "A change is told against a commit whose files git has here; a shallow clone lacks most of them.",
    bad="hydra diff --base origin/mian",
    good="git fetch origin main\nhydra diff --base origin/main",
)
NOT_UNPACKED = Code(
    "HYD610",
    Severity.ERROR,
    "The base of a comparison could not be put down for a moment.",
    "The base's specs are compiled from a private directory for temporary files, which is removed at the end.",
    bad="TMPDIR=/full hydra diff",
    good="TMPDIR=/var/tmp hydra diff",
)


def base_with_errors(at: Located, base: str, errors: Sequence[Diagnostic]) -> Diagnostic:
    """A base that does not compile; the first error stands for the others."""
    first = errors[0]
    span = first.at.span()
    return Diagnostic(
        BASE_WITH_ERRORS,
        at,
        f"`{base}` has {len(errors)} error{'s' if len(errors) > 1 else ''}, so that what they leave out counts as new.",
        "Compare with a revision that compiles.",
        notes=(f"The first is at {span.file}:{span.line} there: {first.code.id} {first.wrong}",),
    )


def no_revision(at: Located, base: str, why: str) -> Diagnostic:
    """A base that git does not have. `why` completes "`REV` ..."."""
    return Diagnostic(
        NO_REVISION,
        at,
        f"`{base}` {why}.",
        "Name a commit, a branch or a tag that is here; in CI, fetch it first (`fetch-depth: 0`).",
    )


def not_unpacked(at: Located, base: str, error: OSError) -> Diagnostic:
    """No room for the base's files."""
    why = error.strerror or type(error).__name__
    return Diagnostic(
        NOT_UNPACKED,
        at,
        f"The files of `{base}` could not be written for the compile: {why}.",
        "Make room, or set TMPDIR.",
    )
