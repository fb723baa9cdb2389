"""Questions of a comparison: JSON lines, read before anything is asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

MOST = 10_000
"""Questions of one comparison."""

MOST_TOLD = 5


def wrong_lines(text: str) -> list[str]:
    """What is wrong with the questions, by line; empty where they can be asked."""
    told = list(_wrong(text))
    if len(told) > MOST_TOLD:
        return [*told[:MOST_TOLD], f"{len(told) - MOST_TOLD} more lines are wrong."]
    return told


def _wrong(text: str) -> Iterator[str]:
    known: dict[str, int] = {}
    asked = 0
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        asked += 1
        try:
            question = json.loads(line)
        except (ValueError, RecursionError):
            yield f"Line {number} is no JSON."
            continue
        why = _unusable(question)
        if why:
            yield f"Line {number}: {why}."
        elif isinstance(question, dict) and question.get("id") is not None:
            name = str(question["id"])
            if name in known:
                yield f"Line {number} has the `id` of line {known[name]}."
            known.setdefault(name, number)
    if not asked:
        yield "There is no question."
    elif asked > MOST:
        yield f"There are {asked} questions, and {MOST} are the most."


def _unusable(question: Any) -> str:
    if isinstance(question, str):
        return "" if question.strip() else "the question is empty"
    if not isinstance(question, dict):
        return "it is neither text nor an object"
    prompt, messages = question.get("prompt"), question.get("messages")
    if (prompt is None) == (messages is None):
        return "it needs either `prompt` or `messages`"
    if prompt is not None:
        return "" if isinstance(prompt, str) and prompt.strip() else "`prompt` is no text"
    if not isinstance(messages, list) or not messages or not all(map(_message, messages)):
        return "`messages` is no list of objects with `role` and `content`"
    return ""


def _message(value: Any) -> bool:
    return (
        isinstance(value, dict) and isinstance(value.get("role"), str) and isinstance(value.get("content"), str | list)
    )
