"""Which run of a fine-tuning is served: the one that was promoted, and not the one that an edit asks for.

Who serves a fine-tuning (workloads whose `held` is true) goes on with the run of the committed tree until another one is
promoted. What is new, or was never committed, serves the current run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from compiler.diagnostics import Diagnostic, Staged
from compiler.emission.served import Served
from compiler.linking.program import Program
from compiler.linking.promotion import Promotion, Promotions
from compiler.linking.workload import Finetune, Reference, Workload
from compiler.planning import promotion_problems as problems
from compiler.planning.finetuning.runs import ADAPTERS, data_digest, result_of, run_of_finetune

MODEL = "model"
"""Role of what is served."""

BESIDE = "adapter-"
"""How the roles of adapters begin that are served beside it."""


def is_held(workload: Workload) -> bool:
    """Whether a workload goes on with a run until another one is promoted."""
    return bool(getattr(workload, "held", False))


def promoted(program: Program, locked: Promotions, committed: Iterable[Served]) -> Staged[Program]:
    """The program with the runs that are held: what the lock file has to say of this cluster.

    `locked` is what it says, `committed` what the last commit serves. A run that the fine-tuning no longer asks for and
    the lock file does not have comes from there.
    """
    before = {(one.consumer, one.promotion.of): one.promotion for one in committed}
    held: dict[tuple[str, str], Promotion] = {}
    found: list[Diagnostic] = []
    for consumer, reference, finetune in serving(program):
        key = (consumer.of, finetune.of)
        current = current_run(finetune, program, reference.role)
        kept = _known(locked, consumer, finetune) or _left_behind(_known(before, consumer, finetune), current)
        if kept is None:
            continue
        held[key] = kept
        if kept.run != current.run:
            target = "/".join(consumer.key)
            found.append(problems.held(reference.at, consumer.origin, kept, current.run, target))
    return Staged(program._replace(promotions=held), found)


def run_served(program: Program, consumer_of: str, finetune: Finetune, role: str = MODEL) -> Promotion:
    """The run of a fine-tuning that a consumer serves: the one that it is held on, else the current one.

    `role` is that of the consumer's reference to it.
    """
    return program.promotions.get((consumer_of, finetune.of)) or current_run(finetune, program, role)


def served(program: Program) -> tuple[Served, ...]:
    """What is served on the program's cluster, for the list file."""
    cluster = program.profile.name
    return tuple(
        Served(cluster, consumer.of, run_served(program, consumer.of, finetune, reference.role))
        for consumer, reference, finetune in serving(program)
    )


def serving(program: Program) -> Iterator[tuple[Workload, Reference, Finetune]]:
    """Who serves which fine-tuning, each pair once."""
    for workload in program.workloads:
        if not is_held(workload):
            continue
        known: set[str] = set()
        for reference in workload.references:
            target = program.links.get((workload.of, reference.role))
            if isinstance(target, Finetune) and target.of not in known:
                known.add(target.of)
                yield workload, reference, target


def current_run(finetune: Finetune, program: Program, role: str = MODEL) -> Promotion:
    """The run that the fine-tuning asks for. Beside a model an adapter is served as such, also where it is merged."""
    beside = role.startswith(BESIDE) and finetune.method in ADAPTERS
    run, result = run_of_finetune(finetune, program), "adapter" if beside else result_of(finetune)
    if result != "adapter":
        return Promotion(finetune.of, run, result)
    return Promotion(finetune.of, run, result, data_digest(program.links[finetune.of, "model"], program))


def _known(promotions: Promotions, consumer: Workload, finetune: Finetune) -> Promotion | None:
    """What is known of a pair, also under names that the two had before they were renamed."""
    for one in (consumer.of, getattr(consumer, "formerly", "")):
        for of in (finetune.of, finetune.formerly):
            if (one, of) in promotions:
                return promotions[one, of]._replace(of=finetune.of)
    return None


def _left_behind(before: Promotion | None, current: Promotion) -> Promotion | None:
    """What was served, where the fine-tuning asks for another run by now."""
    return before if before is not None and before.run != current.run else None
