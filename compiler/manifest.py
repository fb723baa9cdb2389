"""A rendered object, before it is text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from typing import Any

from compiler.source.document import Origin, Path

Body = dict[str, Any]

LONGEST_STEM = 240
"""Characters of a file's name before the ending; file systems have room for 255 bytes."""


class Manifest:
    """One Kubernetes object and where it comes from.

    `body` is the whole object, its maps in the order in which they are written. `logical` is the
    name without any digest: it names the file, and the object in findings and in reviews.
    """

    __slots__ = (
        "_file", "body", "data", "download", "kind", "logical", "name", "namespace", "naming", "notes", "origin", "places",
        "run", "said", "unit",
    )  # fmt: skip

    def __init__(
        self,
        body: Body,
        *,
        logical: str,
        unit: str,
        origin: Origin,
        places: Mapping[str, Origin] | None = None,
        data: str = "",
        run: str = "",
        download: int = 0,
        naming: Callable[[Body], str] | None = None,
    ) -> None:
        metadata = body["metadata"]
        self.body = body
        self.kind: str = body["kind"]
        self.name: str = metadata["name"]
        self.namespace: str | None = metadata.get("namespace")
        self.logical = logical
        self.unit = unit
        self.origin = origin
        self.places = places or {}
        """Where what findings are about was said: `size`, `class`, `secret`..."""
        self.data = data
        """Where the data lies on a claim's volume; empty for what is no claim."""
        self.run = run
        """Digest of the result that it makes, which it does not make twice; empty for what has none."""
        self.download = download
        """Bytes that it loads; 0 where that is not known."""
        self.naming = naming
        """Its name by its body, where that has a digest of the body; a patch makes it another one."""
        self.said: Callable[[Path], Origin | None] = _nowhere
        """Where a patch says a value of the body; None for what is as it was rendered."""
        self.notes: tuple[str, ...] = ()
        """What to add to findings about it."""
        self._file = ""

    def changed(self, body: Body) -> Manifest:
        """The same object with another body, which has the same kind, namespace and logical name."""
        new = copy(self)
        new.body, new.name = body, body["metadata"]["name"]
        return new

    def place(self, what: str) -> Origin:
        """Where a part of it was said; the entry, where that is not known."""
        return self.places.get(what, self.origin)

    def value(self, *path: str) -> Any:
        """A value of the body; None where the way to it is another one, as it can be in a document that is passed through."""
        found: Any = self.body
        for step in path:
            found = found.get(step) if isinstance(found, dict) else None
        return found

    @property
    def api_version(self) -> str:
        """Group and version, as in the object."""
        version: str = self.body["apiVersion"]
        return version

    @property
    def target(self) -> str:
        """How findings and `acknowledge` name the object: `Kind/namespace/logical-name`, `-` for no namespace."""
        return f"{self.kind}/{self.namespace or '-'}/{self.logical}"

    @property
    def directory(self) -> str:
        """Its directory below the cluster's: `<namespace>/<unit>`, or `_cluster/<unit>`."""
        return f"{self.namespace or '_cluster'}/{self.unit}"

    @property
    def group(self) -> str:
        """The group of its API; empty for the core's."""
        return self.api_version.partition("/")[0] if "/" in self.api_version else ""

    @property
    def file(self) -> str:
        """Its file below the cluster's directory. Never carries a digest: a new run is a modified file."""
        if not self._file:
            self._file = f"{self.directory}/{file_name(self.kind, self.logical)}"
        return self._file

    @property
    def distinct_file(self) -> str:
        """Its file where another group has the kind too, and an object of the same name."""
        kind = f"{self.kind}.{self.group}" if self.group else self.kind
        return f"{self.directory}/{file_name(kind, self.logical)}"


def _nowhere(path: Path) -> Origin | None:
    del path
    return None


def file_name(kind: str, logical: str) -> str:
    """The name of an object's file. One that file systems have no room for is cut, and gets a digest of the whole.

    >>> file_name("ConfigMap", "bot-tickets")
    'configmap-bot-tickets.yaml'
    """
    from compiler.emission.naming import object_name

    return object_name([kind.lower(), logical], limit=LONGEST_STEM) + ".yaml"
