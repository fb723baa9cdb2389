"""ConfigMaps and Secrets.

Source: Kubernetes, pkg/apis/core/validation, `ValidateConfigMapUpdate` and `ValidateSecretUpdate`; "ConfigMaps",
Mounted ConfigMaps are updated automatically.
"""

from __future__ import annotations

from collections.abc import Iterator

from compiler.change.kinds.bodies import differs, keeps_name, mapping, only_metadata, value
from compiler.change.kinds.running import relabelled
from compiler.change.kinds.wording import arrow, field_name, some
from compiler.change.values import Change, Judged, Rule, Verdict

CONTENT = ("data", "binaryData", "stringData")


def changed(change: Change) -> Judged:
    """What is immutable stays; a name with a digest is another object. Values are not told: one may be a secret."""
    if not keeps_name(change):
        return Judged(
            Verdict.IN_PLACE,
            f"A new one stands beside it, since its name carries a digest ({_keys(change)}); pods keep what they mounted.",
        )
    if only_metadata(change):
        return relabelled(change)
    if value(change.before.body, "immutable") is True and any(differs(change, one) for one in (*CONTENT, "immutable")):
        return Judged(
            Verdict.REJECTED,
            f"It is immutable ({_keys(change)}), and the sync fails. Give it another name.",
        )
    if differs(change, "type"):
        said = arrow("type", value(change.before.body, "type"), value(change.after.body, "type"))
        return Judged(Verdict.REJECTED, f"The {said} cannot change, and the sync fails. Give it another name.")
    return Judged(
        Verdict.IN_PLACE,
        f"Pods that mount it see the change ({_keys(change)}) after a minute or so; mounts of a single file by subPath and"
        " environment variables do not, until the pods start again.",
    )


def _keys(change: Change) -> str:
    """Which keys differ."""
    others = (f"{field_name(one.path)} changed" for one in change.fields if one.path[0] not in {*CONTENT, "metadata"})
    return some([*_told(change), *others])


def _told(change: Change) -> Iterator[str]:
    for field in CONTENT:
        before, after = mapping(change.before.body, field), mapping(change.after.body, field)
        for key in [*after, *(key for key in before if key not in after)]:
            if before.get(key) != after.get(key):
                yield f"{key} {'new' if key not in before else 'gone' if key not in after else 'changed'}"


def changed_source(change: Change) -> Judged:
    """What a controller makes a Secret of."""
    if only_metadata(change):
        return relabelled(change)
    names = some(f"{field_name(one.path)} changed" for one in change.fields)
    return Judged(
        Verdict.IN_PLACE,
        f"Its controller writes the Secret anew ({names}); environment variables have the old values until the pods start"
        " again.",
    )


RULES = (
    Rule(("/ConfigMap", "/Secret"), changed),
    Rule(("bitnami.com/SealedSecret", "external-secrets.io/ExternalSecret"), changed_source),
)
