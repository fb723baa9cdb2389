"""Where what a workload reads lies: claim, directory, marker, and whose group may read it."""

from __future__ import annotations

import posixpath
from typing import NamedTuple

from compiler.linking.artifact import Artifact, Mounted
from compiler.linking.program import Program
from compiler.linking.workload import Finetune, Target
from compiler.planning.finetuning.runs import MERGED, MERGED_WEIGHTS, READY, result_of, run_of_finetune
from compiler.planning.runs import produced, run_of
from compiler.planning.storage import place


class Whereabouts(NamedTuple):
    """Data on a claim. Paths are from the claim's root."""

    claim: str
    directory: str
    marker: str | None
    """The file that says that the data is whole; None where nobody writes one."""

    wanted: str
    """What it is, for messages: `support-bot/models/base`."""

    producer: str
    """Who makes it, without any digest: `Job nlp/support-bot-base-preload`."""

    mount: Mounted
    """Owner and modes."""

    takes_seconds: int = 0
    """How long its producer may take, beyond what everybody waits for."""


def whereabouts(target: Target, program: Program) -> Whereabouts | None:
    """Where a target's data lies. None where it has no place; why was said where it is placed itself."""

    def find() -> Whereabouts | None:
        return _of_finetune(target, program) if isinstance(target, Finetune) else _of_artifact(target, program)

    return program.memo.once(("whereabouts", target.of), find)


def _of_artifact(target: Artifact, program: Program) -> Whereabouts | None:
    storage = place(target, program).value
    if storage is None:
        return None
    source = program.source_of(target)
    if not produced(source):
        below = posixpath.join(storage.sub_path, source.mount.path.strip("/"))
        return Whereabouts(storage.claim, below, None, source.of, "", source.mount)
    run = run_of(source)
    producer = f"Job {source.namespace}/{source.names.job}"
    at = {part: posixpath.join(storage.sub_path, getattr(run, part)) for part in ("target", "marker")}
    return Whereabouts(storage.claim, at["target"], at["marker"], source.of, producer, source.mount)


def _of_finetune(finetune: Finetune, program: Program) -> Whereabouts:
    return whereabouts_of_run(finetune, run_of_finetune(finetune, program), result_of(finetune))


def whereabouts_of_run(finetune: Finetune, run: str, result: str) -> Whereabouts:
    """Where the result of a run lies: `merged`, `adapter` or `model`."""
    return Whereabouts(
        finetune.names.claim,
        f"runs/{run}/{result}",
        f"runs/{run}/{MERGED if result == MERGED_WEIGHTS else READY}",
        finetune.of,
        f"PyTorchJob {finetune.namespace}/{finetune.names.job}",
        finetune.mount,
        finetune.deadline_seconds or 0,
    )
