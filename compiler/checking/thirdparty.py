"""Reading files that others wrote for Kubernetes: YAML as `kubectl` reads it, of any size that CRDs have.

Not the reader of specs: that one refuses what YAML 1.1 and 1.2 read differently, stops at
4 MiB and keeps positions. CRDs are written for a YAML 1.1 reader, their bundles have tens of
megabytes, and nobody edits them. The values are built from libyaml's events, which is faster than
PyYAML's loader and, unlike it, does not crash on deep nesting.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

MAX_BYTES = 64 * 1024 * 1024
MAX_DEPTH = 200
"""Containers in containers. The deepest CRD of a real operator has about 80."""

_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("bool", "float", "int", "null"))
"""Types that JSON has. Whatever else YAML can mean (dates, bytes, `<<`) is text here."""

_NO_KEY: Any = object()


class Unreadable(ValueError):  # noqa: N818
    """A file that is no YAML, or such YAML as nobody needs for a CRD. The text says why."""


def documents_of(file: Path) -> list[Any]:
    """The plain values of a file's documents, empty ones left out.

    Raises: Unreadable, and OSError as the system does.
    """
    size = file.stat().st_size
    if size > MAX_BYTES:
        raise Unreadable(f"it has {size} bytes, and {MAX_BYTES} are the most")
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"it is not UTF-8 at byte {error.start}") from error
    found = [_json(text)] if file.suffix == ".json" else _yaml(text)
    return [document for document in found if document is not None]


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError as error:
        raise Unreadable("it is nested too deeply") from error
    except ValueError as error:
        raise Unreadable(f"it is no JSON ({error})") from error


def _yaml(text: str) -> list[Any]:
    import yaml

    builder = _Builder()
    try:
        for event in yaml.parse(text, yaml.CSafeLoader):
            builder.take(event)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark else ""
        raise Unreadable(
            f"it is no YAML{where} ({getattr(error, 'problem', None) or 'a character that YAML lacks'})"
        ) from error
    return builder.documents


class _Builder:
    """Values from the events of a YAML parser."""

    def __init__(self) -> None:
        import yaml

        self.documents: list[Any] = []
        self._open: list[dict[str, Any] | list[Any]] = []
        self._keys: list[Any] = []
        self._typed: dict[str, Any] = {}
        self._loader: Any = yaml.SafeLoader("")
        self._events = yaml.events
        self._node = yaml.ScalarNode

    def take(self, event: Any) -> None:
        """Add one event. Raises: Unreadable, yaml.YAMLError."""
        events = self._events
        if isinstance(event, events.ScalarEvent):
            self._put(self._scalar(event))
        elif isinstance(event, events.CollectionStartEvent):
            if len(self._open) >= MAX_DEPTH:
                raise Unreadable(f"it is nested more than {MAX_DEPTH} deep")
            self._open.append({} if isinstance(event, events.MappingStartEvent) else [])
            self._keys.append(_NO_KEY)
        elif isinstance(event, events.CollectionEndEvent):
            self._keys.pop()
            self._put(self._open.pop())
        elif isinstance(event, events.AliasEvent):
            raise Unreadable("it has aliases, which no CRD needs")

    def _put(self, value: Any) -> None:
        if not self._open:
            self.documents.append(value)
            return
        holder = self._open[-1]
        if isinstance(holder, list):
            holder.append(value)
        elif self._keys[-1] is _NO_KEY:
            if isinstance(value, dict | list):
                raise Unreadable("it has a key that is a mapping or a list, as templates have")
            self._keys[-1] = value if isinstance(value, str) else json.dumps(value)
        else:
            holder[self._keys[-1]] = value
            self._keys[-1] = _NO_KEY

    def _scalar(self, event: Any) -> Any:
        text: str = event.value
        if event.tag in _TAGS:
            return self._of_type(event.tag, text)
        if not event.implicit[0]:
            return text
        if text not in self._typed:
            self._typed[text] = self._of_type(self._loader.resolve(self._node, text, (True, False)), text)
        return self._typed[text]

    def _of_type(self, tag: str, text: str) -> Any:
        try:
            return self._loader.construct_object(self._node(tag, text)) if tag in _TAGS else text
        except ValueError:
            return text
