"""Findings about entries that were renamed."""

from __future__ import annotations

from collections.abc import Iterable

from compiler.diagnostics import Code, Diagnostic, Located, Severity, closest

NO_SUCH_ENTRY = Code(
    "HYD660",
    Severity.ERROR,
    "An entry is said to be renamed, and the project has none of the new name.",
    "The storage of the old entry would be forgotten, which is what `moved` is there to prevent.",
    bad="moved: {tickets: ticket}\ndatasets:\n  tickets-2026: {source: s3://corp/tickets}",
    good="moved: {tickets: tickets-2026}\ndatasets:\n  tickets-2026: {source: s3://corp/tickets}",
)
STILL_THERE = Code(
    "HYD661",
    Severity.ERROR,
    "An entry is said to be renamed, and is still there under its old name.",
    "Both would have the same claim.",
    bad="moved: {tickets: tickets-2026}\ndatasets:\n  tickets: {source: s3://corp/tickets}\n  tickets-2026: {source: s3://corp/2026}",
    good="moved: {tickets: tickets-2026}\ndatasets:\n  tickets-2026: {source: s3://corp/2026}",
)
NOT_ONE_TO_ONE = Code(
    "HYD662",
    Severity.ERROR,
    "Renames that do not lead from one name to one other.",
    "A claim is called what its entry was called first. Which one that is has to be said in one step, and for each entry once.",
    bad="moved: {a: b, b: c}",
    good="moved: {a: c}",
)
NO_STORAGE = Code(
    "HYD663",
    Severity.ERROR,
    "An entry without storage is said to be renamed.",
    "Names of other objects have no data behind them: a service of another name is another service, whoever asks it has to be told.",
    bad="moved: {chat: support-chat}   # a service",
    good="# nothing: rename the service, and what refers to it",
)
OTHER_NAMESPACE = Code(
    "HYD664",
    Severity.ERROR,
    "An entry is said to be moved here from another namespace.",
    "A claim belongs to its namespace and cannot leave it.",
    bad="moved: {corpus/tickets: tickets}   # `corpus` is in another namespace",
    good="datasets:\n  tickets: {source: dataset://corpus/tickets}",
)


def no_such_entry(at: Located, name: str, known: Iterable[str]) -> Diagnostic:
    """A new name that is no entry's."""
    return Diagnostic(
        NO_SUCH_ENTRY, at, f"The project has no entry `{name}`.",
        "Write the entry's new name here, or remove the line where the entry is gone.", closest(name, known),
    )  # fmt: skip


def still_there(at: Located, old: str, declared: Located) -> Diagnostic:
    """An old name that is still an entry's."""
    span = declared.span()
    return Diagnostic(
        STILL_THERE, at, f"`{old}` is still an entry, at {span.file}:{span.line}.",
        "Remove that entry, or remove it here.",
    )  # fmt: skip


def twice(at: Located, new: str, first: str, second: str) -> Diagnostic:
    """Two old names for one new one."""
    return Diagnostic(
        NOT_ONE_TO_ONE, at, f"`{new}` has the storage of `{first}`, and cannot have that of `{second}` as well.",
        "Keep one of the two, and an entry of its own for the other.",
    )  # fmt: skip


def renamed_again(at: Located, old: str, new: str, last: str) -> Diagnostic:
    """A new name that is an old one in turn."""
    return Diagnostic(
        NOT_ONE_TO_ONE, at, f"`{new}` is renamed again, to `{last}`.",
        f"Write `{old}: {last}` and remove `{new}`: the storage is called after the first name.",
    )  # fmt: skip


def round_and_round(at: Located, new: str) -> Diagnostic:
    """Names that lead back to themselves."""
    return Diagnostic(
        NOT_ONE_TO_ONE, at, f"The renames lead from `{new}` back to it.",
        "Remove them, and give the entries back their names: their storage cannot be exchanged.",
    )  # fmt: skip


def no_storage(at: Located, name: str, section: str) -> Diagnostic:
    """An entry that has none."""
    return Diagnostic(
        NO_STORAGE, at, f"`{name}` under `{section}` has no storage that could be kept.",
        "Remove the line.",
    )  # fmt: skip


def other_namespace(at: Located, old: str, there: str, here: str) -> Diagnostic:
    """A project of another namespace."""
    return Diagnostic(
        OTHER_NAMESPACE, at, f"`{old}` is in namespace `{there}`, and this project in `{here}`.",
        "Leave the entry where it is and share it, or load the data again here.",
    )  # fmt: skip
