"""What the tests of reading ask of a text."""

from __future__ import annotations

from typing import Any

from compiler.diagnostics import Diagnostic
from compiler.source.document import SourceFile
from compiler.source.reading import documents


def values(text: str) -> list[Any]:
    """The values of the documents of a text without mistakes."""
    staged = documents(SourceFile("hydra.yaml", text))
    assert not staged.found, [one.wrong for one in staged.found]
    return [document.value for document in staged.value]


def value(text: str) -> Any:
    """The value of `v` in the only document."""
    (document,) = values(text)
    return document["v"]


def findings(text: str) -> list[Diagnostic]:
    """What is found in a text."""
    return list(documents(SourceFile("hydra.yaml", text)).found)


def marked(text: str) -> list[tuple[str, str]]:
    """Code and marked text of each finding."""
    return [(one.code.id, slice_of(text, one)) for one in findings(text)]


def slice_of(text: str, finding: Diagnostic) -> str:
    """The text that a finding points at, by line and column as an editor counts them."""
    span = finding.at.span()
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if span.line == span.end_line:
        return lines[span.line - 1][span.column - 1 : span.end_column - 1]
    middle = lines[span.line : span.end_line - 1]
    return "\n".join(
        [lines[span.line - 1][span.column - 1 :], *middle, lines[span.end_line - 1][: span.end_column - 1]]
    )
