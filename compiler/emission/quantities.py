"""Kubernetes quantities: `1.5Gi`, `100m`, `2e3`. Exact, no floating point.

Source: apimachinery, `pkg/api/resource/quantity.go` (`ParseQuantity`, `CanonicalizeBytes`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

_QUANTITY = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>[0-9]*)(?:\.(?P<part>[0-9]*))?"
    r"(?:(?P<suffix>[KMGTPE]i|[numkMGTPE])|[eE](?P<exponent>[+-]?[0-9]{1,3}))?",
    re.ASCII,
).fullmatch

_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_DECIMAL_SUFFIX = {exponent: suffix for suffix, exponent in _DECIMAL.items()}
_BINARY = ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")

_NANO = 10**9
_LARGEST_BINARY = (2**63 - 1) * _NANO
_LONGEST = 100


_Form = Literal["binary", "decimal", "exponent"]


@lru_cache(maxsize=4096)
def quantity(text: str) -> str:
    """The canonical form: no fraction, the largest suffix that is exact, of the kind that the text has.

    This is what the API server stores and hands back. (Go keeps a few spellings that it takes for canonical, such as
    `1.234` or `+5`; written in the form below, they come back unchanged as well.)

    Raises: ValueError, where the text is not a quantity.

    >>> [quantity(text) for text in ("1000m", "0.1", "3072Mi", "1.5Gi", "2000Mi", "1e3")]
    ['1', '100m', '3Gi', '1536Mi', '2000Mi', '1e3']
    """
    nanos, form = _parse(text)
    if nanos == 0:
        return "0"
    sign = "-" if nanos < 0 else ""
    size = abs(nanos)
    if form == "binary" and size >= 1024 * _NANO and size % _NANO == 0:
        return sign + _binary(size // _NANO)
    return sign + _decimal(size, exponent_form=form == "exponent")


def quantity_bytes(text: str) -> int:
    """The value in whole units (bytes, for storage and memory), rounded away from zero as Kubernetes does.

    Raises: ValueError, where the text is not a quantity.

    >>> quantity_bytes("1.5Gi")
    1610612736
    """
    nanos, _ = _parse(text)
    return -(-nanos // _NANO) if nanos >= 0 else nanos // _NANO


def is_quantity(text: str) -> bool:
    """Whether Kubernetes takes the text for a quantity."""
    try:
        _parse(text)
    except ValueError:
        return False
    return True


def _parse(text: str) -> tuple[int, _Form]:
    """The value in billionths, which is as fine as Kubernetes keeps one, and the kind of suffix."""
    found = _QUANTITY(text)
    if found is None or len(text) > _LONGEST or not (found["whole"] or found["part"]):
        raise ValueError(f"not a Kubernetes quantity: {text!r}")
    part, suffix = found["part"] or "", found["suffix"] or ""
    digits = int(found["whole"] + part)
    sign = -1 if found["sign"] == "-" else 1
    if suffix in _BINARY[1:]:
        nanos = _scaled(digits << 10 * _BINARY.index(suffix), 9 - len(part))
        return sign * min(nanos, _LARGEST_BINARY), "binary"
    exponent = int(found["exponent"] or _DECIMAL[suffix])
    nanos = _scaled(digits, exponent + 9 - len(part))
    return sign * nanos, "exponent" if found["exponent"] else "decimal"


def _scaled(digits: int, exponent: int) -> int:
    """Digits times a power of ten. What is finer than a billionth counts as a whole one."""
    if exponent >= 0:
        return int(digits * 10**exponent)
    return int(-(-digits // 10**-exponent))


def _binary(size: int) -> str:
    power = 0
    while size % 1024 == 0 and power < len(_BINARY) - 1:
        size //= 1024
        power += 1
    return f"{size}{_BINARY[power]}"


def _decimal(nanos: int, *, exponent_form: bool) -> str:
    exponent = -9
    while nanos % 1000 == 0:
        nanos //= 1000
        exponent += 3
    if exponent_form or exponent not in _DECIMAL_SUFFIX:
        return f"{nanos}e{exponent}" if exponent else str(nanos)
    return f"{nanos}{_DECIMAL_SUFFIX[exponent]}"
