"""Pools of accelerators, looked up once a program: every workload asks for one of a few."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.diagnostics import Staged
from compiler.linking.accelerators import KIND, PRODUCT, Resolved, card_of, others, resolve
from compiler.linking.program import Program
from compiler.planning.training.values import Pool
from compiler.source.document import Origin

CPU = "cpu"
"""The library's entry for processors alone."""

UNCOUNTED = 65536
"""Cards of nodes that nobody has counted."""


def pool_of(program: Program, wanted: str, at: Origin) -> Staged[Resolved | None]:
    """The pool that an id means; where there is none, what is wrong stands at each place that names it."""
    known = program.memo.once(
        ("accelerator", wanted), lambda: resolve(program.library, program.profile, wanted, at).value
    )
    return Staged(known) if known is not None else resolve(program.library, program.profile, wanted, at)


def other_pools(program: Program, but: str) -> tuple[Pool, ...]:
    """Every other pool of the cluster."""
    return program.memo.once(("others", but), lambda: others(program.library, program.profile, but))


def unlisted_pool(program: Program, cards: int, selector: Mapping[str, str]) -> Resolved | None:
    """Nodes that the cluster does not list: any node for what asks for no card; for what asks for some, those with the
    label of a card of the library, where the cluster lists no cards at all. None, where there are listed ones."""
    listed = program.profile.accelerators
    if not cards:
        return _uncounted(program, CPU) if CPU not in listed else pool_of(program, CPU, _listing(program)).value
    product = selector.get(PRODUCT)
    if listed or product is None:
        return None
    entries = ((name, program.library.find(KIND, name).value) for name in program.library.names(KIND))
    known = (name for name, entry in entries if entry is not None and entry.node_selector.get(PRODUCT) == product)
    return _uncounted(program, next(known, None))


def _listing(program: Program) -> Origin:
    return program.profile.document.at("spec", "accelerators")


def _uncounted(program: Program, name: str | None) -> Resolved | None:
    entry = program.library.find(KIND, name).value if name is not None else None
    if name is None or entry is None:
        return None
    # The label that selects them is the document's own.
    return Resolved(name, entry, Pool(card_of(name, entry), UNCOUNTED, UNCOUNTED), {}, ())
