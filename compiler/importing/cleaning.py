"""Documents as they were meant, without what the API server, controllers and kubectl wrote into them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compiler.linking.labels import LAST_APPLIED
from compiler.source.document import Document, Path
from compiler.source.document import Document as Read

OF_THE_SERVER = frozenset({
    "creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "finalizers", "generation", "managedFields",
    "ownerReferences", "resourceVersion", "selfLink", "uid",
})  # fmt: skip
"""Fields of `metadata` that no person writes. Source: Kubernetes, API reference, ObjectMeta."""


class Item(Document):
    """A document that is, or was, a part of another one: its places are below a way into that."""

    __slots__ = ("way",)

    def __init__(self, whole: Read, value: Mapping[str, Any], way: Path = ()) -> None:
        super().__init__(whole.file, whole.index, value)
        self.way = way

    def locate(self, path: Path, key: bool = False) -> Any:
        """Line and column of a value in the file that was read."""
        return super().locate((*self.way, *path), key)


def items_of(document: Document) -> list[Item]:
    """The objects of a list, such as `kubectl get -o yaml` prints; of any other document, itself."""
    items = document.value.get("items")
    if not (document.kind.endswith("List") and isinstance(items, list)):
        return [Item(document, document.value)]
    kind = document.kind.removesuffix("List")
    given = {"apiVersion": document.api_version, "kind": kind} if kind else {}
    return [
        Item(document, {**given, **one} if isinstance(one, dict) else {"item": one}, ("items", number))
        for number, one in enumerate(items)
    ]


def cleaned(item: Item) -> tuple[Item, tuple[str, ...]]:
    """The object as somebody wrote it, and the fields that were left out."""
    value = dict(item.value)
    gone = ["status"] if value.pop("status", None) is not None else []
    metadata = value.get("metadata")
    if isinstance(metadata, dict):
        gone += [field for field in metadata if field in OF_THE_SERVER and metadata[field] is not None]
        kept = {field: one for field, one in metadata.items() if field not in OF_THE_SERVER}
        notes = kept.get("annotations")
        if isinstance(notes, dict) and LAST_APPLIED in notes:
            gone.append(LAST_APPLIED)
            kept["annotations"] = {name: one for name, one in notes.items() if name != LAST_APPLIED}
            if not kept["annotations"]:
                del kept["annotations"]
        value["metadata"] = kept
    return Item(item, value, item.way), tuple(gone)


def owner_of(value: Mapping[str, Any]) -> str | None:
    """Who made an object, as `Kind/name`: its controller; None, where nobody says so."""
    metadata = value.get("metadata")
    owners = metadata.get("ownerReferences") if isinstance(metadata, dict) else None
    for owner in owners if isinstance(owners, list) else ():
        if isinstance(owner, dict) and owner.get("controller") is True:
            return f"{owner.get('kind')}/{owner.get('name')}"
    return None


def has_values(document: Document) -> bool:
    """Whether a document is a Secret with values in it."""
    from compiler.checking.rules.hyd402_plain_secret import plain_values

    return document.kind == "Secret" and any(True for _ in plain_values(document))
