"""Findings about addresses of services."""

from __future__ import annotations

from compiler.diagnostics import Code, Diagnostic, Located, Severity

SAME_ADDRESS = Code(
    "HYD588",
    Severity.ERROR,
    "Two services of a cluster are reached by one host, and their paths overlap.",
    "Which of them answers a request is left to the controller, or to which route is older.",
    bad="services:\n  chat: {expose: {host: models.acme.io}, ...}\n  search: {expose: {host: models.acme.io}, ...}",
    good="services:\n  chat: {expose: {host: chat.acme.io}, ...}\n  search: {expose: {host: search.acme.io}, ...}",
    source="https://gateway-api.sigs.k8s.io/api-types/httproute/",
)


def same_address(at: Located, name: str, address: str, earlier: str, there: Located) -> Diagnostic:
    """A service where another one answers."""
    span = there.span()
    return Diagnostic(
        SAME_ADDRESS, at, f"`{name}` is reached at `{address}`, and so is `{earlier}`.",
        "Give one of them another `host`, or paths of which none lies below the other.",
        notes=(f"The first is at {span.file}:{span.line}.",),
    )  # fmt: skip
