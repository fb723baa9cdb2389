"""A Secret with values in plain sight."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.checking.rule import Finding, Rule
from compiler.diagnostics import Code, Diagnostic, Severity
from compiler.source.document import Document
from compiler.source.encrypted import is_encrypted


def plain_secret(document: Document, limit: str) -> Iterator[Finding]:
    """Values under `data` or `stringData`. base64 hides nothing; what SOPS has encrypted is fine."""
    del limit
    if document.kind != "Secret" or is_encrypted(document.value):
        return
    for field in ("data", "stringData"):
        values = document.value.get(field)
        if isinstance(values, dict) and any(values.values()):
            names = ", ".join(f"`{name}`" for name in sorted(map(str, values)))
            yield Finding(
                document.at(field, key=True),
                f"This Secret holds the values of {names}.",
                "Commit a SealedSecret, an ExternalSecret or a SOPS-encrypted Secret instead, and change the values.",
                secret=True,
            )


RULE = Rule(
    Code(
        "HYD402",
        Severity.ERROR,
        "A Secret holds its values.",
        "base64 is not encryption: whoever reads the repo or its history has the secret.",
        bad="apiVersion: v1\nkind: Secret\nmetadata: {name: hf, namespace: nlp}\ndata: {token: aGZfeHh4}",
        good="apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: hf, namespace: nlp}\nspec: {}",
    ),
    on=Document,
    check=plain_secret,
)


def plain_values(document: Document) -> Iterator[Diagnostic]:
    """The same as diagnostics, for a Secret that cannot be read otherwise."""
    for found in plain_secret(document, ""):
        yield Diagnostic(RULE.code, found.at, found.wrong, found.do, secret=found.secret)
