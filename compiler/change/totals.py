"""The sums of a change."""

from __future__ import annotations

from collections.abc import Iterable

from compiler.change.gpus import held, storage_bytes
from compiler.change.values import Outcome, Subject, Totals, Verdict

WITHOUT_EFFECT = frozenset({Verdict.IGNORED, Verdict.REJECTED})


def totals(outcomes: Iterable[Outcome]) -> Totals:
    """The sums over objects that differ: those that stay as they are count on neither side.

    Accelerators are those of the fewest pods that a scaler leaves. What is refused or ignored goes on with what it had, as
    does a claim that would shrink. A run that starts loads what it says; one that finds its marker loads nothing.
    """
    listed = list(outcomes)
    return Totals(
        gpus_before=sum(_gpus(one.before) for one in listed),
        gpus_after=sum(_gpus(_afterwards(one)) for one in listed),
        surge=sum(one.judged.surge for one in listed),
        storage_before=sum(_storage(one.before) for one in listed),
        storage_after=sum(map(_storage_after, listed)),
        download=sum(one.after.download for one in listed if one.after is not None and one.judged.runs),
        runs=sum(one.judged.runs for one in listed),
        peak=sum(map(_peak, listed)),
    )


def _peak(one: Outcome) -> int:
    """Old and new pods side by side, as many of them as the judgement says: no more than all of both."""
    before, after = _gpus(one.before), _gpus(_afterwards(one))
    return min(before + after, max(before, after) + one.judged.surge)


def _afterwards(one: Outcome) -> Subject | None:
    return one.before if one.judged.verdict in WITHOUT_EFFECT or one.judged.stays else one.after


def _gpus(subject: Subject | None) -> int:
    return held(subject).least if subject is not None else 0


def _storage_after(one: Outcome) -> int:
    after = _storage(_afterwards(one))
    return max(after, _storage(one.before)) if one.after is not None else after


def _storage(subject: Subject | None) -> int:
    return storage_bytes(subject) if subject is not None else 0
