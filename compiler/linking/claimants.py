"""Whose each claim is: the artifact that it is made for, or the Dataset that was the first to name it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from compiler.linking.artifact import Artifact
from compiler.sources.base import Placement

Claimants = Mapping[tuple[str, str], Artifact]
"""By namespace and claim."""


def claimants(artifacts: Iterable[Artifact]) -> Claimants:
    """The claimant of every claim that artifacts make or, as Datasets of type PVC, take over."""
    made: dict[tuple[str, str], Artifact] = {}
    named: dict[tuple[str, str], Artifact] = {}
    for one in artifacts:
        if one.claim_reference is not None:
            continue
        if one.source.type.placement is Placement.CLAIM:
            if one.foreign:
                named.setdefault((one.namespace, str(one.source.fields["claim"])), one)
        elif one.foreign or one.source.type.placement is not Placement.REFERENCE:
            made.setdefault((one.namespace, one.names.claim), one)
    return named | made
