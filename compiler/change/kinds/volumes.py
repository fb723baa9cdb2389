"""PersistentVolumes.

Source: Kubernetes, pkg/apis/core/validation, `ValidatePersistentVolumeUpdate`.
"""

from __future__ import annotations

from compiler.change.kinds.bodies import keeps_name, mapping, name_of
from compiler.change.kinds.wording import arrow, telling
from compiler.change.values import Around, Change, Judged, Rule, Subject, Verdict

AROUND_SOURCE = frozenset({
    "accessModes", "capacity", "claimRef", "mountOptions", "persistentVolumeReclaimPolicy", "storageClassName",
    "volumeAttributesClassName",
})  # fmt: skip
"""What may change; the rest is the volume's source, its mode, or where it can be reached from."""


def changed(change: Change) -> Judged:
    """The source is frozen, and a claim is bound to a volume for good."""
    if not keeps_name(change):
        names = arrow("volume", name_of(change.before.body), name_of(change.after.body))
        return Judged(
            Verdict.REJECTED,
            f"A volume under another name takes its place ({names}), and the claim is bound to the first one for good.",
        )
    frozen = [one for one in change.fields if one.path[0] == "spec" and not {*one.path[1:2]} <= AROUND_SOURCE]
    if frozen:
        return Judged(
            Verdict.REJECTED,
            f"A volume's source cannot change{telling(frozen)}, and the sync fails. Make a new entry beside the old one.",
        )
    policy = mapping(change.after.body, "spec").get("persistentVolumeReclaimPolicy")
    loses = " With `Delete` the data goes with the claim." if policy == "Delete" else ""
    return Judged(Verdict.IN_PLACE, f"What is mounted stays mounted{telling(change.fields)}.{loses}")


def removed(subject: Subject, around: Around) -> Judged:
    """Nobody describes it any more."""
    del subject, around
    return Judged(
        Verdict.DATA_AT_RISK,
        "No spec makes the volume any more. The controllers are told to keep it, and it is forgotten.",
    )


RULE = Rule(("/PersistentVolume",), changed, removed=removed)
