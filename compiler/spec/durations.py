"""Lengths of time in Kubernetes notation."""

from __future__ import annotations


def seconds(duration: str) -> int:
    """Seconds of a `Duration`.

    >>> seconds("1h30m")
    5400
    """
    total, digits = 0, ""
    for character in duration:
        if character.isdigit():
            digits += character
        else:
            total += int(digits) * {"h": 3600, "m": 60, "s": 1}[character]
            digits = ""
    return total
