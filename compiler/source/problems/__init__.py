"""What reading may find: HYD01x about files, HYD1xx about the YAML in them."""

from __future__ import annotations

from compiler.source.problems.anchors import ALIASES_EXPLODE, MERGE_OPERAND, RECURSIVE_ANCHOR, UNKNOWN_ALIAS
from compiler.source.problems.files import NOT_UTF8, OUTSIDE_REPO, TOO_LARGE, UNREADABLE
from compiler.source.problems.text import CHARACTER, NOT_A_MAPPING, STRAY_INDENTATION, SYNTAX, TAB, TOO_DEEP
from compiler.source.problems.values import (
    AMBIGUOUS_NUMBER,
    AMBIGUOUS_WORD,
    DUPLICATE_KEY,
    KEY_NOT_TEXT,
    NOT_OF_ITS_TAG,
    UNBOUNDED_NUMBER,
    UNKNOWN_TAG,
)

CODES = (
    UNREADABLE,
    OUTSIDE_REPO,
    TOO_LARGE,
    NOT_UTF8,
    SYNTAX,
    TAB,
    STRAY_INDENTATION,
    CHARACTER,
    NOT_A_MAPPING,
    TOO_DEEP,
    DUPLICATE_KEY,
    KEY_NOT_TEXT,
    AMBIGUOUS_WORD,
    AMBIGUOUS_NUMBER,
    UNBOUNDED_NUMBER,
    UNKNOWN_TAG,
    NOT_OF_ITS_TAG,
    UNKNOWN_ALIAS,
    RECURSIVE_ANCHOR,
    ALIASES_EXPLODE,
    MERGE_OPERAND,
)
"""Every code of the stage, by number."""
