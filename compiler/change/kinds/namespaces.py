"""Namespaces: with one goes all that is in it."""

from __future__ import annotations

from compiler.change.kinds.wording import telling
from compiler.change.values import Around, Change, Judged, Rule, Subject, Verdict


def changed(change: Change) -> Judged:
    """Labels: they hold for pods that come."""
    return Judged(Verdict.IN_PLACE, f"Rules that read its labels see the new ones{telling(change.fields)}; pods stay.")


def removed(subject: Subject, around: Around) -> Judged:
    """Every claim is in danger."""
    del subject, around
    return Judged(
        Verdict.DATA_AT_RISK,
        "No spec makes the namespace any more; deleting it deletes every claim in it. The controllers are told to keep it.",
    )


RULE = Rule(("/Namespace",), changed, removed=removed)
