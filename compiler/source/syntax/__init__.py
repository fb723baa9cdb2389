"""What a parser's error means: from its terse words to a mistake that people make, and its remedy.

An explanation is a function that recognises one mistake. The first one that does, speaks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from compiler.diagnostics import Diagnostic
from compiler.source.document import SourceFile
from compiler.source.problems.text import syntax
from compiler.source.syntax import brackets, layout, lines, tokens
from compiler.source.syntax.broken import Broken, broken

if TYPE_CHECKING:
    from yaml import YAMLError

EXPLANATIONS: tuple[Callable[[Broken], Diagnostic | None], ...] = (
    lines.conflict,
    lines.template,
    lines.tabulator,
    brackets.closes_nothing,
    brackets.never_closed,
    brackets.neither_closed_nor_continued,
    brackets.no_value,
    layout.stray,
    layout.item_among_keys,
    layout.key_among_items,
    layout.colon_in_value,
    layout.no_space_after_colon,
    layout.below_a_value,
    layout.no_colon,
    layout.list_beside_key,
    layout.key_in_the_wrong_place,
    tokens.behind_a_quote,
    tokens.open_quote,
    tokens.escape,
    tokens.half_a_character,
    tokens.first_character,
    tokens.reference,
    tokens.tag,
    tokens.block_header,
    tokens.directive,
    lines.second_value,
)


def explain(file: SourceFile, error: YAMLError) -> Diagnostic:
    """The finding for what made the parser give up."""
    found = broken(file, error)
    for explanation in EXPLANATIONS:
        problem = explanation(found)
        if problem is not None:
            return problem
    return syntax(
        found.at(found.offset),
        f"This cannot be read as YAML: {found.problem}.",
        "Look here and in the line before for a missing `:`, quote or bracket, or for an indentation that is off.",
    )
