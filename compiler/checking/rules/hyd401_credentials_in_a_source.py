"""Credentials that stand in a URI or an option."""

from __future__ import annotations

import re
from collections.abc import Iterator

from compiler.checking.rule import Finding, Rule
from compiler.diagnostics import Code, Severity
from compiler.sources.written import Written

_NAME = re.compile(r"(?i)(pass(word|wd)?|secret|token|api[-_]?key|access[-_]?key|credential|authorization|cookie)")
_QUERY = re.compile(r"(?i)[?&](sig|signature|token|access_token|x-amz-signature|x-amz-credential|key|password)=[^&#]+")


def credentials_in_a_source(written: Written, limit: str) -> Iterator[Finding]:
    """A password before the host, a signature in the query, an option that is called like a credential."""
    del limit
    do = "Put it into a Secret, and name that: `secret:` in a Project, `secretRef:` in a Dataset. Then revoke this one."
    authority = written.uri.partition("://")[2].partition("/")[0]
    user, at, _ = authority.rpartition("@")
    if at and ":" in user:
        yield Finding(written.at, "The URI holds a password.", do, secret=True)
    if _QUERY.search(written.uri):
        yield Finding(written.at, "The URI's query holds a credential.", do, secret=True)
    for option, value in written.options.items():
        if _NAME.search(option) and value:
            place = written.options_at.child(option) if written.options_at else written.at
            yield Finding(place, f"The option `{option}` holds a credential.", do, secret=True)


RULE = Rule(
    Code(
        "HYD401",
        Severity.ERROR,
        "A credential stands in a URI or an option.",
        "Specs are committed: whoever reads the repo or its history can use it, and the rendered Job would carry it too.",
        bad="source: https://reader:hunter2@data.acme.io/tickets/",
        good="source: https://data.acme.io/tickets/\nsecret: tickets-reader",
    ),
    on=Written,
    check=credentials_in_a_source,
)
