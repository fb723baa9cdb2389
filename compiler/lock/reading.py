"""The lock file of a repo, read: strictly, since it decides what is served."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from compiler.diagnostics import Diagnostic, Staged
from compiler.emission.lock_file import VERSION, Change, Lock
from compiler.layout import LOCK
from compiler.linking.promotion import Promotion, Promotions
from compiler.lock.pins import Pins

if TYPE_CHECKING:
    from compiler.repo import Repo
    from compiler.source.document import Document


class LockFile(NamedTuple):
    """What a repo's lock file says, and where."""

    lock: Lock = Lock()
    text: str | None = None
    """As it stands there; None where there is no file."""

    document: Document | None = None

    def on(self, cluster: str) -> Promotions:
        """The runs that are served on a cluster."""
        return self.lock.promotions.get(cluster, {})

    def change(self, after: Lock) -> Change:
        """What becomes of the file where it is to say something else."""
        return Change(self.text, after.text())

    def unused(self, after: Lock) -> Iterator[Diagnostic]:
        """Entries that are taken out."""
        from compiler.lock.problems import unused_entry

        for cluster, promotions in self.lock.promotions.items():
            for consumer, finetune in promotions:
                if self.document is not None and (consumer, finetune) not in after.promotions.get(cluster, {}):
                    at = self.document.at("promotions", cluster, consumer, finetune, key=True)
                    yield unused_entry(at, cluster, consumer, finetune)


def lock_of(repo: Repo) -> Staged[LockFile]:
    """The lock file; empty where there is none, and with findings where it has mistakes."""
    if not os.path.lexists(repo.root / LOCK):
        return Staged(LockFile())
    staged = repo.documents(LOCK)
    text = repo.text(LOCK)
    if staged.found or not staged.value:
        return Staged(LockFile(text=text), staged.found)
    document, *others = staged.value
    found = _mistakes(document)
    if others:
        from compiler.lock.problems import several_documents

        found = [*found, several_documents(others[0].at())]
    return Staged(LockFile(text=text) if found else LockFile(_lock(document.value), text, document), found)


def _mistakes(document: Document) -> list[Diagnostic]:
    from compiler.spec.documents import lock_of as checked

    version = document.value.get("version")
    if type(version) is int and version > VERSION:
        from compiler.lock.problems import newer_lock

        return [newer_lock(document.at("version"), version)]
    found = checked(document).found
    return [*found] if found else [*_adapters(document)]


def _adapters(document: Document) -> Iterator[Diagnostic]:
    """An adapter is served with its base, and nothing else is."""
    from compiler.spec.problems import missing_field, unknown_field

    for way, entry in _entries(document.value):
        if entry["result"] == "adapter" and not entry.get("base"):
            yield missing_field(document.at(*way, key=True), "base")
        elif entry["result"] != "adapter" and "base" in entry:
            yield unknown_field(document.at(*way, "base", key=True), "base", ("run", "result"))


def _lock(value: Mapping[str, Any]) -> Lock:
    promotions: dict[str, dict[tuple[str, str], Promotion]] = {}
    for (_, cluster, consumer, finetune), entry in _entries(value):
        promotions.setdefault(cluster, {})[consumer, finetune] = Promotion(finetune, **entry)
    return Lock(promotions, Pins(value.get("revisions", {}), value.get("images", {})))


def _entries(value: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str, str, str], Mapping[str, Any]]]:
    for cluster, consumers in value.get("promotions", {}).items():
        for consumer, finetunes in consumers.items():
            for finetune, entry in finetunes.items():
                yield ("promotions", cluster, consumer, finetune), entry
