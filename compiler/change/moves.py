"""Objects that stay as they are, but move to another unit's directory."""

from __future__ import annotations

from compiler.change.applied import is_left
from compiler.change.kinds.registry import rules
from compiler.change.values import Around, Judged, Subject, Verdict

KEPT = frozenset({"Namespace", "PersistentVolume", "PersistentVolumeClaim"})
"""Kinds that neither controller prunes."""


def moves(before: Subject, after: Subject, around: Around) -> bool:
    """Whether another Application or Kustomization applies the object from now on."""
    return before.unit != after.unit and all(
        one is not None and one.gitops is not None and one.gitops.per_unit for one in (around.before, around.after)
    )


def moved(before: Subject, after: Subject, around: Around) -> Judged:
    """What that does: the old one prunes what the new one applies, and the new one makes it again.

    Source: Flux, "FAQ": moving resources between Kustomizations; Argo CD, "Resource tracking".
    """
    way = f"It moves from the unit `{before.unit}` to `{after.unit}`, which something else applies"
    if after.body["kind"] in KEPT:
        return Judged(Verdict.IN_PLACE, f"{way}; storage is never pruned, and is taken over.")
    if not is_left(before, around):
        return Judged(Verdict.ROLLING_RESTART, f"{way}: the one prunes it, the other makes it again.")
    rule = rules().get(after.kind)
    if rule is not None and rule.handed_over is not None:
        return rule.handed_over(after, around)
    return Judged(
        Verdict.IN_PLACE, f"{way}. Nothing is left in the first one, so that it prunes nothing; delete what applied it."
    )
