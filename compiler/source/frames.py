"""Lists and mappings while they are being read: each takes one finished value after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from yaml.events import NodeEvent


class Reporter(Protocol):
    """What a frame asks of the construction it belongs to."""

    def odd_key(self, value: Any, event: NodeEvent, first: NodeEvent | None) -> str:
        """Report a key that is given again (`first` is the first one) or is no text; a stand-in for it."""
        ...

    def merge_operand(self, value: Any, event: NodeEvent) -> list[dict[str, Any]]:
        """The mappings that a merge key takes over; leaves the frame of the operand."""
        ...


class Frame:
    """The top of a document: it holds one value. Base of the others."""

    __slots__ = ("event", "value", "weight")

    def __init__(self, event: Any, weight: int = 0) -> None:
        self.event = event
        self.value: Any = None
        self.weight = weight

    @property
    def expects_key(self) -> bool:
        """Whether the next value is a key."""
        return False

    def add(self, value: Any, event: NodeEvent) -> None:
        """Take a finished value, and the event that it began with."""
        self.value = value
        self.event = event

    def finish(self) -> Any:
        """The value, complete."""
        return self.value


class ListFrame(Frame):
    """A list that is still open."""

    __slots__ = ()

    def __init__(self, event: NodeEvent, weight: int) -> None:
        self.event = event
        self.weight = weight
        self.value: list[Any] = []

    def add(self, value: Any, event: NodeEvent) -> None:  # noqa: ARG002
        """Take the next item."""
        self.value.append(value)


class MapFrame(Frame):
    """A mapping that is still open: it takes a key, its value, the next key, ..."""

    __slots__ = ("key", "keys", "merged", "reporter")

    def __init__(self, event: NodeEvent, weight: int, reporter: Reporter) -> None:
        self.event = event
        self.weight = weight
        self.value: dict[str, Any] = {}
        self.key: str | None = None
        self.keys: dict[str, NodeEvent] = {}
        self.merged: list[dict[str, Any]] | None = None
        self.reporter = reporter

    @property
    def expects_key(self) -> bool:
        """Whether the next value is a key."""
        return self.key is None

    def add(self, value: Any, event: NodeEvent) -> None:
        """Take a key, or the value of the key before."""
        key = self.key
        if key is not None:
            self.value[key] = value
            self.key = None
            return
        if value.__class__ is not str or value in self.keys:
            value = self.reporter.odd_key(value, event, self.keys.get(value) if value.__class__ is str else None)
        self.keys[value] = event
        self.key = value

    def finish(self) -> dict[str, Any]:
        """The mapping; its own keys win over merged ones, earlier merged ones over later ones."""
        if self.merged is None:
            return self.value
        whole: dict[str, Any] = {}
        for one in reversed(self.merged):
            whole.update(one)
        whole.update(self.value)
        return whole


class OperandFrame(Frame):
    """The place behind a merge key: it takes one value for the mapping around it."""

    __slots__ = ("mapping",)

    def __init__(self, event: NodeEvent, mapping: MapFrame) -> None:
        super().__init__(event)
        self.mapping = mapping

    def add(self, value: Any, event: NodeEvent) -> None:
        """Take what is merged."""
        mapping = self.mapping
        mapping.merged = mapping.reporter.merge_operand(value, event)
