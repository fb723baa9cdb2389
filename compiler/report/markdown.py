"""Pieces of Markdown that more than one page needs."""

from __future__ import annotations

import re

from compiler.diagnostics import Code

_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]")
"""Characters that an example is about and that nobody would see on a page."""


def examples(code: Code) -> list[str]:
    """The examples that a code has, each with its title, in fences."""
    return [f"{title}:\n\n{fenced(text)}" for title, text in (("Bad", code.bad), ("Good", code.good)) if text]


def fenced(text: str) -> str:
    """An example in a fence that nothing in it can close: a command line, or YAML."""
    text = _HIDDEN.sub(lambda found: f"<U+{ord(found[0]):04X}>", text)
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    language = "sh" if text.startswith("hydra ") else "yaml"
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"
