"""What a server says about an object that it does not take, in findings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from compiler.change.values import Subject
from compiler.diagnostics import Diagnostic
from compiler.live import problems
from compiler.live.client import Answer
from compiler.live.rendered import place, shown
from compiler.manifest import Body
from compiler.report.printable import printable

MOST = 2000
"""Characters of a server's message that are shown."""

_RBAC = re.compile(r'cannot (\w+) resource "([^"]+)" in API group "([^"]*)"')
_HIDDEN = "the server's message is not shown, since it may quote a secret value."


class Lacking(NamedTuple):
    """A permission that is lacking."""

    verb: str
    resource: str
    """With its group: `jobs.batch`, `configmaps`."""


def lacking(answer: Answer) -> Lacking | None:
    """The permission that an answer says is lacking. A quota or a webhook that refuses answers 403 as well."""
    said = _RBAC.search(message(answer.body)) if answer.status == 403 else None
    return Lacking(said[1], f"{said[2]}.{said[3]}".rstrip(".")) if said else None


def no_namespace(answer: Answer) -> bool:
    """Whether the answer says that the object's namespace is not there."""
    return answer.status == 404 and _details(answer.body).get("kind") == "namespaces"


def message(status: Body) -> str:
    """A server's message, as it can be shown."""
    said = status.get("message")
    return printable(" ".join(said.split()))[:MOST] if isinstance(said, str) else ""


def refusal(subject: Subject, answer: Answer) -> Diagnostic:
    """What is wrong with one object."""
    secret = subject.body["kind"] == "Secret"
    said = message(answer.body) or f"status {answer.status}, without a message."
    causes = tuple(_causes(answer.body, secret=secret))
    return problems.refused(
        place(subject), shown(subject), _HIDDEN if secret else said, _remedy(said), causes if secret or len(causes) > 1 else ()
    )  # fmt: skip


def warnings(subject: Subject, answer: Answer) -> Iterator[Diagnostic]:
    """What a server says about an object that it takes."""
    for one in answer.warnings if subject.body["kind"] != "Secret" else ():
        yield problems.warned(place(subject), shown(subject), printable(one)[:MOST])


def _remedy(said: str) -> str:
    for pattern, remedy in _REMEDIES:
        if re.search(pattern, said):
            return remedy
    return "Change the spec, or what the message names on the cluster."


_REMEDIES = (
    ("admission webhook", "The cluster's own policy refuses it: change the spec, or talk to whoever runs that policy."),
    ("exceeded quota", "Ask for less, or for a larger ResourceQuota of the namespace."),
    (
        "immutable|is forbidden after creation|may not change once set|updates to .* are forbidden|Forbidden: .*update",
        "The field of what is on the cluster cannot be changed: give it a new name, or remove it there first, if its "
        "data may go. `hydra diff` tells what that means.",
    ),
    (
        "strict decoding error|unknown field|field not declared in schema",
        "The cluster's version of the kind has no such field: import its CRD with `hydra schema import --context`, and "
        "the next compile says where it comes from.",
    ),
    ("being deleted|being terminated", "Wait until it is gone, or see which finalizer keeps it."),
    ("the object has been modified", "Somebody changed it at the same moment: verify again."),
    ("failed calling webhook", "The webhook that should judge it does not answer: see to its deployment."),
)
"""What to do, by what the message says; the first that fits."""


def _causes(status: Body, *, secret: bool) -> Iterable[str]:
    causes = _details(status).get("causes")
    for one in causes if isinstance(causes, list) else ():
        if isinstance(one, dict):
            field, said = str(one.get("field") or ""), "" if secret else str(one.get("message") or "")
            yield printable(": ".join(part for part in (field, said) if part))[:MOST]


def _details(status: Body) -> dict[str, Any]:
    details = status.get("details")
    return details if isinstance(details, dict) else {}
