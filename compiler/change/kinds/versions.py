"""Versions of operators, which rules are keyed by."""

from __future__ import annotations


def is_before(version: str | None, other: str) -> bool:
    """Whether an operator is older than a version. One that the cluster says nothing of is taken for the newest.

    >>> is_before("v1.3.2", "1.4"), is_before("1.4", "1.4.0"), is_before(None, "1.4")
    (True, False, False)
    """
    from packaging.version import Version

    return version is not None and Version(version) < Version(other)
