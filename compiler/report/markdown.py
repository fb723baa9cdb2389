"""Pieces of Markdown that more than one page needs."""

from __future__ import annotations

import re

from compiler.diagnostics import Code


def examples(code: Code) -> list[str]:
    """The examples that a code has, each with its title, in fences."""
    return [f"{title}:\n\n{fenced(text)}" for title, text in (("Bad", code.bad), ("Good", code.good)) if text]


def fenced(text: str) -> str:
    """An example in a fence that nothing in it can close: a command line, or YAML."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    language = "sh" if text.startswith("hydra ") else "yaml"
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"
