"""What a format gets to write: findings whose places are known, and the figures of the run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from compiler.diagnostics import Diagnostic, Placed, Severity, Span, in_source_order
from compiler.diagnostics import placed as place_of

NOTHING: Mapping[str, int] = MappingProxyType({})


class Summary(NamedTuple):
    """The figures of a run, for its last lines and for `json`."""

    clusters: tuple[str, ...] = ()
    objects: Mapping[str, int] = NOTHING
    """Rendered objects by kind."""
    written: int = 0
    """Files that were new or changed."""
    unchanged: int = 0
    removed: int = 0
    stale: bool = False
    """Whether the committed tree differs from what would be written."""
    unchecked: Mapping[str, int] = NOTHING
    """Objects for which there is no schema, by `apiVersion/kind`."""


class Finding(NamedTuple):
    """A diagnostic, where it stands, and how its file is shown."""

    diagnostic: Diagnostic
    span: Span
    path: str
    """The file as seen from the working directory."""
    whole_file: bool
    """The finding is about a file, not about a line of it."""

    @property
    def meant(self) -> str:
        """The names that may have been meant, as a question; empty where there are none."""
        names = [f"`{name}`" for name in self.diagnostic.candidates]
        if not names:
            return ""
        return f"Did you mean {enumerated(names, 'or')}?"

    @property
    def paragraph(self) -> str:
        """All that the finding says, in one paragraph: for formats with one message a finding."""
        one = self.diagnostic
        return " ".join(part for part in (one.wrong, one.do, self.meant, *one.notes) if part)


class Report(NamedTuple):
    """What a format turns into text. It must come out the same for the same report."""

    findings: Sequence[Finding]
    summary: Summary
    read: Callable[[str], str | None]
    colour: bool


def placed(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Look up all places: the diagnostics in source order, each once. A second time costs nothing."""
    return in_source_order(one._replace(at=place_of(one.at)) for one in found)


def findings(found: Iterable[Diagnostic], prefix: str = "") -> list[Finding]:
    """The diagnostics as formats take them, in source order."""
    return [
        Finding(one, span, path_of(span.file, prefix), isinstance(one.at, Placed) and one.at.whole_file)
        for one in placed(found)
        for span in (one.at.span(),)
    ]


def path_of(file: str, prefix: str) -> str:
    """A file of the repo as seen from the working directory; `.` is the repo itself."""
    return prefix + file if file != "." else prefix.rstrip("/") or file


def counts(found: Iterable[Diagnostic]) -> dict[Severity, int]:
    """How many findings there are of each level, worst level first."""
    levels = [one.level for one in found]
    return {level: levels.count(level) for level in sorted(Severity, reverse=True)}


def enumerated(words: Sequence[str], last: str) -> str:
    """Words as a sentence lists them: `a, b or c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
