"""Plain expressions of templates, without Jinja2: `name`, `not name`, `name or name`, `name and name`.

They are nearly all that entries use, and a run that needs nothing else never imports Jinja2.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from compiler.diagnostics import closest
from compiler.source.document import Path

Context = Mapping[str, Any]
Renderer = Callable[[Context], Any]

MISSING: Any = object()

_STEP = r"[A-Za-z][A-Za-z0-9_]*"
_NAME = rf"{_STEP}(?:\.{_STEP})*"
_PLAIN = re.compile(rf"[ \t]*(not[ \t]+)?({_NAME}(?:[ \t]+or[ \t]+{_NAME})*|{_NAME}(?:[ \t]+and[ \t]+{_NAME})*)[ \t]*")
_KEYWORDS = frozenset(
    {"true", "True", "false", "False", "none", "None", "not", "and", "or", "if", "else", "is", "in", "self"}
)


class TemplateFault(Exception):  # noqa: N818
    """A template that cannot be compiled or rendered: what is wrong, what to do, and where below its field."""

    def __init__(self, wrong: str, do: str, candidates: tuple[str, ...] = (), path: Path = ()) -> None:
        super().__init__(wrong)
        self.wrong = wrong
        self.do = do
        self.candidates = candidates
        self.path = path

    def below(self, *path: str | int) -> TemplateFault:
        """The same fault, seen from further up."""
        return TemplateFault(self.wrong, self.do, self.candidates, path + self.path)


def plain(expression: str) -> Renderer | None:
    """What evaluates a plain expression, as Jinja2 would; None where the expression is not plain."""
    found = _PLAIN.fullmatch(expression)
    if found is None:
        return None
    negated, chain = found.groups()
    words = chain.split()
    names = [word.split(".") for word in words[::2]]
    if any(name[0] in _KEYWORDS for name in names) or (negated and len(names) > 1):
        return None
    if negated:
        return lambda context: not _resolve(names[0], context)
    if len(names) == 1:
        return lambda context: _resolve(names[0], context)
    return _chain(names, stop_at=words[1] == "or")


def lookup(value: Any, name: str) -> Any:
    """A key of a mapping or an attribute of a value; MISSING where there is none, or where it is not for templates."""
    if type(value) is dict or isinstance(value, Mapping):
        return value.get(name, MISSING)
    if name.startswith("_"):
        return MISSING
    found = getattr(value, name, MISSING)
    return MISSING if callable(found) else found


def written(value: Any) -> str:
    """How a value stands in a text: itself, or a number in decimal.

    Raises: TypeError for anything else: how `true`, a list or nothing should be spelt is the entry's to say.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise TypeError(described(value))


def described(value: Any) -> str:
    """What a value is, for a sentence."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    return "text" if isinstance(value, str) else f"a {type(value).__name__}"


def not_text(name: str, what: str) -> TemplateFault:
    """A value that has no one way to be written."""
    return TemplateFault(
        f"`{name}` is {what}, which is neither text nor a number.",
        "Say how it is written: with a filter such as `tojson`, or with `if:` or `for:`.",
    )


def _chain(names: Sequence[list[str]], *, stop_at: bool) -> Renderer:
    """The first value that is as true as `stop_at`, else the last; names behind it are not looked up."""

    def evaluate(context: Context) -> Any:
        for name in names[:-1]:
            value = _resolve(name, context)
            if bool(value) is stop_at:
                return value
        return _resolve(names[-1], context)

    return evaluate


def _resolve(steps: Sequence[str], context: Context) -> Any:
    value: Any = context
    for position, step in enumerate(steps):
        found = lookup(value, step)
        if found is MISSING:
            raise _undefined(".".join(steps[: position + 1]), value)
        value = found
    return value


def _undefined(name: str, holder: Any) -> TemplateFault:
    known = sorted(str(key) for key in holder) if isinstance(holder, Mapping) else ()
    do = "Use a name that is: " + ", ".join(f"`{one}`" for one in known[:12]) + "." if known else "Drop it."
    return TemplateFault(f"`{name}` is not defined here.", do, closest(name.rpartition(".")[2], known))
