"""A linked program: what one cluster gets, with every reference resolved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from compiler.dialects.base import HubModel, Passed
from compiler.library.library import Library
from compiler.linking.artifact import Artifact
from compiler.linking.claimants import Claimants
from compiler.linking.profile import Profile


class Parts(NamedTuple):
    """What the specs of one cluster come to, before names are resolved."""

    profile: Profile
    library: Library
    artifacts: tuple[Artifact, ...] = ()
    passed: tuple[Passed, ...] = ()
    models: tuple[HubModel, ...] = ()
    broken: frozenset[tuple[str, str]] = frozenset()
    """Keys of artifacts that have errors of their own: a reference to one of them is not reported again."""

    incomplete: bool = False
    """Whether files could not be read: a name that is missing may stand in one of them."""


class Program(NamedTuple):
    """What one cluster gets."""

    profile: Profile
    library: Library
    artifacts: tuple[Artifact, ...]
    passed: tuple[Passed, ...]
    targets: Mapping[str, Artifact]
    """By `of` of an artifact that is a reference: what it refers to."""

    claims: Mapping[tuple[str, str], Passed]
    """Claim documents by namespace and name."""

    volumes: Mapping[str, Passed]
    """PersistentVolume documents by name."""

    broken: frozenset[tuple[str, str]]
    """Namespace and name of documents with errors of their own: that one is missing is not said again."""

    claimants: Claimants
    """Whose a claim is, by namespace and name."""
