"""Mappings that remember which keys a reader asked for: what nobody asked for, nobody reads."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, KeysView, Mapping, Sequence
from typing import Any


class Asked(dict[str, Any]):
    """A mapping whose mappings are such mappings too. Copies are the thing itself, so that they are remembered as well.

    Who takes all the keys of an inner mapping is trusted to check them; of the outermost one that proves nothing.
    """

    def __init__(self, content: Mapping[str, Any], outermost: bool = True) -> None:
        super().__init__({key: _asked(value) for key, value in content.items()})
        self._outermost = outermost
        self._asked: set[object] = set()

    def unasked(self) -> Iterator[Sequence[str]]:
        """Paths of the keys that were not asked for, in order. Keys with a leading `_` are comments."""
        for key, value in dict.items(self):
            if key not in self._asked:
                if not str(key).startswith("_"):
                    yield (str(key),)
            elif isinstance(value, Asked) and value._asked:
                yield from ((str(key), *rest) for rest in value.unasked())

    def get(self, key: str, default: Any = None) -> Any:
        """A value, or the default; the key counts as asked for."""
        self._asked.add(key)
        return super().get(key, default)

    def pop(self, key: str, *default: Any) -> Any:
        """A value, which is taken out; the key counts as asked for."""
        self._asked.add(key)
        return super().pop(key, *default)

    def keys(self) -> Any:
        """The keys; who goes through them asks for all, who looks for one asks for that one."""
        return KeysView(self)

    def items(self) -> Any:
        """The items; who goes through them asks for all keys."""
        return ItemsView(self)

    def copy(self) -> Asked:
        """The thing itself."""
        return self

    def __getitem__(self, key: str) -> Any:
        self._asked.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self._asked.add(key)
        return super().__contains__(key)

    def __iter__(self) -> Iterator[str]:
        if not self._outermost:
            self._asked.update(super().keys())
        return super().__iter__()

    def __copy__(self) -> Asked:
        return self

    def __deepcopy__(self, _: object) -> Asked:
        return self


def _asked(value: Any) -> Any:
    if isinstance(value, Mapping):
        return Asked(value, outermost=False)
    return [_asked(one) for one in value] if isinstance(value, list) else value
