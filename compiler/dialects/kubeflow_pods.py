"""Looking into jobs of which nothing has been checked yet: what is not as it should be is as if it were not there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

CARDS = re.compile(r"(nvidia\.com/(gpu|mig-.+)|amd\.com/gpu|gpu\.intel\.com/(i915|xe)|huawei\.com/Ascend.+)")
"""Resources that are cards, as their vendors' device plugins call them."""


def mapping(value: Any, *path: str | int) -> Mapping[str, Any]:
    """The mapping at the end of a way; an empty one, where there is none."""
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def number(value: Any) -> int | None:
    """A whole number, also in quotes; None for anything else.

    >>> number("8"), number(8), number("auto"), number(True)
    (8, 8, None, None)
    """
    digits = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return int(digits) if re.fullmatch(r"[0-9]{1,9}", digits) else None


def roles(job: Mapping[str, Any], field: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Roles and what is said of their pods."""
    for role, spec in mapping(job, "spec", field).items():
        if isinstance(role, str) and isinstance(spec, dict):
            yield role, spec


def cards_of(spec: Mapping[str, Any]) -> int:
    """Cards of a pod of a role; 0, where it asks for none, or for an amount that is no whole number."""
    containers = mapping(spec, "template", "spec").get("containers")
    listed = [one for one in containers if isinstance(one, dict)] if isinstance(containers, list) else []
    return sum(_cards(one) for one in listed)


def _cards(container: Mapping[str, Any]) -> int:
    resources = mapping(container, "resources")
    # A limit alone is also the request.
    asked = {**mapping(resources, "requests"), **mapping(resources, "limits")}
    return sum(number(amount) or 0 for name, amount in asked.items() if CARDS.fullmatch(str(name)))


def entries(value: Any, *path: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The mappings of the list at the end of a way, each with its number."""
    listed = mapping(value, *path[:-1]).get(path[-1])
    for index, one in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(one, dict):
            yield index, one


def text(value: Any) -> str:
    """A text; empty for anything else."""
    return value if isinstance(value, str) else ""
