"""Projects as people write them: sections in their order, short things on one line, comments above what they are about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from compiler.emission.yaml_scalars import comment, literal, scalar
from compiler.importing.base import SECTIONS, Entry
from compiler.source.document import Document
from compiler.spec.documents import API_VERSION

WIDTH = 100
"""Characters of a line that a mapping or list may fill before it is written over several."""

SHORT = 80
"""Characters of an entry of one or two values on one line."""


class Project(NamedTuple):
    """A Project to write."""

    name: str
    namespace: str
    labels: Mapping[str, str]
    clusters: Sequence[str]
    entries: Sequence[Entry]


def project_text(project: Project, comments: Mapping[Document, Sequence[str]]) -> str:
    """A Project as a YAML document, without a separator. A comment stands above the entry of its document.

    Raises: ValueError, for text that UTF-8 cannot write.
    """
    lines = [f"apiVersion: {API_VERSION}", "kind: Project", "metadata:"]
    lines += [f"  name: {scalar(project.name)}", f"  namespace: {scalar(project.namespace)}"]
    if project.labels:
        lines += _field("labels", dict(sorted(project.labels.items())), "  ")
    if project.clusters:
        lines += _field("clusters", [*project.clusters], "")
    # A job may bring along entries of what it mounts; its own comes last.
    main = {one.document: one for one in project.entries}
    for section in SECTIONS:
        entries = [one for one in project.entries if one.section == section]
        if entries:
            lines += ["", f"{section}:"]
        for entry in entries:
            if main[entry.document] is entry:
                lines += [f"  {comment(one)}" for one in comments.get(entry.document, ())]
            lines += _entry(entry)
    return "\n".join(lines) + "\n"


def _entry(entry: Entry) -> Iterator[str]:
    simple = len(entry.value) <= 2 and not any(isinstance(one, dict | list) for one in entry.value.values())
    line = f"  {scalar(entry.name)}: {_flow(entry.value)}"
    if simple and len(line) <= SHORT:
        yield line
        return
    yield f"  {scalar(entry.name)}:"
    for field, value in entry.value.items():
        yield from _field(field, value, "    ")


def _field(name: str, value: Any, pad: str) -> Iterator[str]:
    """A field, on one line where there is room for it."""
    nested = isinstance(value, dict | list) and bool(value)
    line = f"{pad}{scalar(name)}: {_flow(value) if isinstance(value, dict | list) else _plain(value, pad)}"
    if not nested or (len(line) <= WIDTH and not _has_lines(value)):
        yield line
        return
    yield f"{pad}{scalar(name)}:"
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _field(key, one, f"{pad}  ")
    else:
        yield from (
            f"{pad}  - {_flow(one) if isinstance(one, dict | list) else _plain(one, pad + '  ')}" for one in value
        )


def _has_lines(value: Any) -> bool:
    """Whether a text of several lines is in it, which reads badly between quotes."""
    if isinstance(value, dict | list):
        return any(map(_has_lines, value.values() if isinstance(value, dict) else value))
    return isinstance(value, str) and "\n" in value


def _plain(value: Any, pad: str) -> str:
    """A single value outside of brackets."""
    return literal(value, f"{pad}  ") if isinstance(value, str) and "\n" in value else _scalar(value)


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_in_flow(str(key))}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_flow, value))}]"
    return _in_flow(value) if isinstance(value, str) else _scalar(value)


def _in_flow(text: str) -> str:
    """A text within brackets, where a comma ends it."""
    shown = scalar(text)
    return shown if shown.startswith('"') or "," not in shown else f'"{shown}"'


def _scalar(value: Any) -> str:
    """A single value. Numbers as short as they read back the same.

    >>> [_scalar(one) for one in (2e-05, 3.0, 8, True, "0774")]
    ['2e-5', '3', '8', 'true', '"0774"']
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        shown = repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        head, mark, power = shown.partition("e")
        return f"{head}e{int(power)}" if mark else shown
    return scalar(value) if isinstance(value, str) else str(value)
