"""Storage compared with what was committed: a change that would be refused, or would lose data, is an error.

Kubernetes freezes a claim's spec but for its growing size, and a volume's source. Source: Kubernetes, "Persistent
Volumes"; validation of PersistentVolumeClaim and PersistentVolume updates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from compiler.checking import change_problems as problems
from compiler.diagnostics import Diagnostic, InFile
from compiler.emission.quantities import quantity_bytes
from compiler.emission.storage import Stored
from compiler.manifest import Manifest, file_name

_DEFAULT = "that is the cluster's default"


class Frozen(NamedTuple):
    """A field that cannot change."""

    what: str
    place: str
    value: Callable[[Stored], str]


FROZEN = (
    Frozen("class", "class", lambda one: _class(one.storage_class)),
    Frozen("access modes", "modes", lambda one: ", ".join(one.access_modes)),
    Frozen("volume mode", "modes", lambda one: one.volume_mode),
    Frozen("volume", "source", lambda one: one.volume_name),
    Frozen("volume source", "source", lambda one: one.source),
)


def check_changes(
    before: Iterable[Stored], now: Iterable[Stored], manifests: Mapping[str, Manifest],
    acknowledged: frozenset[str], output: str, *, renamed: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Diagnostic]:  # fmt: skip
    """What happens to a cluster's storage between two trees. `manifests` are by target, and so is what `moved` has to
    say of claims that look renamed."""
    after = {one.target: one for one in now}
    for old in before:
        if old.target in acknowledged:
            continue
        new = after.get(old.target)
        if new is None:
            yield problems.removed(
                InFile(f"{output}/{_file(old)}"), old.target, old.cluster, renamed.get(old.target, "")
            )
        else:
            on = (f"This is on cluster `{old.cluster}`.",)
            manifest = manifests[old.target]
            yield from (one._replace(notes=(*on, *manifest.notes)) for one in _changed(old, new, manifest))


def _changed(old: Stored, new: Stored, manifest: Manifest) -> Iterator[Diagnostic]:
    if _smaller(new.size, old.size):
        yield problems.shrunk(manifest.place("size"), old.target, old.size, new.size)
    elif old.size != new.size and new.storage_class == "" and old.target.startswith("PersistentVolumeClaim/"):
        yield problems.fixed_size(manifest.place("size"), old.target, old.size, new.size)
    for field in FROZEN:
        before, after = field.value(old), field.value(new)
        if before != after:
            at = manifest.place(field.place)
            if field.place == "source":
                yield problems.replaced(at, old.target, field.what)
            else:
                yield problems.frozen(at, old.target, field.what, _quoted(before), _quoted(after))
    if old.data != new.data and old.data and new.data:
        yield problems.moved(manifest.place("path"), old.target, old.data, new.data)


def _smaller(size: str, than: str) -> bool:
    try:
        return bool(size and than) and quantity_bytes(size) < quantity_bytes(than)
    except ValueError:
        return False


def _class(storage_class: str | None) -> str:
    if storage_class is None:
        return _DEFAULT
    return storage_class


def _quoted(value: str) -> str:
    return value if value == _DEFAULT else f"`{value}`" if value else "none"


def _file(old: Stored) -> str:
    kind, namespace, name = old.target.split("/", 2)
    directory = "_cluster" if namespace == "-" else namespace
    return f"{old.cluster}/{directory}/{old.unit}/{file_name(kind, name)}"
