"""Accelerators: which pool of a cluster an id means, and what planning needs to know of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from compiler.diagnostics import Diagnostic, Located, Staged
from compiler.emission.quantities import quantity_bytes
from compiler.linking import accelerator_problems as problems
from compiler.planning.training.values import Card, Pool

if TYPE_CHECKING:
    from compiler.library.entries.accelerator import Accelerator
    from compiler.library.library import Library
    from compiler.linking.profile import Profile

KIND = "accelerator"
PRODUCT = "nvidia.com/gpu.product"
"""Label of nodes that names their card."""

MIB = 1 << 20


class Resolved(NamedTuple):
    """A pool of the cluster, and the card in it."""

    id: str
    """What the cluster calls it."""

    entry: Accelerator
    """The library's entry: of the spec's id and the cluster's, the narrower one."""

    pool: Pool
    """The pool's numbers. Its card has the cluster's id."""

    node_selector: Mapping[str, str]
    """Labels of its nodes: the cluster's, else the entry's."""

    tolerations: Sequence[Mapping[str, Any]]


class _Choice(NamedTuple):
    id: str
    """What the cluster calls it."""

    entry: str
    """Name of the library's entry."""


def resolve(library: Library, profile: Profile, wanted: str, at: Located) -> Staged[Resolved | None]:
    """The pool that an id means: of that very id, else of one of its forms, else of the id that it is a form of.

    None with the finding, where there is none, or more than one. An id that the cluster has and the library lacks is
    not reported again: `check_pools` does, at the cluster.
    """
    asked: Staged[Accelerator | None] = library.find(KIND, wanted, None if wanted in profile.accelerators else at)
    if asked.value is None:
        return Staged(None, asked.found)
    choices = _choices(library, profile, wanted, asked.value)
    if not choices:
        return Staged(None, [problems.not_in_cluster(at, wanted, profile.name, profile.accelerators)])
    if len(choices) > 1:
        meant = [choice.id for choice in choices]
        return Staged(None, [problems.several_forms(at, wanted, profile.name, meant)])
    entry: Staged[Accelerator | None] = library.find(KIND, choices[0].entry)
    if entry.value is None:
        return Staged(None, entry.found)
    return Staged(_resolved(profile, choices[0].id, entry.value), entry.found)


def others(library: Library, profile: Profile, except_id: str) -> tuple[Pool, ...]:
    """The cluster's pools but one, in the order of its document. Those that the library lacks are left out."""
    entries = {one: library.find(KIND, one).value for one in profile.accelerators if one != except_id}
    return tuple(_pool(profile, one, entry) for one, entry in entries.items() if entry is not None)


def check_pools(library: Library, profile: Profile) -> list[Diagnostic]:
    """Accelerators of the cluster that the library lacks, or whose entries have mistakes."""
    at = profile.document.at("spec", "accelerators")
    read = [library.find(KIND, name, at.child(name, key=True)) for name in profile.accelerators]
    return [one for staged in read for one in staged.found]


def _choices(library: Library, profile: Profile, wanted: str, entry: Accelerator) -> list[_Choice]:
    if wanted in profile.accelerators:
        return [_Choice(wanted, wanted)]
    forms = [_Choice(form, form) for form in entry.forms if form in profile.accelerators]
    return forms or [_Choice(one, wanted) for one in profile.accelerators if wanted in _forms(library, one)]


def _forms(library: Library, name: str) -> Sequence[str]:
    entry: Accelerator | None = library.find(KIND, name).value
    return () if entry is None else entry.forms


def _resolved(profile: Profile, name: str, entry: Accelerator) -> Resolved:
    stated = profile.accelerators[name]
    return Resolved(
        id=name,
        entry=entry,
        pool=_pool(profile, name, entry),
        node_selector=stated.node_selector or entry.node_selector,
        tolerations=stated.tolerations,
    )


def _pool(profile: Profile, name: str, entry: Accelerator) -> Pool:
    stated = profile.accelerators[name]
    return Pool(
        card=card_of(name, entry),
        cards=stated.count,
        per_node=stated.per_node,
        node_cpu=stated.node.cpu if stated.node else None,
        node_memory=quantity_bytes(stated.node.memory) if stated.node else None,
    )


def card_of(name: str, entry: Accelerator) -> Card:
    """The card of an entry, under the name that specs call it."""
    return Card(
        id=name,
        memory=entry.memory_mib * MIB,
        bf16=entry.bf16,
        link_gb_s=entry.link_gb_s,
        resource=entry.resource,
        fp8=entry.fp8,
    )
