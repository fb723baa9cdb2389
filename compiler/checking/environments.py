"""Variables in documents that are passed through, as policy looks at them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from compiler.linking.workload import Variables
from compiler.source.document import Document, Path
from compiler.source.encrypted import is_encrypted

_LIST = "env"
"""The field of containers with their variables, wherever an operator's kind has containers."""

_TEXTS = ("runtimeEnvYAML", "serveConfigV2")
"""Fields of `spec` whose text is YAML with variables."""

_MAPPING = "env_vars"
"""What those call their variables."""


def environments(document: Document) -> Iterator[Variables]:
    """The variables of every container of a document, and of what Ray runs."""
    spec = document.value.get("spec")
    if not isinstance(spec, dict) or is_encrypted(document.value):
        return
    for path, listed in below(spec, _LIST, ("spec",)):
        if isinstance(listed, list):
            named = {one["name"]: one["value"] for one in listed if isinstance(one, dict) and _is_text(one)}
            yield Variables(named, document.at(*path))
    for field in _TEXTS:
        if isinstance(spec.get(field), str) and _MAPPING in spec[field]:
            yield from _in_text(document, field, spec[field])


def _in_text(document: Document, field: str, text: str) -> Iterator[Variables]:
    from compiler.dialects.rayoperator.texts import loaded

    read = loaded(text, document.at("spec", field))
    for _, mapping in below(read if isinstance(read, str) else read.value, _MAPPING, ()):
        if isinstance(mapping, dict):
            texts = {str(name): value for name, value in mapping.items() if isinstance(value, str)}
            yield Variables(texts, document.at("spec", field))


def below(value: Any, field: str, path: Path) -> Iterator[tuple[Path, Any]]:
    """The values under a name at any depth, each with the way to the mapping that has it; `path` is the way to `value`."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == field:
                yield path, inner
            yield from below(inner, field, (*path, str(key)))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from below(inner, field, (*path, index))


def _is_text(variable: dict[str, Any]) -> bool:
    return isinstance(variable.get("name"), str) and isinstance(variable.get("value"), str)
