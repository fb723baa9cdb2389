"""Claims that look renamed: one is gone, and a new one of the same namespace asks for the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from compiler.emission.storage import Stored
from compiler.linking.workload import claims_of
from compiler.spec.documents import API_VERSION

if TYPE_CHECKING:
    from compiler.linking.program import Program

CLAIM = "PersistentVolumeClaim/"


def renames(gone: Iterable[Stored], appeared: Sequence[Stored], program: Program) -> dict[str, str]:
    """By target of a claim that is gone, what `moved` has to say where it was only renamed: `tickets: tickets-2026`.

    Only where one new claim is like it: data must not be guessed at.
    """
    entries = _entries(program)
    found: dict[str, str] = {}
    for old in gone:
        alike = [one for one in appeared if one.target in entries and _asks(one) == _asks(old)]
        if old.target.startswith(CLAIM) and len(alike) == 1:
            project, entry = entries[alike[0].target]
            name = old.target.rpartition("/")[2].removeprefix(f"{old.unit}-")
            found[old.target] = f"{name if old.unit == project else f'{old.unit}/{name}'}: {entry}"
    return found


def _entries(program: Program) -> Mapping[str, tuple[str, str]]:
    """Project and entry by target of the claims that projects make."""
    found: dict[str, tuple[str, str]] = {}
    for one in program.artifacts:
        if one.origin.document.api_version == API_VERSION:
            found[f"{CLAIM}{one.namespace}/{one.names.claim}"] = one.key
    for workload in program.workloads:
        if workload.origin.document.api_version == API_VERSION:
            found |= {f"{CLAIM}{namespace}/{claim}": workload.key for namespace, claim in claims_of(workload)}
    return found


def _asks(one: Stored) -> tuple[object, ...]:
    namespace = one.target.split("/")[1]
    return namespace, one.size, one.storage_class, one.access_modes, one.volume_mode, bool(one.volume_name), one.data
