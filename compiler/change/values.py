"""The vocabulary of the change view: an object of each side, what differs, and what that does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Any, NamedTuple

from compiler.diagnostics import Located
from compiler.linking.profile import Profile
from compiler.manifest import Body

Path = tuple[str | int, ...]


class Verdict(IntEnum):
    """What a change does, the most severe last."""

    IN_PLACE = 1
    """The controller takes it over; nothing restarts."""

    CREATED = 2
    REMOVED = 3
    ROLLING_RESTART = 4
    """Pods are replaced, a few at a time."""

    NEW_RUN = 5
    """Something is trained, loaded or evaluated again."""

    SECOND_CLUSTER = 6
    """A second full Ray cluster runs beside the first for a while."""

    IGNORED = 7
    """The API server accepts it, and the controller does nothing: what runs is not what is written."""

    REJECTED = 8
    """The API server refuses it, and with it the sync."""

    DATA_AT_RISK = 9
    """Storage would be lost, forgotten, or looked for elsewhere."""

    @property
    def label(self) -> str:
        """As reports and `--fail-on` call it: `data-at-risk`."""
        return self.name.lower().replace("_", "-")


class Subject(NamedTuple):
    """An object as one side of a change renders it."""

    cluster: str
    target: str
    """`Kind/namespace/logical-name`, `-` for no namespace; the same on both sides, whatever its digest."""

    file: str
    """Its file below the output directory."""

    unit: str
    body: Body
    origin: Located | None = None
    """What it comes from; None for what is read from a cluster."""

    run: str = ""
    """Of what runs to completion: digest of the result that it makes; empty for what has none, or where it is not known."""

    download: int = 0
    """Bytes that it loads, where that is known."""

    data: str = ""
    """Where the data lies on a claim's volume."""

    @property
    def spec(self) -> str:
        """`file:line` of what it comes from, looked up anew at each call; empty where that is not known."""
        if self.origin is None:
            return ""
        span = self.origin.span()
        return f"{span.file}:{span.line}"

    @property
    def directory(self) -> str:
        """Its directory below the cluster's, `<namespace>/<unit>`; empty for what is read from a cluster."""
        return self.file.rpartition("/")[0]

    @property
    def kind(self) -> str:
        """Group and kind: `batch/Job`, `/ConfigMap`."""
        group = self.body["apiVersion"].rpartition("/")[0]
        return f"{group}/{self.body['kind']}"


class Field(NamedTuple):
    """A field with two values; a side that lacks it has None."""

    path: Path
    before: Any
    after: Any

    @property
    def text(self) -> str:
        """The path as people write it: `spec.template.spec.containers[vllm].image`."""
        return "".join(map(_step, self.path)).removeprefix(".")


def _step(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    return step if step.startswith("[") else f".{step}"


class Around(NamedTuple):
    """What a rule may look at besides the object: both sides of the cluster, and what else changed there."""

    before: Profile | None
    after: Profile | None
    befores: Mapping[str, Subject]
    """The changed objects of the first side, by target."""

    afters: Mapping[str, Subject]

    directories: frozenset[str] = frozenset()
    """Directories of the cluster that hold objects on the second side: `<namespace>/<unit>`."""


class Change(NamedTuple):
    """An object that is on both sides, and not the same."""

    before: Subject
    after: Subject
    fields: tuple[Field, ...]
    around: Around

    def touches(self, *path: str) -> bool:
        """Whether a field at or below this path differs."""
        return any(one.path[: len(path)] == path or path[: len(one.path)] == one.path for one in self.fields)


class Judged(NamedTuple):
    """What a change of an object does, and why."""

    verdict: Verdict
    why: str
    """One or two sentences, for a reviewer."""

    surge: int = 0
    """Accelerators of new pods that start while all the old ones still stand."""

    runs: int = 0
    """Runs that start again."""

    stays: bool = False
    """Whether an object that is gone from the tree goes on, since nothing deletes it."""


class Rule(NamedTuple):
    """What changes do to objects of some kinds."""

    kinds: tuple[str, ...]
    """`group/Kind`: `batch/Job`, `/ConfigMap`."""

    changed: Callable[[Change], Judged]
    created: Callable[[Subject, Around], Judged] | None = None
    """None: it is created, and nothing else is to be said."""

    removed: Callable[[Subject, Around], Judged] | None = None

    handed_over: Callable[[Subject, Around], Judged] | None = None
    """What it does that another Application or Kustomization applies the object, and writes its own name on it. None:
    nothing."""


class Outcome(NamedTuple):
    """A line of the change view."""

    before: Subject | None
    after: Subject | None
    judged: Judged
    fields: tuple[Field, ...] = ()
    acknowledged: bool = False
    """Whether `acknowledge` names the object, so that it is no error."""

    @property
    def subject(self) -> Subject:
        """The object as it will be, or as it was."""
        subject = self.after or self.before
        if subject is None:
            raise ValueError("a change without an object")
        return subject


class Totals(NamedTuple):
    """The sums of a change over its clusters."""

    gpus_before: int
    """Accelerators that changed objects hold before."""

    gpus_after: int
    surge: int
    """What the new ones need while the old ones still stand."""

    storage_before: int
    """Bytes that claims ask for."""

    storage_after: int
    download: int
    """Bytes to load, where known."""

    runs: int
    """Runs that start: new ones and those that are repeated."""

    peak: int = 0
    """Accelerators of changed objects while old and new ones stand side by side."""


class View(NamedTuple):
    """What a change does."""

    outcomes: tuple[Outcome, ...]
    """The most severe first, then by cluster and target."""

    totals: Totals
    notes: tuple[str, ...] = ()
    """What holds for all of it."""
