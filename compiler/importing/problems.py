"""Findings of an import: what could not be read, what stays as it is, and what a Project would do otherwise."""

from __future__ import annotations

from collections.abc import Sequence

from compiler.diagnostics import Code, Diagnostic, Located, Severity

NOTHING_TO_IMPORT = Code(
    "HYD965",
    Severity.ERROR,
    "There is nothing to import.",
    "A file without documents is most often the wrong one, or the output of a command that failed.",
    bad="kubectl get datasets -n nlp | hydra import -",
    good="kubectl get datasets -n nlp -o yaml | hydra import -",
)
NO_OBJECT = Code(
    "HYD966",
    Severity.ERROR,
    "A document that is no object of Kubernetes.",
    "Without apiVersion, kind and name nobody can tell what it is.",
    bad="kind: Dataset\nspec: {source: {type: S3, uri: s3://corp/tickets}}",
    good="apiVersion: dataset.baizeai.io/v1alpha1\nkind: Dataset\nmetadata: {name: tickets, namespace: nlp}\n"
    "spec: {source: {type: S3, uri: s3://corp/tickets}}",
)
TWICE = Code(
    "HYD967",
    Severity.ERROR,
    "One object stands in two documents.",
    "A Project has one entry for it, and which document counts is for its owner to say.",
    bad="kind: Dataset\nmetadata: {name: tickets, namespace: nlp}   # and again",
    good="kind: Dataset\nmetadata: {name: tickets, namespace: nlp}   # once",
)
CLEANED = Code(
    "HYD968",
    Severity.INFO,
    "What a server wrote into documents was left out.",
    "It says how things were on a cluster, and not what somebody wants.",
    bad="metadata: {name: tickets, uid: 5f0c7c67-6f35-4b9e-8d0b-5a1d2f0c3d11}",
    good="metadata: {name: tickets}",
)
STAYS = Code(
    "HYD969",
    Severity.WARNING,
    "A document stays as it is: a Project cannot say all of it.",
    "Half of it in a Project would be something else. Hydra reads the document beside the Project as before.",
    bad="kind: CPodJob\nspec: {jobType: general}",
    good="kind: CPodJob\nspec: {jobType: pytorch}",
)
LOADED_AGAIN = Code(
    "HYD970",
    Severity.WARNING,
    "Data would be loaded again, onto another claim.",
    "A Project's claim has a name of its own. The old claim stays where it is, with the data, and nothing uses it.",
    bad="hydra import dataset.yaml",
    good="hydra import dataset.yaml --keep-claims",
)
RUNS_AGAIN = Code(
    "HYD971",
    Severity.WARNING,
    "A training would run again.",
    "A Project's run has a name and a claim of its own. The results of the earlier run stay on their claim.",
    bad="hydra import finished-job.yaml",
    good="# keep the document until its result is not needed any more",
)
DIFFERS = Code(
    "HYD972",
    Severity.WARNING,
    "An object of the Project differs from the document's by more than its name.",
    "The import compiles both. What is listed is what the change does beside giving other names.",
    bad="kind: Dataset\nmetadata: {annotations: {owner: nlp@acme.io}}",
    good="# put what is missing into the Project, or keep the document",
)


def unreadable(at: Located, wrong: str) -> Diagnostic:
    """Input that cannot be read."""
    return Diagnostic(NOTHING_TO_IMPORT, at, wrong, "Name a file or a directory of YAML or JSON, or pipe it in as `-`.")


def nothing_to_import(at: Located) -> Diagnostic:
    """Input without documents."""
    return unreadable(at, "There is no document in it.")


def no_object(at: Located, wrong: str) -> Diagnostic:
    """A document that is no object."""
    return Diagnostic(NO_OBJECT, at, wrong, "Add what is missing, or leave the document out.")


def twice(at: Located, kind: str, name: str, first: Located) -> Diagnostic:
    """An object for the second time."""
    where = first.span()
    wrong = f"The {kind} `{name}` stands at {where.file}:{where.line} too."
    return Diagnostic(TWICE, at, wrong, "Leave one of the two out.")


def cleaned(at: Located, documents: int, fields: Sequence[str]) -> Diagnostic:
    """What a server wrote, and is left out."""
    many = "1 document" if documents == 1 else f"{documents} documents"
    wrong = f"What a server wrote into {many} is left out: {', '.join(f'`{one}`' for one in fields)}."
    return Diagnostic(CLEANED, at, wrong, "Nothing is to be done.")


def stays(at: Located, named: str, why: str) -> Diagnostic:
    """A document that a Project cannot say."""
    return Diagnostic(STAYS, at, f"`{named}` stays as it is. {why}", "Keep its document beside the Project.")


def loaded_again(at: Located, entry: str, before: str, after: str) -> Diagnostic:
    """Data that gets another claim."""
    wrong = f"`{entry}` would be loaded again, onto the claim `{after}`; what lies on `{before}` stays there, unused."
    return Diagnostic(
        LOADED_AGAIN, at, wrong, "Use the claim that is there with `--keep-claims`, or delete it once it is loaded."
    )


def runs_again(at: Located, entry: str, claims: Sequence[str]) -> Diagnostic:
    """A training with another name."""
    where = f" Its earlier results stay on {' and '.join(f'`{one}`' for one in claims)}." if claims else ""
    return Diagnostic(
        RUNS_AGAIN, at, f"`{entry}` would run under another name, and so once more.{where}",
        "Leave it out of the Project where its result is all that you want.",
    )  # fmt: skip


def differs(at: Located, target: str, fields: Sequence[str], more: int) -> Diagnostic:
    """An object that is another one by more than its name."""
    rest = f", and {more} more" if more else ""
    wrong = f"`{target}` differs: {'; '.join(fields)}{rest}."
    return Diagnostic(DIFFERS, at, wrong, "Say it in the Project where you need it, or keep the document.")
