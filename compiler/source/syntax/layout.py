"""Mistakes of layout: indentation, colons and dashes."""

from __future__ import annotations

import re

from compiler.diagnostics import Diagnostic
from compiler.source.problems.text import stray_indentation, syntax
from compiler.source.problems.values import shown
from compiler.source.syntax.broken import Broken, Key, key_of

_BLOCK_ENDS = ("did not find expected key", "did not find expected '-' indicator", "expected <block end>")
_NO_SPACE = re.compile(r"\s*(?:- +)*(?P<key>[\w./-]+):(?=[^\s/])")
_LONGEST_KEY = 1024


def stray(text: Broken) -> Diagnostic | None:
    """A key or item between two levels, or deeper than what is open."""
    if not _ends_block(text):
        return None
    column = len(text.before) + 1
    deeper, same, shallower = _levels(text, column)
    if same or (deeper is None and shallower is None):
        return None
    if deeper is None and shallower is not None:
        return _below(text, text.offset, shallower)
    around = [f"column {key.column} ({shown(key.name)}, line {key.line})" for key in (deeper, shallower) if key]
    ways = [f"in column {key.column} to stand beside {shown(key.name)}" for key in (deeper, shallower) if key]
    return stray_indentation(
        text.at(text.offset),
        f"{_name(text, text.offset)} stands in column {column}; the keys around it stand in {' and '.join(around)}.",
        f"Write it {', or '.join(ways)}.",
    )


def item_among_keys(text: Broken) -> Diagnostic | None:
    """A `- ` in the column of a mapping's keys."""
    if not _ends_block(text) or text.character != "-":
        return None
    _, same, _ = _levels(text, len(text.before) + 1)
    if same is None:
        return None
    do = f"Indent the item below the key that it belongs to, or write it as a key like {shown(same.name)}."
    if same.name.startswith("-"):
        do = f"Put a space behind the dash of {shown(same.name)}."
    return syntax(text.at(text.offset, 1), f"A list item stands among the keys of a mapping ({_where(same)}).", do)


def key_among_items(text: Broken) -> Diagnostic | None:
    """Something else than `- ` in the column of a list's dashes."""
    if not _ends_block(text) or ("collection" not in text.context and "sequence" not in text.context):
        return None
    return syntax(
        text.at(text.offset),
        f"{_name(text, text.offset)} stands among the items of the list that begins in line {text.line(text.opened)}.",
        "Write `- ` before it if it is an item, indent it further if it belongs to the item above.",
    )


def colon_in_value(text: Broken) -> Diagnostic | None:
    """`key: one: two`, where the value needs quotes."""
    if "mapping values are not allowed" not in text.problem:
        return None
    key = key_of(text.line_of(text.offset), 0)
    if key is None or key.column + len(key.name) > len(text.before):
        return None
    start = text.offset - len(text.before) + key.column + len(key.name)
    value = text.line_from(start).partition(" #")[0]
    at = start + len(value) - len(value.lstrip())
    return syntax(
        text.at(at, len(value.strip())),
        f"The value {shown(value.strip())} holds a `:` with a space behind it, which makes it a key.",
        "Quote the value, or begin a mapping on the next line.",
    )


def no_space_after_colon(text: Broken) -> Diagnostic | None:
    """`key:value`, which is one word."""
    starts = [text.opened] if "':'" in text.problem else _line_above(text) if "mapping values" in text.problem else []
    for start in starts:
        begin = start - len(text.line_until(start))
        found = _NO_SPACE.match(text.line_of(start))
        if found:
            return syntax(
                text.at(begin + found.start("key"), len(found["key"]) + 1),
                f"No space stands behind the colon of {shown(found['key'] + ':')}, so it is not a key.",
                f"Write {shown(found['key'])} and then `: ` with a space.",
            )
    return None


def below_a_value(text: Broken) -> Diagnostic | None:
    """A key that is indented below a key that has its value already; or a key that cannot be one."""
    if "mapping values are not allowed" not in text.problem:
        return None
    start = text.offset - len(text.before.lstrip(" "))
    if text.offset - start > _LONGEST_KEY:
        return syntax(text.at(start, 1), "A key has more than 1,024 characters.", "Shorten it.")
    above = next(text.keys_above(start), None)
    if above is None or not above.has_value or above.column > len(text.line_until(start)):
        return None
    return _below(text, start, above)


def no_colon(text: Broken) -> Diagnostic | None:
    """A line that is neither a key nor part of a value."""
    if "expected ':'" not in text.problem:
        return None
    line = text.line_from(text.opened).rstrip()
    return syntax(
        text.at(text.opened, len(line)),
        f"{shown(line)} is neither a key nor part of a value: it has no `:`.",
        "Put a `:` behind it if it is a key; indent it further, or quote the whole value, if it is text.",
    )


def list_beside_key(text: Broken) -> Diagnostic | None:
    """`key: - item`."""
    if "sequence entries are not allowed" not in text.problem:
        return None
    return syntax(
        text.at(text.offset, 1),
        "A list cannot begin in the line of its key.",
        "Begin it on the next line, write it as `[a, b]`, or quote the value if the dash is text.",
    )


def key_in_the_wrong_place(text: Broken) -> Diagnostic | None:
    """A `:` or `? ` where no key can stand, such as behind a quoted text of two lines."""
    if "are not allowed" not in text.problem and text.character != ":":
        return None
    return syntax(
        text.at(text.offset, 1),
        f"`{text.character}` marks a key here, where none can stand.",
        "Write a key in one line of its own, or quote the value if the sign is text.",
    )


def _ends_block(text: Broken) -> bool:
    return text.first_in_line and text.problem.startswith(_BLOCK_ENDS) and text.character not in ("]", "}", "")


def _levels(text: Broken, column: int) -> tuple[Key | None, Key | None, Key | None]:
    """The nearest keys above that stand deeper, in the same column and less deep, as far as they are still open."""
    deeper: Key | None = None
    for key in text.keys_above(text.offset):
        if key.column == column:
            return deeper, key, None
        if key.column < column:
            return deeper, None, key
        if deeper is None or key.column < deeper.column:
            deeper = key
    return deeper, None, None


def _below(text: Broken, start: int, above: Key) -> Diagnostic:
    return stray_indentation(
        text.at(start),
        f"{_name(text, start)} is indented below {_where(above)}, which has a value already.",
        f"Write it in column {above.column} to stand beside {shown(above.name)}, "
        f"or remove the value of {shown(above.name)}.",
    )


def _line_above(text: Broken) -> list[int]:
    begin = text.offset - len(text.before)
    above = text.file.text[:begin].rstrip()
    return [max(len(above) - 1, 0)] if above else []


def _name(text: Broken, start: int) -> str:
    return "The list item" if text.word(start) == "-" else shown(text.word(start))


def _where(key: Key) -> str:
    return f"{shown(key.name)}, line {key.line}"
