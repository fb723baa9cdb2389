"""Containers of the library's own loaders, with the volume on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compiler.library.library import open_library
from compiler.library.templates import render, render_values
from compiler.sources.base import Source
from compiler.sources.reading import read_source
from compiler.sources.written import Written
from tests.unit.lowering.local import NOWHERE, Local, plan_of


def source_of(kind: str, uri: str, options: Mapping[str, str] | None = None, *, verbatim: bool = True) -> Source:
    """A source that has no mistakes."""
    read = read_source(Written(uri, NOWHERE, kind, options or {}, NOWHERE, verbatim=verbatim))
    assert read.value is not None, read.found
    return read.value


def loader_container(
    local: Local, source: Source, *, in_place: bool = False, anonymous: bool = False, **offline: str
) -> dict[str, Any]:
    """The container that loads a source."""
    entry = open_library(None).find("loader", str(source.loader)).value
    plan = plan_of(local, [], in_place=in_place)
    context = {
        "source": source.fields,
        "endpoint": source.fields.get("endpoint") or offline.get(entry.mirror or "", ""),
        "offline": {name: offline.get(name, "") for name in ("huggingface", "modelscope", "pip", "conda", "git")},
        "root": plan.root,
        "target": plan.target,
        "mount": {"uid": 1000, "gid": 1000, "path": "/"},
        "inPlace": in_place,
        "anonymous": anonymous,
    }
    environment = render_values(entry.environment, context)
    return local.container(plan._replace(arguments=render(entry.arguments, context), environment=environment))
