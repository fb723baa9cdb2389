"""Findings about sources: URIs, types and options."""

from __future__ import annotations

from collections.abc import Iterable

from compiler.diagnostics import Code, Diagnostic, Located, Severity, closest

BAD_URI = Code(
    "HYD501",
    Severity.ERROR,
    "A URI that its source type cannot use.",
    "The loader would fail with it, after the volume is made and the pod is scheduled.",
    bad="source: s3:///tickets",
    good="source: s3://corp-data/tickets",
)
WRONG_SCHEME = Code(
    "HYD502",
    Severity.ERROR,
    "A URI whose scheme is not one of its source type.",
    "The original loaders check the scheme only when the Job runs.",
    bad="source: {type: S3, uri: https://corp-data/tickets}",
    good="source: {type: S3, uri: s3://corp-data/tickets}",
)
BAD_OPTION = Code(
    "HYD503",
    Severity.ERROR,
    "An option whose value its source type cannot use.",
    "The loader would fail with it or, worse, load something else.",
    bad="source: {type: GIT, uri: git://host/repo, options: {depth: all}}",
    good='source: {type: GIT, uri: git://host/repo, options: {depth: "1"}}',
)
UNKNOWN_OPTION = Code(
    "HYD504",
    Severity.ERROR,
    "An option that means nothing to its source type.",
    "It would be dropped, and what its author asked for would not happen. In a foreign document, whose system ignores it too, this is a warning.",
    bad="source: {type: S3, uri: s3://corp/a, options: {bucket: b}}",
    good="source: {type: S3, uri: s3://corp/a, options: {region: eu-west-1}}",
)
BAD_FILE = Code(
    "HYD505",
    Severity.ERROR,
    "A file of the repo that cannot be a source.",
    "A file travels to the cluster in a ConfigMap, which holds one MiB of text, and specs may read nothing outside of the repo.",
    bad="source: ../../etc/passwd",
    good="source: ./train.jsonl",
)
UNUSED_SECRET = Code(
    "HYD506",
    Severity.WARNING,
    "A secret that the source has no use for.",
    "Credentials are sent only over transports that can carry them; the pod would run without, and fail where they are needed.",
    bad="source: {type: GIT, uri: git://host/repo.git}\nsecretRef: git-cred",
    good="source: {type: GIT, uri: https://host/repo.git}\nsecretRef: git-cred",
)


def bad_uri(at: Located, wrong: str, do: str) -> Diagnostic:
    """A URI that its type cannot use."""
    return Diagnostic(BAD_URI, at, wrong, do)


def doubtful_uri(at: Located, wrong: str, do: str) -> Diagnostic:
    """A URI of a foreign document that its own system takes, and that will not work."""
    return Diagnostic(BAD_URI, at, wrong, do, severity=Severity.WARNING)


def wrong_scheme(at: Located, scheme: str, wanted: Iterable[str], form: str, known: Iterable[str] = ()) -> Diagnostic:
    """A scheme of another type, or of none."""
    listed = ", ".join(f"`{one}://`" for one in wanted)
    return Diagnostic(
        WRONG_SCHEME, at, wrong=f"`{scheme}://` is not read here.", do=f"Use {listed}." if not form else f"Write `{form}`.",
        candidates=tuple(f"{one}://" for one in closest(scheme, known)),
    )  # fmt: skip


def bad_option(at: Located, wrong: str, do: str) -> Diagnostic:
    """An option's value that its type cannot use."""
    return Diagnostic(BAD_OPTION, at, wrong, do)


def unknown_option(at: Located, option: str, source_type: str, known: Iterable[str], *, foreign: bool) -> Diagnostic:
    """An option that its type does not have."""
    known = sorted(known)
    listed = ", ".join(f"`{one}`" for one in known)
    return Diagnostic(
        UNKNOWN_OPTION,
        at,
        wrong=f"`{option}` means nothing to a source of type {source_type}.",
        do=f"Its options are {listed}." if known else "Remove it: the type has no options.",
        candidates=closest(option, known),
        severity=Severity.WARNING if foreign else None,
    )


def bad_file(at: Located, wrong: str, do: str) -> Diagnostic:
    """A file of the repo that cannot be a source."""
    return Diagnostic(BAD_FILE, at, wrong, do)


def unused_secret(at: Located, wrong: str, do: str) -> Diagnostic:
    """A secret without a use."""
    return Diagnostic(UNUSED_SECRET, at, wrong, do)
