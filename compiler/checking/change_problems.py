"""Findings about storage that changes: what Kubernetes would refuse, and what would lose data."""

from __future__ import annotations

from compiler.diagnostics import Code, Diagnostic, Located, Severity

STORAGE_REMOVED = Code(
    "HYD601",
    Severity.ERROR,
    "A claim or a volume is no longer rendered.",
    "The controllers are told to keep it, but nobody describes it any more: it is forgotten, paid for, and deleted one day by hand.",
    bad="# the entry `old-data` was removed",
    good="moved: {old-data: data}   # or, where it is meant: acknowledge: [PersistentVolumeClaim/nlp/old-data]",
)
NAMESPACE_REMOVED = Code(
    "HYD602",
    Severity.ERROR,
    "A Namespace is no longer rendered.",
    "Deleting a namespace deletes every claim in it.",
    bad="# the Namespace document was removed",
    good="acknowledge: [Namespace/-/nlp]",
)
SHRUNK = Code(
    "HYD603",
    Severity.ERROR,
    "A claim got smaller.",
    "Kubernetes refuses to shrink a claim: the sync fails, and with it everything that is applied after.",
    bad="volume: {size: 20Gi}   # was 50Gi",
    good="volume: {size: 50Gi}",
    source="https://kubernetes.io/docs/concepts/storage/persistent-volumes/#expanding-persistent-volumes-claims",
)
FROZEN = Code(
    "HYD604",
    Severity.ERROR,
    "A part of a claim or volume changed that Kubernetes has frozen.",
    "The API server refuses the change. To move the data, make a new entry beside the old one.",
    bad="volume: {class: fast}   # was cephfs",
    good="datasets:\n  tickets-fast: {source: s3://corp/tickets, volume: {class: fast}}",
    source="https://kubernetes.io/docs/concepts/storage/persistent-volumes/",
)
MOVED = Code(
    "HYD605",
    Severity.ERROR,
    "The data of a claim moved to another directory.",
    "Consumers would read an empty directory until everything is loaded again, and the old files stay behind.",
    bad="mount: {path: /new}   # was /",
    good="mount: {path: /}",
)
REMOVALS = (STORAGE_REMOVED, NAMESPACE_REMOVED)

MOVED_OUTPUT = Code(
    "HYD607",
    Severity.WARNING,
    "The output directory is another one than in the last commit.",
    "The old tree stays where it is, and whatever applies it goes on: two trees would ask for the same objects.",
    bad="# .hydra.yaml\noutput: out   # was rendered",
    good="# .hydra.yaml\noutput: rendered",
)

_ACKNOWLEDGE = "If it is meant, add `{target}` to `acknowledge`."
_BY_HAND = (
    "If somebody deletes the object by hand, since Kubernetes refuses the change, add `{target}` to `acknowledge`."
)


def removed(at: Located, target: str, cluster: str, renamed: str = "") -> Diagnostic:
    """Storage that is no longer rendered. `renamed` is what `moved` has to say where it looks renamed."""
    code = NAMESPACE_REMOVED if target.startswith("Namespace/") else STORAGE_REMOVED
    return Diagnostic(
        code, at, f"`{target}` is in the committed tree of cluster `{cluster}`, and no spec makes it any more.",
        (f"If it was renamed, say `moved: {{{renamed}}}` in the project. Else put" if renamed else "Put")
        + " its entry back. " + _ACKNOWLEDGE.format(target=target),
    )  # fmt: skip


def shrunk(at: Located, target: str, before: str, after: str) -> Diagnostic:
    """A smaller claim."""
    return Diagnostic(
        SHRUNK, at, f"`{target}` asks for {after}, and had {before}.",
        f"Ask for at least {before}. " + _BY_HAND.format(target=target),
    )  # fmt: skip


def fixed_size(at: Located, target: str, before: str, after: str) -> Diagnostic:
    """Another size for a claim on a volume that nothing provisions."""
    return Diagnostic(
        FROZEN, at, f"The size of `{target}` was {before} and would be {after}, and only claims of a class can grow.",
        f"Say `size: {before}`: on an export it is a formality. " + _BY_HAND.format(target=target),
    )  # fmt: skip


def moved_output(at: Located, before: str, after: str) -> Diagnostic:
    """An output directory that was another one."""
    return Diagnostic(
        MOVED_OUTPUT, at, f"The tree was in `{before}` and would be in `{after}`; `{before}` stays, and is still applied.",
        f"Point the controller to `{after}`, then remove `{before}` in the same commit.",
    )  # fmt: skip


def frozen(at: Located, target: str, what: str, before: str, after: str) -> Diagnostic:
    """A frozen field with another value."""
    return Diagnostic(
        FROZEN, at, f"`{target}` had the {what} {before} and would have {after}.",
        "Change it back, or make a new entry beside it. " + _BY_HAND.format(target=target),
    )  # fmt: skip


def replaced(at: Located, target: str, what: str) -> Diagnostic:
    """A claim or volume of other data."""
    return Diagnostic(
        FROZEN, at, f"`{target}` would have another {what} than in the committed tree.",
        "Change it back, or make a new entry beside it. " + _BY_HAND.format(target=target),
    )  # fmt: skip


def moved(at: Located, target: str, before: str, after: str) -> Diagnostic:
    """Data in another directory."""
    return Diagnostic(
        MOVED, at, f"The data on `{target}` lay in `{before}` and would lie in `{after}`.",
        "Change it back. " + _ACKNOWLEDGE.format(target=target),
    )  # fmt: skip
