"""Asking for all that is wanted, a few at a time. One that fails takes nothing from the others."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import NamedTuple

from compiler.lock.asking import Asker, Patience
from compiler.lock.resolver_problems import Unresolved
from compiler.lock.resolvers.registry import resolvers
from compiler.lock.wanted import Wanted

AT_ONCE = 8
"""Requests under way. Hubs slow down those who send many."""
GLANCE_SECONDS = 0.2
"""How often is told what is under way."""


class Resolved(NamedTuple):
    """What came of a name: a commit or digest, or why there is none."""

    wanted: Wanted
    value: str | None = None
    why: Unresolved | None = None


def resolve(
    wanted: Iterable[Wanted],
    *,
    tell: Callable[[str], None],
    patience: Patience | None = None,
    environment: Mapping[str, str] = os.environ,
) -> list[Resolved]:
    """What each name means now, in the order given. `tell` is called with what is being done, in this thread."""
    asker, every = Asker(patience, environment), list(wanted)
    if not every:
        return []
    pool = ThreadPoolExecutor(min(AT_ONCE, len(every)), thread_name_prefix="hydra-lock")
    try:
        asked = [pool.submit(_resolved, one, asker) for one in every]
        _watch(asked, every, tell)
        return [one.result() for one in asked]
    finally:
        # Whoever interrupts does not wait for servers.
        pool.shutdown(wait=False, cancel_futures=True)


def _resolved(wanted: Wanted, asker: Asker) -> Resolved:
    try:
        return Resolved(wanted, resolvers()[wanted.system].resolve(wanted, asker))
    except Unresolved as why:
        return Resolved(wanted, why=why)


def _watch(asked: Sequence[Future[Resolved]], wanted: Sequence[Wanted], tell: Callable[[str], None]) -> None:
    names = dict(zip(asked, wanted, strict=True))
    pending = set(asked)
    while pending:
        first = next(one for one in asked if one in pending)
        tell(f"{len(asked) - len(pending)} of {len(asked)} resolved, asking for {names[first].name}")
        pending = wait(pending, GLANCE_SECONDS, FIRST_COMPLETED).not_done
