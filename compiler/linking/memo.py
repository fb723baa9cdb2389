"""What was worked out for one thing and other ones ask for as well."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class Memo:
    """Answers by what they are about. Each linked program has its own, so that nothing outlives it."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], Any] = {}

    def once(self, key: tuple[str, ...], make: Callable[[], T]) -> T:
        """The answer that was given first. `make` may ask for other ones, but not for its own."""
        if key not in self._known:
            self._known[key] = make()
        known: T = self._known[key]
        return known

    def has(self, key: tuple[str, ...]) -> bool:
        """Whether the answer is known already."""
        return key in self._known
