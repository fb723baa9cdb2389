"""PersistentVolumeClaims: they may grow, and nothing else.

Source: Kubernetes, pkg/apis/core/validation, `ValidatePersistentVolumeClaimUpdate`; "Persistent Volumes", Expanding
Persistent Volumes Claims.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from compiler.change.gpus import storage_bytes
from compiler.change.kinds.bodies import differs, mapping, value
from compiler.change.kinds.running import relabelled
from compiler.change.kinds.wording import arrow, some
from compiler.change.values import Around, Change, Judged, Rule, Subject, Verdict

FROZEN = {
    "storageClassName": "class",
    "accessModes": "access modes",
    "volumeMode": "volume mode",
    "volumeName": "volume",
    "dataSource": "data source",
    "dataSourceRef": "data source",
    "selector": "selector",
}
SIZE = ("spec", "resources", "requests", "storage")
PART_OF = "app.kubernetes.io/part-of"
"""Label with the project's name."""


def changed(change: Change) -> Judged:
    """Data that would be lost or not be found weighs more than what is refused."""
    lost, frozen = [*_lost(change)], [*_frozen(change)]
    if lost:
        return Judged(Verdict.DATA_AT_RISK, " ".join((*lost, *frozen)))
    if frozen:
        return Judged(
            Verdict.REJECTED,
            " ".join(frozen) + " The API server refuses it, and the sync fails. Make a new entry beside the old one.",
        )
    if differs(change, *SIZE):
        return Judged(
            Verdict.IN_PLACE,
            f"The claim grows: {_size(change)}. Its class has to allow that, and some volumes grow at their next mount only.",
        )
    return relabelled(change)


def _lost(change: Change) -> Iterator[str]:
    before, after = change.before, change.after
    if storage_bytes(after) < storage_bytes(before):
        yield f"A claim cannot shrink: {_size(change)}. The API server refuses it, and a smaller one has to be made anew."
    if before.data != after.data and before.data and after.data:
        moved = arrow("directory", before.data, after.data)
        yield f"The data is looked for elsewhere ({moved}) and loaded again; what lies there stays behind."


def _frozen(change: Change) -> Iterator[str]:
    before, after = mapping(change.before.body, "spec"), mapping(change.after.body, "spec")
    phrases = [
        arrow(name, _plain(before.get(field)), _plain(after.get(field)))
        for field, name in FROZEN.items()
        if before.get(field) != after.get(field)
    ]
    if phrases:
        yield f"A claim cannot change its {some(phrases)}."
    if storage_bytes(change.after) > storage_bytes(change.before) and after.get("storageClassName") == "":
        yield f"A claim without a class cannot grow: {_size(change)}."


def _size(change: Change) -> str:
    return arrow("size", value(change.before.body, *SIZE), value(change.after.body, *SIZE))


def _plain(said: Any) -> Any:
    return ", ".join(str(one) for one in said) if isinstance(said, list) else said


def created(subject: Subject, around: Around) -> Judged:
    """A new claim is empty."""
    other = _counterpart(subject, around.befores, around.afters)
    size = value(subject.body, *SIZE)
    if other is None:
        return Judged(Verdict.CREATED, f"A new volume of {size}.")
    return Judged(Verdict.CREATED, f"A new and empty volume of {size}. It looks like `{other.target}`, renamed.")


def removed(subject: Subject, around: Around) -> Judged:
    """Nobody describes it any more. One that looks like it may be meant to be the same."""
    other = _counterpart(subject, around.afters, around.befores)
    if other is None:
        return Judged(
            Verdict.DATA_AT_RISK,
            "No spec makes the claim any more. The controllers are told to keep it, and it is forgotten with its data"
            f" ({value(subject.body, *SIZE)}).",
        )
    return Judged(
        Verdict.DATA_AT_RISK, f"It looks renamed to `{other.target}`, which is empty. {_remedy(subject, other)}"
    )


def _remedy(old: Subject, new: Subject) -> str:
    """How the claim is kept."""
    if not _project(old) or not _project(new):
        return "Keep its name."
    key = _entry(old) if _project(old) == _project(new) else f"{_project(old)}/{_entry(old)}"
    return f"Say `moved: {{{key}: {_entry(new)}}}` in the project, and the entry keeps this claim."


def _counterpart(subject: Subject, there: Mapping[str, Subject], not_there: Mapping[str, Subject]) -> Subject | None:
    """The one claim that is on the other side alone, in the same namespace, and asks for the same; None where there are
    several, or none."""
    alike = _alone(_Same(there), _Same(not_there)).get(_asks(subject), ())
    return alike[0] if len(alike) == 1 else None


class _Same:
    """A map of objects that is known again by being the very same: all objects of a cluster are judged with it."""

    __slots__ = ("subjects",)

    def __init__(self, subjects: Mapping[str, Subject]) -> None:
        self.subjects = subjects

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.subjects is other.subjects

    def __hash__(self) -> int:
        return id(self.subjects)


@lru_cache(maxsize=2)
def _alone(there: _Same, not_there: _Same) -> Mapping[str, list[Subject]]:
    """The claims that only one side has, by what they ask for."""
    found: dict[str, list[Subject]] = {}
    for target, one in there.subjects.items():
        if target.startswith("PersistentVolumeClaim/") and target not in not_there.subjects:
            found.setdefault(_asks(one), []).append(one)
    return found


def _asks(subject: Subject) -> str:
    """What makes two claims look the same: where they are, what for, and what they ask for."""
    component = value(subject.body, "metadata", "labels", "app.kubernetes.io/component")
    spec = {name: one for name, one in mapping(subject.body, "spec").items() if name != "volumeName"}
    return json.dumps([subject.target.rpartition("/")[0], component, spec], sort_keys=True, default=str)


def _project(subject: Subject) -> str:
    """The project that makes it; empty for a document that is passed through."""
    return str(value(subject.body, "metadata", "labels", PART_OF) or "")


def _entry(subject: Subject) -> str:
    """The entry's name: the claim's less the project's, and less what is said of a directory that Hydra makes."""
    name = subject.target.rpartition("/")[2].removeprefix(f"{_project(subject)}-")
    return name.removesuffix("-directory")


RULE = Rule(("/PersistentVolumeClaim",), changed, created, removed)
