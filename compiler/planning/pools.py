"""Pools of accelerators, looked up once a program: every workload asks for one of a few."""

from __future__ import annotations

from compiler.diagnostics import Staged
from compiler.linking.accelerators import Resolved, others, resolve
from compiler.linking.program import Program
from compiler.planning.training.values import Pool
from compiler.source.document import Origin


def pool_of(program: Program, wanted: str, at: Origin) -> Staged[Resolved | None]:
    """The pool that an id means; where there is none, what is wrong stands at each place that names it."""
    known = program.memo.once(
        ("accelerator", wanted), lambda: resolve(program.library, program.profile, wanted, at).value
    )
    return Staged(known) if known is not None else resolve(program.library, program.profile, wanted, at)


def other_pools(program: Program, but: str) -> tuple[Pool, ...]:
    """Every other pool of the cluster."""
    return program.memo.once(("others", but), lambda: others(program.library, program.profile, but))
