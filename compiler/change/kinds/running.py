"""What runs to completion, and has a name that ends in a digest: another digest is another object, and maybe another run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from compiler.change.gpus import held
from compiler.change.kinds.bodies import mapping, name_of, value
from compiler.change.kinds.wording import BY_DIGEST, arrow, gpus, masked, size, some, telling, tells_most, told
from compiler.change.values import Around, Change, Field, Judged, Subject, Verdict
from compiler.emission.digests import is_digest

MOUNTED = ("configMap", "name")
"""How the path to the name of a ConfigMap ends that a volume is made of."""

QUEUE_LABEL = "kueue.x-k8s.io/queue-name"
READY = "[HYDRA_READY]"
"""The variable with the text of a run's marker."""

_OWN = "[HYDRA_"
_LINE = re.compile(r'\s*(?:- )?"?([A-Za-z_][\w.-]*)"?\s*[:=]\s*(.*?),?')
_PLAIN = re.compile(r"[^\[{|>].*|", re.DOTALL)


def replaced(change: Change) -> Judged:
    """What an object under another name does: with the same result it finds its marker, else it runs."""
    before, after = change.before, change.after
    if before.run and before.run == after.run:
        return Judged(
            Verdict.IN_PLACE,
            f"The same result is asked for{_aside(change)}. A new {_kind(after)} stands in: it ends at once where its marker"
            " stands, and a run in progress is interrupted and begins again.",
        )
    again = "" if after.run else " It leaves no marker, so whatever changes starts it again."
    return Judged(Verdict.NEW_RUN, f"It runs anew{_with(after)}: {_difference(change)}.{again}", runs=1)


def _aside(change: Change) -> str:
    """What differs, though it makes no other result."""
    shown = [one for one in change.fields if one.path[0] != "metadata" and READY not in one.path]
    phrases = _phrases(change, shown)
    return f": {some(phrases)}" if phrases else ""


def relabelled(change: Change) -> Judged:
    """Labels and annotations alone: they are not in the digest."""
    waits = " Kueue takes another queue only while the job waits, and refuses it later." if _moves(change) else ""
    return Judged(Verdict.IN_PLACE, f"Labels or annotations alone{telling(change.fields)}; what runs goes on.{waits}")


def _moves(change: Change) -> bool:
    """Whether it is to wait in another queue. Source: Kueue, pkg/controller/jobframework/validation.go,
    `validateUpdateForQueueName`."""
    queues = [value(side.body, "metadata", "labels", QUEUE_LABEL) for side in (change.before, change.after)]
    return queues[0] != queues[1] and queues[0] is not None


def suspended(change: Change, *path: str) -> Judged | None:
    """What it does that a run is suspended or resumed; None where it is neither. The field is at the path."""
    before, after = (value(side.body, *path) is True for side in (change.before, change.after))
    if before == after:
        return None
    if after:
        return Judged(
            Verdict.ROLLING_RESTART,
            f"It is suspended{telling(change.fields)}. A run in progress is ended, and begins again once it is resumed.",
        )
    return Judged(Verdict.NEW_RUN, f"It is resumed, and runs unless it is done{_with(change.after)}.", runs=1)


def ignored(change: Change) -> Judged:
    """An edit under the same name of what its operator has made already."""
    return Judged(
        Verdict.IGNORED,
        f"The API server accepts it and the operator goes on with what it made{telling(change.fields)}."
        " Ask for a new name to have it run.",
    )


def started(subject: Subject, around: Around) -> Judged:
    """A new object runs."""
    del around
    return Judged(Verdict.CREATED, f"New, and runs once{_with(subject)}.", runs=1)


def ended(subject: Subject, around: Around) -> Judged:
    """One that goes."""
    del around
    count = held(subject).least
    frees = f" and frees {gpus(count)}" if count else ""
    return Judged(Verdict.REMOVED, f"A run in progress is ended{frees}; results on its claim stay.")


def _kind(subject: Subject) -> str:
    return str(subject.body["kind"])


def _with(subject: Subject) -> str:
    """What a run takes: accelerators, and bytes to load."""
    count = held(subject).least
    parts = [f"with {gpus(count)}"] if count else []
    if subject.download:
        parts.append(f"loading {size(subject.download)}")
    return "".join(f", {part}" for part in parts)


def _difference(change: Change) -> str:
    """Why a run is another one: what differs in the object, in its files, or in what they lead to."""
    phrases = _phrases(change, _of_interest(change.fields))
    if not _reads_other(change):
        return some(phrases) or "another attempt or round is asked for, or what it asks answers otherwise"
    return f"{some(phrases)}, and {BY_DIGEST}" if phrases else BY_DIGEST


def _phrases(change: Change, fields: Iterable[Field]) -> list[str]:
    """What is to be told, the most telling first."""
    fields = list(fields)
    first = [one for one in fields if tells_most(one)]
    return [*_sources(change.fields), *told(first), *_of_files(change), *told(fields)]


def _of_interest(fields: Iterable[Field]) -> tuple[Field, ...]:
    """Fields less what is known to follow from others: the run's own variables, and the metadata."""
    return tuple(one for one in fields if one.path[0] != "metadata" and not any(_is_own(step) for step in one.path))


def _is_own(step: str | int) -> bool:
    return isinstance(step, str) and step.startswith(_OWN)


def _sources(fields: Iterable[Field]) -> Iterator[str]:
    """Where what is loaded comes from, as the text of the marker says it."""
    for one in fields:
        if one.path[-2:] == (READY, "value"):
            before, after = (_json(one.before).get("source"), _json(one.after).get("source"))
            if before != after:
                yield arrow("source", before, after)


def _json(text: Any) -> Mapping[str, Any]:
    try:
        found = json.loads(str(text))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _of_files(change: Change) -> Iterator[str]:
    """What differs in the ConfigMaps that the pods mount: lines `key: value`, else the names of the files."""
    texts = _texts(change)
    lines = [line for old, new in texts.values() for line in _of_file(old, new)]
    yield from lines or [f"{name} changed" for name, (old, new) in texts.items() if masked(old) != masked(new)]


def _of_file(old: str, new: str) -> Iterator[str]:
    before, after = _settings(old), _settings(new)
    for key in [*after, *(key for key in before if key not in after)]:
        if masked(before.get(key, "")) != masked(after.get(key, "")):
            yield arrow(key, before.get(key), after.get(key))


def _settings(text: str) -> dict[str, str]:
    """The plain settings of a YAML or JSON file, without what is nested under which: enough to tell them apart."""
    found = (_LINE.fullmatch(line) for line in text.splitlines())
    pairs = ((one[1], one[2].strip('"')) for one in found if one is not None)
    return {key: text for key, text in pairs if _PLAIN.fullmatch(text) and text}


def _texts(change: Change) -> dict[str, tuple[str, str]]:
    """File -> its text before and after, of the ConfigMaps that both sides mount by way of another name."""
    mounts = [one for one in change.fields if one.path[-2:] == MOUNTED]
    old = _files((one.before for one in mounts), change.before, change.around.befores)
    new = _files((one.after for one in mounts), change.after, change.around.afters)
    return {name: (old[name], new[name]) for name in new if name in old and old[name] != new[name]}


def _files(names: Iterable[Any], subject: Subject, others: Mapping[str, Subject]) -> dict[str, str]:
    """File -> text, of ConfigMaps beside an object, by their own names."""
    namespace = value(subject.body, "metadata", "namespace")
    found: dict[str, str] = {}
    for name in sorted({str(one) for one in names}):
        stem, _, digest = name.rpartition("-")
        other = others.get(f"ConfigMap/{namespace}/{stem if is_digest(digest) else name}")
        if other is not None and name_of(other.body) == name:
            found |= {file: str(content) for file, content in mapping(other.body, "data").items()}
    return found


def _reads_other(change: Change) -> bool:
    """Whether something differs by a digest that is not the run's own."""
    own_before, own_after = change.before.run or "-", change.after.run or "-"
    pairs = [(str(one.before), str(one.after)) for one in change.fields if _leads(one)]
    for old, new in _texts(change).values():
        pairs += zip(old.splitlines(), new.splitlines(), strict=False)
    return any(
        masked(old) == masked(new) and old.replace(own_before, "") != new.replace(own_after, "") for old, new in pairs
    )


def _leads(field: Field) -> bool:
    """Whether a field may lead to what is read: the name of a ConfigMap with the run's own files does not."""
    return field.path[0] != "metadata" and field.path[-2:] != MOUNTED
