"""Moving those who serve a fine-tuning to another run of it: what `hydra promote` does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from compiler.checking.passed import sound
from compiler.checking.schemas import Schemas
from compiler.diagnostics import Diagnostic, Findings, Severity, Staged, closest, in_source_order
from compiler.emission import lock_file
from compiler.emission.digests import is_digest
from compiler.emission.lock_file import Lock
from compiler.emission.served import Served
from compiler.explaining import spellings
from compiler.front import Front, read_repo
from compiler.linking.link import link
from compiler.linking.program import Program
from compiler.linking.promotion import Promotion
from compiler.linking.workload import Finetune, Workload
from compiler.lock.holding import held, served_before
from compiler.lock.problems import unknown_run
from compiler.planning.promotions import current_run, is_held, run_served, serving
from compiler.repo import Repo
from compiler.report.base import enumerated
from compiler.requests import Outcome, Request
from compiler.source.document import Origin

MOST_LISTED = 8
"""Names that a sentence lists."""


class Move(NamedTuple):
    """Who serves a fine-tuning on a cluster, and the run before and after."""

    cluster: str
    consumer: str
    before: Promotion
    after: Promotion


class Promoted(NamedTuple):
    """What came of it."""

    outcome: Outcome
    moves: Sequence[Move] = ()
    """Also those of who serves the run already."""

    written: bool = False
    """Whether the lock file was changed."""


class WrongTargetError(ValueError):
    """Nothing that can be promoted is called that, or it has no such run. The message says what may have been meant."""


class Serving(NamedTuple):
    """Who serves which fine-tuning on a cluster."""

    cluster: str
    consumer: Workload
    finetune: Finetune
    at: Origin
    """Where it says so."""

    serves: Promotion
    current: Promotion
    known: Mapping[str, Promotion]
    """The runs that there are to choose from, by digest."""

    @property
    def key(self) -> tuple[str, str]:
        """As the lock file has it."""
        return (self.consumer.of, self.finetune.of)


def promote(request: Request, target: str, run: str | None = None) -> Promoted:
    """Record in the lock file that a service, or every service on a fine-tuning, serves another run.

    `run` is the digest of a run; None is the current one. Specs with errors are reported, and nothing is written.
    Raises: WrongTargetError.
    """
    repo, found = Repo(request.root), Findings()
    front = read_repo(repo, request, found)
    before = served_before(repo, front)
    programs = [found.of(one) for one in _programs(repo, front, before)]
    if found.worst() is Severity.ERROR:
        return Promoted(_outcome(repo, front, found.all))
    every = [one for program in programs for one in _servings(program, front, before)]
    chosen = _chosen(target, every, programs)
    moves = [*_moves(chosen, run)]
    warnings = [*_unknown(chosen, run)]
    outcome = _outcome(repo, front, warnings)
    wanted = _lock(front.locked.lock, moves)
    if wanted == front.locked.lock:
        return Promoted(outcome, moves)
    # An output on the command line has nothing to do with the lock file.
    written = lock_file.write(request.root, front.settings.output, front.locked.change(wanted))
    return Promoted(outcome._replace(found=[*warnings, *written.found]), moves, written.value)


def _programs(repo: Repo, front: Front, before: Sequence[Served]) -> Iterator[Staged[Program]]:
    schemas = Schemas([repo.root / folder for folder in front.settings.schemas], root=repo.root)
    for cluster in sorted(front.parts):
        checked = sound(front.parts[cluster], schemas)
        linked = link(checked.value)
        # What is held by an error may be what is to be promoted.
        yield Staged(held(linked.value, front.locked, before).value, [*checked.found, *linked.found])


def _outcome(repo: Repo, front: Front, found: Iterable[Diagnostic]) -> Outcome:
    return Outcome(in_source_order(found), repo.text, tuple(front.parts))


def _servings(program: Program, front: Front, before: Iterable[Served]) -> Iterator[Serving]:
    cluster = program.profile.name
    last = [one.promotion for one in before if one.cluster == cluster]
    recorded = [*last, *front.locked.on(cluster).values()]
    for consumer, reference, finetune in serving(program):
        current = current_run(finetune, program, reference.role)
        known = {one.run: one for one in (*recorded, current) if one.of == finetune.of}
        serves = run_served(program, consumer.of, finetune, reference.role)
        yield Serving(cluster, consumer, finetune, reference.at, serves, current, known)


def _chosen(target: str, every: Sequence[Serving], programs: Iterable[Program]) -> list[Serving]:
    """Those that a target means: a service, or a fine-tuning that is served."""
    names = {one.consumer.of: one for one in every} | {one.finetune.of: one for one in every}
    meant = [of for of in names if target in _spellings(of)]
    if len(meant) > 1:
        choices = enumerated([f"`{of}`" for of in sorted(meant)], "or")
        raise WrongTargetError(f"`{target}` is the name of {len(meant)} entries. Say {choices}.")
    if not meant:
        raise WrongTargetError(_no_target(target, names, programs))
    return [one for one in every if meant[0] in one.key]


def _spellings(of: str) -> tuple[str, ...]:
    """The names of an entry: `support-bot/chat`, `services.chat`, `support-bot/services/chat`."""
    parts = of.split("/", 2)
    owner, name = (parts[1] if of[0].isupper() else parts[0], parts[-1])
    return (f"{owner}/{name}", *spellings(of))


def _no_target(target: str, names: Iterable[str], programs: Iterable[Program]) -> str:
    for one in (workload for program in programs for workload in program.workloads):
        if target in _spellings(one.of) and isinstance(one, Finetune):
            return f"Nothing serves `{one.of}`."
        if target in _spellings(one.of) and is_held(one):
            return f"`{one.of}` serves no fine-tuning: there are no runs to choose from."
    short = sorted({_spellings(of)[0] for of in names})
    if not short:
        return "No service serves a fine-tuning."
    near = _near(target, short)
    wrong = f"No service and no fine-tuning that is served is called `{target}`."
    if near:
        return f"{wrong} Did you mean {enumerated([f'`{one}`' for one in near], 'or')}?"
    if len(short) > MOST_LISTED:
        return wrong
    return f"{wrong} There {'is' if len(short) == 1 else 'are'} {enumerated([f'`{one}`' for one in short], 'and')}."


def _near(target: str, known: Sequence[str]) -> Sequence[str]:
    """What has a name like the target's own, else what is like it as a whole."""
    own = closest(target.rpartition("/")[2], [one.rpartition("/")[2] for one in known])
    return [one for one in known if one.rpartition("/")[2] in own] or closest(target, known)


def _moves(chosen: Sequence[Serving], run: str | None) -> Iterator[Move]:
    if run is None:
        yield from (Move(one.cluster, one.consumer.of, one.serves, one.current) for one in chosen)
        return
    knowing = [one for one in chosen if run in one.known]
    if not knowing:
        _check(run, chosen)
    # A run is that of one fine-tuning, and may be that of one cluster only.
    for one in knowing or chosen:
        yield Move(one.cluster, one.consumer.of, one.serves, one.known.get(run, one.current._replace(run=run)))


def _check(run: str, chosen: Sequence[Serving]) -> None:
    """Whether a run that nobody knows can be promoted at all."""
    finetunes = sorted({one.finetune.of for one in chosen})
    known = sorted({digest for one in chosen for digest in one.known})
    if not is_digest(run):
        near = closest(run, known) or known[:MOST_LISTED]
        raise WrongTargetError(f"`{run}` is no run. Known are {enumerated([f'`{one}`' for one in near], 'and')}.")
    if len(finetunes) > 1:
        choices = enumerated([f"`{of}`" for of in finetunes], "or")
        raise WrongTargetError(f"No run `{run}` is known. To serve it all the same, name its fine-tuning: {choices}.")


def _unknown(chosen: Sequence[Serving], run: str | None) -> Iterator[Diagnostic]:
    known = {digest for one in chosen for digest in one.known}
    if run is not None and run not in known:
        yield from (unknown_run(one.at, run, one.finetune.of, known) for one in chosen[:1])


def _lock(lock: Lock, moves: Iterable[Move]) -> Lock:
    """The lock with what changes. Who serves the run already needs no entry."""
    promotions = {cluster: dict(said) for cluster, said in lock.promotions.items()}
    for one in moves:
        if one.before != one.after:
            promotions.setdefault(one.cluster, {})[one.consumer, one.after.of] = one.after
    return lock._replace(promotions=promotions)
