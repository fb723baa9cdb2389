"""Mistakes that a look at the line tells: conflicts, templates, tabs, a second value."""

from __future__ import annotations

import re

from compiler.diagnostics import Diagnostic
from compiler.source.problems.text import syntax, tab
from compiler.source.syntax.broken import Broken

_CONFLICT = re.compile(r"^(?:<{7}|>{7})(?=\s|$)", re.MULTILINE)
_TEMPLATE = re.compile(r"\{[{%]")


def conflict(text: Broken) -> Diagnostic | None:
    """Markers that a merge left behind, anywhere in the file."""
    found = _CONFLICT.search(text.file.text)
    if not found:
        return None
    return syntax(
        text.at(found.start(), len(found[0])),
        "The mark of a merge conflict stands in the file.",
        "Choose between the two sides, and remove the lines with `<<<<<<<`, `=======` and `>>>>>>>`.",
    )


def template(text: Broken) -> Diagnostic | None:
    """`{{ name }}` or `{% if %}` of a template language."""
    for offset in (text.offset, text.opened):
        found = _TEMPLATE.search(text.line_of(offset))
        if found:
            start = offset - len(text.line_until(offset)) + found.start()
            return syntax(
                text.at(start, 2),
                f"`{found[0]}` begins a template expression, which is no YAML.",
                "Quote the whole value if the text is meant as it is; specs are not rendered as templates.",
            )
    return None


def tabulator(text: Broken) -> Diagnostic | None:
    """A tab where only spaces may stand."""
    return tab(text.at(text.offset, 1)) if text.character == "\t" else None


def second_value(text: Broken) -> Diagnostic | None:
    """Something behind the end of a document, such as a second JSON object."""
    if "document start>" not in text.problem:
        return None
    return syntax(
        text.at(text.offset),
        "The document ended before this.",
        "Put a line `---` between two documents, or indent the line if it belongs to the value above.",
    )
