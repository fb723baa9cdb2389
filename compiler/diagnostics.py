"""What a run has to say: codes, diagnostics and where they point.

A stage never raises for bad input. It returns `Staged`: its value and what it found.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Generic, NamedTuple, Protocol, TypeVar

T = TypeVar("T")


class Severity(IntEnum):
    """How much a finding weighs. Higher is worse; `--fail-on` compares."""

    INFO = 1
    WARNING = 2
    ERROR = 3

    @property
    def label(self) -> str:
        """The word that reports and settings use: `error`, `warning`, `info`."""
        return self.name.lower()


class Span(NamedTuple):
    """A stretch of a file. Lines and columns count from 1, in characters; the end is exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


class Located(Protocol):
    """Anything that can say where it stands. Spans are computed only when a report needs them."""

    def span(self) -> Span:
        """The place in the source text."""
        ...


class InFile(NamedTuple):
    """A whole file as a place: for what has no line, such as a file that cannot be read."""

    file: str

    def span(self) -> Span:
        """The first character of the file."""
        return Span(self.file, 1, 1, 1, 1)


class Placed(NamedTuple):
    """A place that is known: it was looked up once, which costs a second reading of its file."""

    found: Span
    whole_file: bool = False

    def span(self) -> Span:
        """The place."""
        return self.found


def placed(place: Located) -> Placed:
    """A place, looked up."""
    return place if isinstance(place, Placed) else Placed(place.span(), isinstance(place, InFile))


class Code(NamedTuple):
    """A kind of finding: its stable id and the page that `docs/rules.md` prints about it.

    `bad` and `good` are examples as a user would write them; `good` may be empty where the
    remedy is not an edit of a spec.
    """

    id: str
    severity: Severity
    summary: str
    why: str
    bad: str = ""
    good: str = ""
    source: str = ""


class Diagnostic(NamedTuple):
    """One finding: what is wrong, what to do, where, and names that may have been meant."""

    code: Code
    at: Located
    wrong: str
    do: str
    candidates: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    severity: Severity | None = None
    """A level that settings gave the code; None is the code's own."""
    about: Located | None = None
    """The entry or document that the finding is about, where a silencing comment may stand too."""
    secret: bool = False
    """Whether the value stands for a credential: no report shows the lines of its span."""

    @property
    def level(self) -> Severity:
        """The severity that counts."""
        return self.code.severity if self.severity is None else self.severity


class Staged(NamedTuple, Generic[T]):
    """What a stage returns: its value, and what it found on the way."""

    value: T
    found: Sequence[Diagnostic] = ()


class Findings:
    """Collects the findings of the stages of one run."""

    def __init__(self) -> None:
        self.all: list[Diagnostic] = []

    def of(self, staged: Staged[T]) -> T:
        """Keep what the stage found, hand on its value."""
        self.all.extend(staged.found)
        return staged.value

    def add(self, found: Iterable[Diagnostic]) -> None:
        """Keep findings that come without a value."""
        self.all.extend(found)

    def worst(self) -> Severity | None:
        """The highest level found so far, None where nothing was."""
        return max((one.level for one in self.all), default=None)


def closest(name: str, known: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """Names that a misspelt one may have meant, best first."""
    from difflib import get_close_matches

    lowered = {candidate.lower(): candidate for candidate in sorted(known)}
    return tuple(lowered[hit] for hit in get_close_matches(name.lower(), lowered, n=most, cutoff=0.6))


def in_source_order(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Findings by file, line, column and code, each once."""
    keyed = {(one.at.span(), one.code.id, one.wrong, one.notes): one for one in found}
    return [keyed[key] for key in sorted(keyed)]
