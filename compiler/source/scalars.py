"""Types of plain scalars: the core schema of YAML 1.2, less what a YAML 1.1 reader types otherwise.

Sources: YAML 1.2.2, section 10.3.2 (core schema); yaml.org/type/bool.html, int.html, float.html,
merge.html and value.html (YAML 1.1). Go's readers, and with them Kubernetes, mix the two.
Dates and `12:30` are text, as in 1.2: whoever reads them as something else still shows that text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from itertools import product
from math import isinf
from typing import Any


class Refused(Enum):
    """Why a plain scalar is not taken."""

    WORD = "a boolean for YAML 1.1, text for YAML 1.2"
    NUMBER = "one number for YAML 1.1, another or text for YAML 1.2"
    UNBOUNDED = "not a number that JSON can hold"
    INDICATOR = "`<<` and `=` mean something in YAML 1.1"
    TAG = "the tag is not one of the core schema"
    MISFIT = "the text is not what its tag says"


MERGE = "<<"
SMALLEST, LARGEST = -(2**63), 2**64 - 1
"""Integers that every reader keeps exactly; beyond them Go's fall back to floating point."""

CORE = "tag:yaml.org,2002:"

_TYPES: dict[str, tuple[type, ...]] = {
    "int": (int,),
    "float": (float, int),
    "bool": (bool,),
    "null": (type(None),),
}

_LONGEST_EXACT = 25

_LAST_OF_A_NUMBER = frozenset("0123456789._abcdefABCDEF")
_FIRST_OF_A_NUMBER = frozenset("+-.0123456789")

_NUMBER = re.compile(
    r"(?P<decimal>[-+]?(?:0|[1-9][0-9]*))"
    r"|(?P<disputed>[-+]?0[0-9]+|[-+]?0(?:[oO][0-7]+|[bB][01]+|X[0-9a-fA-F]+)|[-+]0x[0-9a-fA-F]+)"
    r"|(?P<floating>[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)"
    r"|(?P<hexadecimal>0x[0-9a-fA-F]+)"
)


def _every_case(word: str) -> list[str]:
    return ["".join(letters) for letters in product(*zip(word, word.upper(), strict=True))]


_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **{form: Refused.WORD for word in ("y", "n", "yes", "no", "on", "off") for form in _every_case(word)},
    **{f"{sign}{word}": Refused.UNBOUNDED for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF")},
    **dict.fromkeys((".nan", ".NaN", ".NAN"), Refused.UNBOUNDED),
    **dict.fromkeys((MERGE, "="), Refused.INDICATOR),
}


def typed(text: str) -> Any:
    """The value of a plain scalar: str, int, float, bool or None, or why it is `Refused`.

    >>> typed("1e-4"), typed("50Gi"), typed("~"), typed("2024-01-01")
    (0.0001, '50Gi', None, '2024-01-01')
    >>> typed("off").name, typed("0774").name
    ('WORD', 'NUMBER')
    """
    value = _WORDS.get(text, text)
    # Most scalars are names: one look-up and one character tell that they are text.
    if value is text and text[0] in _FIRST_OF_A_NUMBER and text[-1] in _LAST_OF_A_NUMBER:
        return _number_or_text(text)
    return value


def tagged(tag: str, text: str) -> Any:
    """The value of a scalar with a tag, or why it is `Refused`. The tag counts, not the quotes.

    >>> tagged("tag:yaml.org,2002:str", "off"), tagged("tag:yaml.org,2002:float", "1")
    ('off', 1.0)
    """
    kind = tag.removeprefix(CORE)
    if tag == "!" or (kind == "str" and kind != tag):
        return text
    if kind == tag or kind not in _TYPES:
        return Refused.TAG
    value = typed(text)
    if isinstance(value, Refused):
        return value
    if type(value) not in _TYPES[kind]:
        return Refused.MISFIT
    return float(value) if kind == "float" else value


def _number_or_text(text: str) -> Any:
    found = _NUMBER.fullmatch(text)
    if found is not None:
        return _NUMBERS[found.lastgroup or ""](text)
    # YAML 1.1 and Go skip underscores inside of numbers.
    is_grouped = "_" in text and _NUMBER.fullmatch(text.replace("_", "")) is not None
    return Refused.NUMBER if is_grouped else text


def _bounded(text: str, base: int = 10) -> int | Refused:
    # Python refuses to convert thousands of digits; the length tells first.
    if len(text) > _LONGEST_EXACT:
        return Refused.UNBOUNDED
    number = int(text, base)
    return number if SMALLEST <= number <= LARGEST else Refused.UNBOUNDED


def _finite(text: str) -> float | Refused:
    number = float(text)
    return Refused.UNBOUNDED if isinf(number) else number


_NUMBERS: dict[str, Callable[[str], Any]] = {
    "decimal": _bounded,
    "disputed": lambda _: Refused.NUMBER,
    "floating": _finite,
    "hexadecimal": lambda text: _bounded(text, 16),
}
