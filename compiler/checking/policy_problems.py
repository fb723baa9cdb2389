"""Findings about the comments that silence findings."""

from __future__ import annotations

from compiler.diagnostics import Code, Diagnostic, Placed, Severity, Span

NO_REASON = Code(
    "HYD490",
    Severity.WARNING,
    "A comment silences a finding without a reason.",
    "Whoever reads it later cannot tell whether it still holds; without a reason it silences nothing.",
    bad="source: hf://acme/own  # hydra: ignore HYD403",
    good="source: hf://acme/own  # hydra: ignore HYD403 nightly weights are meant to move",
)


def no_reason(span: Span, codes: str) -> Diagnostic:
    """A comment that gives no reason."""
    return Diagnostic(
        NO_REASON, Placed(span), f"`ignore {codes}` gives no reason, and is not followed.", "Say why, after the code."
    )
