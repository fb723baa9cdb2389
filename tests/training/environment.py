"""The environment and arguments of a container, as the kubelet works them out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

REFERENCE = re.compile(r"\$\$|\$\(([^)]*)\)")
LABEL = re.compile(r"metadata\.(?P<of>labels|annotations)\['(?P<key>[^']+)'\]")

Files = Mapping[str, Mapping[str, str]]
"""Contents of ConfigMaps by name and key."""


class PodFacts(NamedTuple):
    """What a pod's own fields say, as far as a container may ask for them."""

    name: str
    namespace: str
    address: str
    labels: Mapping[str, str]


def environment(
    entries: Iterable[Mapping[str, Any]], pod: PodFacts, files: Files, image: Mapping[str, str]
) -> dict[str, str]:
    """The variables of a container: those of its image, then its own, of which each may name earlier ones of its own."""
    own: dict[str, str] = {}
    for entry in entries:
        value = entry.get("value")
        own[entry["name"]] = _looked_up(entry["valueFrom"], pod, files) if value is None else expanded(value, own)
    return {**image, **own}


def expanded(text: str, known: Mapping[str, str]) -> str:
    """`$(NAME)` for a known name, `$$` for one dollar, all else as it stands.

    Source: kubernetes/third_party/forked/golang/expansion.

    >>> expanded("$(A) $$(A) $(B) $A", {"A": "1"})
    '1 $(A) $(B) $A'
    """

    def value(match: re.Match[str]) -> str:
        return "$" if match[1] is None else known.get(match[1], match[0])

    return REFERENCE.sub(value, text)


def argv(container: Mapping[str, Any], known: Mapping[str, str]) -> Sequence[str]:
    """The command line of a container. An image's own entry point is not known here."""
    return [expanded(word, known) for word in (*container["command"], *container.get("args", ()))]


def _looked_up(source: Mapping[str, Any], pod: PodFacts, files: Files) -> str:
    kind, where = next(iter(source.items()))
    if kind == "configMapKeyRef":
        return files[where["name"]][where["key"]]
    if kind == "fieldRef":
        return _field(where["fieldPath"], pod)
    raise NotImplementedError(f"`{kind}` of an environment")


def _field(path: str, pod: PodFacts) -> str:
    label = LABEL.fullmatch(path)
    if label and label["of"] == "labels":
        return pod.labels.get(label["key"], "")
    fields: Mapping[str, Callable[[], str]] = {
        "metadata.name": lambda: pod.name,
        "metadata.namespace": lambda: pod.namespace,
        "status.podIP": lambda: pod.address,
    }
    if path not in fields:
        raise NotImplementedError(f"the field `{path}` of a pod")
    return fields[path]()
