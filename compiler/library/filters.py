"""What templates can do with a value, and what it costs.

A rendering has a budget, which the filters and the turns of loops spend from: a hostile template ends quickly.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from functools import wraps
from typing import Any, TypeVar

from jinja2 import Undefined
from jinja2.filters import FILTERS

from compiler.library.plain import TemplateFault, written

T = TypeVar("T")

MOST_WORK = 8 << 20
"""What one rendering may spend: a character that a filter reads costs 1, a turn of a loop 64."""

_TAKEN_OVER = (
    "abs", "dictsort", "first", "float", "int", "items", "last", "length", "list", "lower", "max", "min", "round",
    "sort", "string", "trim", "unique", "upper",
)  # fmt: skip

_work_left: ContextVar[int] = ContextVar("_work_left", default=MOST_WORK)


def budgeted(run: Callable[[], T]) -> T:
    """Run with a full budget.

    Raises: TemplateFault, where it is spent before the end.
    """
    token = _work_left.set(MOST_WORK)
    try:
        return run()
    finally:
        _work_left.reset(token)


def available() -> dict[str, Callable[..., Any]]:
    """The filters by name; `_counted` is what every loop goes through."""
    own = {"_counted": counted, "default": FILTERS["default"], "join": _join, "replace": _replace, "tojson": _tojson}
    return {name: _spending(FILTERS[name]) for name in _TAKEN_OVER} | own


def defined(value: Any) -> Any:
    """The value itself.

    Raises: jinja2.UndefinedError, where it is a name that is not there.
    """
    if isinstance(value, Undefined):
        str(value)
    return value


def _spend(work: int) -> None:
    left = _work_left.get() - work
    if left < 0:
        raise TemplateFault("The template takes too much work.", "Do less in loops; give the compiler the result.")
    _work_left.set(left)


def _spending(function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter of Jinja2 that pays for the length of what it reads."""
    position = 1 if hasattr(function, "jinja_pass_arg") else 0

    @wraps(function)
    def spending(*arguments: Any, **options: Any) -> Any:
        value = defined(arguments[position])
        _spend(len(value) if isinstance(value, str | list | tuple | Mapping) else 1)
        return function(*arguments, **options)

    return spending


def counted(value: Any) -> Iterator[Any]:
    """What a loop goes over, paid for turn by turn. Nothing at all (null) counts as an empty list."""
    if not isinstance(defined(value), list | tuple | Mapping | Iterator | type({}.items()) | None):
        raise TemplateFault(f"A loop goes over a list, not over {type(value).__name__}.", "Name a list.")
    for item in value or ():
        _spend(64)
        yield item


def _join(value: Any, separator: str = "") -> str:
    texts = [written(item) for item in counted(value)]
    _spend(sum(map(len, texts)) + len(separator) * len(texts))
    return separator.join(texts)


def _replace(value: str, old: str, new: str) -> str:
    if not old:
        raise TemplateFault("`replace` has nothing to look for.", "Give it a text that is not empty.")
    _spend(len(value) + value.count(old) * len(new))
    return value.replace(old, new)


def _tojson(value: Any) -> str:
    text = json.dumps(defined(value), ensure_ascii=False, sort_keys=True)
    _spend(len(text))
    return text
