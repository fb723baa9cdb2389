"""Findings about the shape of a document: fields, types and values."""

from __future__ import annotations

from collections.abc import Iterable

from compiler.diagnostics import Code, Diagnostic, Located, Severity, closest

UNKNOWN_FIELD = Code(
    "HYD201",
    Severity.ERROR,
    "A field that the language does not have.",
    "A misspelt field would be dropped without a word, and the value that its author counts on would never take effect.",
    bad="datasets:\n  tickets: {source: s3://corp/tickets, sekret: s3-readonly}",
    good="datasets:\n  tickets: {source: s3://corp/tickets, secret: s3-readonly}",
)
MISSING_FIELD = Code(
    "HYD202",
    Severity.ERROR,
    "A required field is not there.",
    "Hydra has no sensible value to put in its place.",
    bad="datasets:\n  tickets: {secret: s3-readonly}",
    good="datasets:\n  tickets: {source: s3://corp/tickets}",
)
WRONG_TYPE = Code(
    "HYD203",
    Severity.ERROR,
    "A value of another type than the field takes.",
    "Values are never converted silently: YAML reads `1.10` as the number 1.1 and `0774` as 508 or 774, depending on the reader.",
    bad="mount: {mode: 774}",
    good='mount: {mode: "0774"}',
)
NOT_A_CHOICE = Code(
    "HYD204",
    Severity.ERROR,
    "A value that is not among the ones that the field takes.",
    "The field takes one of a fixed set of words, and they are case-sensitive.",
    bad="source: {type: HuggingFace, uri: huggingface://a/b}",
    good="source: {type: HUGGING_FACE, uri: huggingface://a/b}",
)
BAD_VALUE = Code(
    "HYD205",
    Severity.ERROR,
    "A value of the right type that breaks the field's rule.",
    "Kubernetes or the program that receives the value would refuse it, hours later.",
    bad='volume: {size: "50 GB"}',
    good="volume: {size: 50Gi}",
)
UNKNOWN_KIND = Code(
    "HYD206",
    Severity.ERROR,
    "A document of a kind that Hydra does not read.",
    "A spec file is compiled as a whole; a document that is skipped silently would be missing from the cluster.",
    bad="apiVersion: hydra.io/v1alpha1\nkind: Projct",
    good="apiVersion: hydra.io/v1alpha1\nkind: Project",
)
MISPLACED_KIND = Code(
    "HYD207",
    Severity.ERROR,
    "A document in a place where its kind is not read.",
    "Cluster documents are read from `clusters/*.yaml` and nowhere else, so that a platform team can own that folder.",
    bad="# team/hydra.yaml\nkind: Cluster",
    good="# clusters/prod.yaml\nkind: Cluster",
)


def unknown_field(at: Located, field: str, known: Iterable[str]) -> Diagnostic:
    """A key that no field has."""
    known = sorted(known)
    listed = ", ".join(f"`{name}`" for name in known)
    return Diagnostic(
        UNKNOWN_FIELD,
        at,
        wrong=f"There is no field `{field}` here.",
        do=f"The fields are {listed}." if 0 < len(known) <= 12 else "Remove it, or use a field that exists.",
        candidates=closest(field, known),
    )


def missing_field(at: Located, field: str) -> Diagnostic:
    """A mapping that lacks a required key."""
    return Diagnostic(MISSING_FIELD, at, wrong=f"`{field}` is missing.", do=f"Add `{field}:`.")


def wrong_type(at: Located, field: str, wanted: str, found: str, do: str) -> Diagnostic:
    """A value of another type."""
    return Diagnostic(WRONG_TYPE, at, wrong=f"`{field}` takes {wanted}, this is {found}.", do=do)


def not_a_choice(at: Located, field: str, found: str, choices: Iterable[str]) -> Diagnostic:
    """A word that is not one of the field's."""
    choices = list(choices)
    return Diagnostic(
        NOT_A_CHOICE,
        at,
        wrong=f"`{field}` cannot be `{found}`.",
        do=f"Use one of {', '.join(f'`{choice}`' for choice in choices)}.",
        candidates=closest(found, choices),
    )


def not_a_name(at: Located, subject: str, found: str, choices: Iterable[str], how: str = "") -> Diagnostic:
    """A key of a mapping that takes certain ones. `subject` begins the sentence; `how` says what to write, if need be."""
    made = not_a_choice(at, subject, found, choices)
    return made._replace(wrong=f"{subject} cannot be `{found}`.", do=f"{how} {made.do}".strip())


def bad_value(at: Located, wrong: str, do: str) -> Diagnostic:
    """A value that breaks the rule of its field."""
    return Diagnostic(BAD_VALUE, at, wrong=wrong, do=do)


def unknown_kind(at: Located, api_version: str, kind: str, known: Iterable[tuple[str, str]]) -> Diagnostic:
    """A document that no reader is registered for."""
    known = sorted(known)
    same = [f"`{version}`" for version, name in known if name == kind and version != api_version]
    wrong = f"Hydra does not read `{kind}` of `{api_version}`." if kind else "This document has no `kind`."
    if not api_version:
        wrong = f"This `{kind}` has no `apiVersion`." if kind else "This document has neither `apiVersion` nor `kind`."
    do = (
        f"`{kind}` is read with `apiVersion` {' or '.join(same)}."
        if same
        else ("Use a kind that Hydra reads, or name this one under `kinds` in `.hydra.yaml` to pass it through.")
    )
    return Diagnostic(
        UNKNOWN_KIND, at, wrong=wrong, do=do, candidates=() if same else closest(kind, {name for _, name in known})
    )


def misplaced_kind(at: Located, kind: str, where: str) -> Diagnostic:
    """A document that stands in the wrong place."""
    return Diagnostic(
        MISPLACED_KIND, at, wrong=f"A `{kind}` document is not read from here.", do=f"Move it to {where}."
    )
