"""Findings about runs that services go on with."""

from __future__ import annotations

from compiler.diagnostics import Code, Diagnostic, Located, Severity
from compiler.linking.promotion import Promotion

HELD = Code(
    "HYD561",
    Severity.INFO,
    "A service goes on with a run that is not the current one.",
    "A fine-tuning that was changed trains a new run beside the old one. What is served changes by `hydra promote` "
    "alone, in a commit of its own, once the new run is there and found to be good.",
    bad="hyperparameters: {learningRate: 1.0e-4}   # was 2.0e-4 when the service was committed",
    good="hydra promote support-bot/chat   # once the new run is there",
)


def held(at: Located, about: Located, kept: Promotion, current: str, target: str) -> Diagnostic:
    """A run that is served although the fine-tuning asks for another one. `target` is what to promote."""
    return Diagnostic(
        HELD, at, f"Run `{kept.run}` of `{kept.of}` is served, and the current one is `{current}`.",
        f"Serve the current one with `hydra promote {target}` once it is there.", about=about,
    )  # fmt: skip
