"""From two sides to what the change does, object by object."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from compiler.change.applied import applied, handed_over, hands_over
from compiler.change.fields import differences
from compiler.change.kinds.registry import judged
from compiler.change.moves import moved, moves
from compiler.change.totals import totals
from compiler.change.values import Around, Outcome, Subject, Verdict, View
from compiler.linking.profile import Profile

Key = tuple[str, str]


class Side(NamedTuple):
    """What one side of a change renders."""

    subjects: Mapping[Key, Subject] = {}
    """By cluster and target."""

    profiles: Mapping[str, Profile] = {}
    acknowledged: frozenset[str] = frozenset()
    """Destructive changes that are meant, by target."""


MEANT = frozenset({Verdict.REJECTED, Verdict.DATA_AT_RISK})
"""Verdicts that `acknowledge` lets pass."""


def view(before: Side, after: Side) -> View:
    """What the change does: objects that differ, the most severe first."""
    handing = {name for name, one in before.profiles.items() if hands_over(one, after.profiles.get(name))}
    every = {**before.subjects, **after.subjects}
    keys = [key for key in every if key[0] in handing or differs(before, after, key)]
    arounds = {cluster: _around(cluster, keys, before, after) for cluster in {cluster for cluster, _ in keys}}
    told = (_outcome(key, before, after, arounds[key[0]]) for key in keys)
    outcomes = [one for one in told if one is not None]
    outcomes.sort(key=lambda one: (-one.judged.verdict, one.subject.cluster, one.subject.target))
    return View(tuple(outcomes), totals(outcomes))


def differs(before: Side, after: Side, key: Key) -> bool:
    """Whether an object is another one, or on one side only."""
    old, new = before.subjects.get(key), after.subjects.get(key)
    return old is None or new is None or (old.body, old.data, old.unit) != (new.body, new.data, new.unit)


def _around(cluster: str, keys: Iterable[Key], before: Side, after: Side) -> Around:
    changed = [key for key in keys if key[0] == cluster]
    return Around(
        before.profiles.get(cluster),
        after.profiles.get(cluster),
        {key[1]: before.subjects[key] for key in changed if key in before.subjects},
        {key[1]: after.subjects[key] for key in changed if key in after.subjects},
        frozenset(one.directory for one in after.subjects.values() if one.cluster == cluster),
    )


def _outcome(key: Key, before: Side, after: Side, around: Around) -> Outcome | None:
    """What happens to an object; None, where it only lies elsewhere in the tree."""
    old, new = before.subjects.get(key), after.subjects.get(key)
    if old is not None and new is not None and (old.body, old.data) == (new.body, new.data):
        alone = moved(old, new, around) if moves(old, new, around) else handed_over(new, around)
        return Outcome(old, new, alone) if alone is not None else None
    fields = differences(old.body, new.body) if old is not None and new is not None else ()
    found = applied(judged(old, new, fields, around), old, new, around)
    return Outcome(old, new, found, fields, found.verdict in MEANT and key[1] in after.acknowledged)
