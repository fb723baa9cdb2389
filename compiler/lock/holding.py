"""Runs that are held: a linked program with what the lock file and the last commit say is served."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from compiler.diagnostics import Staged
from compiler.emission.served import Served
from compiler.linking.program import Parts, Program
from compiler.lock.reading import LockFile

if TYPE_CHECKING:
    from compiler.front import Front
    from compiler.repo import Repo


def holds(parts: Parts) -> bool:
    """Whether anything of a cluster may be held on a run."""
    return any(getattr(one, "held", False) for one in parts.workloads)


def served_before(repo: Repo, front: Front) -> Sequence[Served]:
    """What the last commit serves. Git is asked only where something could be held."""
    if not any(map(holds, front.parts.values())):
        return ()
    from compiler.checking.baseline import committed

    return committed(repo.root, front.output).value.served


def held(program: Program, locked: LockFile, committed: Sequence[Served]) -> Staged[Program]:
    """The program with the runs that its services are held on. `committed` is what the last commit serves, anywhere."""
    if not any(getattr(one, "held", False) for one in program.workloads):
        return Staged(program)
    from compiler.planning.promotions import promoted

    cluster = program.profile.name
    return promoted(program, locked.on(cluster), [one for one in committed if one.cluster == cluster])


def served(program: Program) -> tuple[Served, ...]:
    """What a cluster serves, for the list file."""
    if not any(getattr(one, "held", False) for one in program.workloads):
        return ()
    from compiler.planning import promotions

    return promotions.served(program)
