"""A linked program: what one cluster gets, with every reference resolved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from compiler.dialects.base import HubModel, Passed
from compiler.library.library import Library
from compiler.linking.artifact import Artifact, ModelInfo
from compiler.linking.claimants import Claimants
from compiler.linking.memo import Memo
from compiler.linking.model_info import model_of_library
from compiler.linking.patches import Patches
from compiler.linking.profile import Profile
from compiler.linking.promotion import Promotion
from compiler.linking.serving import Service
from compiler.linking.workload import Finetune, Target, Workload


class Parts(NamedTuple):
    """What the specs of one cluster come to, before names are resolved."""

    profile: Profile
    library: Library
    artifacts: tuple[Artifact, ...] = ()
    passed: tuple[Passed, ...] = ()
    models: tuple[HubModel, ...] = ()
    broken: frozenset[tuple[str, str]] = frozenset()
    """Keys of artifacts that have errors of their own: a reference to one of them is not reported again."""

    workloads: tuple[Workload, ...] = ()
    incomplete: bool = False
    """Whether files could not be read: a name that is missing may stand in one of them."""

    patches: tuple[Patches, ...] = ()
    """Patches of projects."""


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

    memo: Memo
    """What planning worked out for one workload and other ones ask for as well."""

    workloads: tuple[Workload, ...] = ()
    links: Mapping[tuple[str, str], Target] = {}
    """By `of` of a workload and role of its reference: what it leads to."""

    services: Mapping[tuple[str, str], Service] = {}
    """By `of` of a workload and role of its reference: the service that it asks."""

    models: tuple[HubModel, ...] = ()
    """Models that documents describe."""

    made: frozenset[tuple[str, str]] = frozenset()
    """Namespace and name of the claims that workloads make."""

    promotions: Mapping[tuple[str, str], Promotion] = {}
    """By `of` of who serves and `of` of a fine-tuning: the run that is served, where it is held on one."""

    patches: tuple[Patches, ...] = ()
    """Patches of projects, whose objects go through them together."""

    def source_of(self, artifact: Artifact) -> Artifact:
        """The artifact whose data it is: itself, or what its references lead to."""
        while artifact.of in self.targets:
            artifact = self.targets[artifact.of]
        return artifact

    def model_of(self, target: Target) -> ModelInfo | None:
        """What is known of the model behind a target: a fine-tuning has the shape of its base."""
        while isinstance(target, Finetune):
            base = self.links.get((target.of, "model"))
            if base is None:
                return None
            target = base
        known = target.model
        if known is not None and known.facts is not None:
            return known
        source = self.source_of(target)
        found = source.model or model_of_library(source, self.library) or known
        if found is None or known is None:
            return found
        # What the spec says of an entry for data of others holds, too.
        return found._replace(template=known.template or found.template)


class LinkedWorkloads(NamedTuple):
    """Workloads whose references all lead somewhere."""

    workloads: tuple[Workload, ...] = ()
    links: Mapping[tuple[str, str], Target] = {}
    """By `of` of a workload and role of its reference: what it leads to."""

    clones: tuple[Artifact, ...] = ()
    """Artifacts that stand for data of other namespaces."""

    targets: Mapping[str, Artifact] = {}
    """By `of` of a clone: whose data it is."""

    services: Mapping[tuple[str, str], Service] = {}
    """By `of` of a workload and role of its reference: the service that it asks."""
