"""Marks: what a case expects, on the line that it is about.

    model: qwen2.5-7b-instuct   # error: HYD704 @12 did you mean `qwen2.5-7b-instruct`

`warning:` and `info:` likewise; several on a line have `;` between. The column is required, the text behind it is any
part of what the finding says. Where no comment can stand, `# error below: ...` on a line of its own is about the next
line that is no such mark, and a file `expected` beside the case holds lines `path:line:column error: HYD101 text`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

_MARK = re.compile(r"(error|warning|info)( below)?: (HYD\d{3}) @(\d+)\s*(.*)")
_EXPECTED = re.compile(r"(.+?):(\d+):(\d+) (error|warning|info): (HYD\d{3})\s*(.*)")
_COMMENT = re.compile(r"# ((?:error|warning|info)(?: below)?: HYD\d{3} .*)$")


class Mark(NamedTuple):
    """A finding that a case expects."""

    file: str
    line: int
    column: int
    level: str
    code: str
    text: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column} {self.level}: {self.code} {self.text}"

    def meets(self, found: Finding) -> bool:
        """Whether a finding is the one."""
        return self[:5] == found.mark[:5] and self.text in found.mark.text


class Finding(NamedTuple):
    """A finding, as a mark whose text is everything that is said."""

    mark: Mark

    @classmethod
    def of(cls, one: Mapping[str, Any]) -> Finding:
        """A finding of a JSON report."""
        span = one["span"]
        meant = " or ".join(f"`{name}`" for name in one["candidates"])
        said = [one["message"], one["do"], *([f"did you mean {meant}"] if meant else []), *one["notes"]]
        text = " ".join(said)
        return cls(Mark(span["file"], span["line"], span["column"], one["severity"], one["code"], text))


def marks_in(files: Mapping[str, str]) -> Iterator[Mark]:
    """The marks of a case's files, by their path from its root."""
    for path, text in files.items():
        waiting: list[tuple[str, str, int, str]] = []
        for number, line in enumerate(text.splitlines(), start=1):
            comment = _COMMENT.search(line)
            marks = [_MARK.fullmatch(one.strip()) for one in comment[1].split(";")] if comment else []
            assert all(marks), f"{path}:{number}: {line}"
            below = [(one[1], one[3], int(one[4]), one[5]) for one in marks if one and one[2]]
            if below:
                waiting += below
                continue
            here = [(one[1], one[3], int(one[4]), one[5]) for one in marks if one]
            for level, code, column, said in [*waiting, *here]:
                yield Mark(path, number, column, level, code, said.strip())
            waiting = []


def expected_in(file: Path) -> Iterator[Mark]:
    """The marks of a file `expected`."""
    return expected_lines(file.read_text("utf-8").splitlines())


def expected_lines(lines: Iterable[str]) -> Iterator[Mark]:
    """The marks of lines such as `a.hydra.yaml:3:1 error: HYD101 text`."""
    for line in lines:
        mark = _EXPECTED.fullmatch(line)
        assert mark, line
        yield Mark(mark[1], int(mark[2]), int(mark[3]), mark[4], mark[5], mark[6])


def difference(marks: Iterable[Mark], found: Iterable[Mapping[str, Any]]) -> list[str]:
    """Findings that no mark expects, and marks that nothing met; each finding meets one mark."""
    left = [Finding.of(one) for one in found]
    unmet = []
    for mark in marks:
        met = next((one for one in left if mark.meets(one)), None)
        if met is None:
            unmet.append(f"unmet mark:       {mark}")
        else:
            left.remove(met)
    return [*unmet, *(f"unmarked finding: {one.mark}" for one in left)]
