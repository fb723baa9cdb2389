"""Checking rendered objects against JSON Schemas: the shipped ones, and those that a repo brings.

Where both know a kind, both count. An imported CRD knows what the cluster's operator takes, ours
knows what the compiler should write.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from compiler.checking.catalogue import Broken, file_name, read_schema
from compiler.checking.compiling import Schema, compiled
from compiler.diagnostics import Diagnostic, Staged
from compiler.source.document import Path as ObjectPath
from compiler.source.encrypted import is_encrypted

if TYPE_CHECKING:
    from compiler.checking.explain import Failure
    from compiler.manifest import Manifest
    from compiler.source.document import Origin

_MADE = "Hydra makes this object: the value comes from the spec, the cluster, a library entry or a patch."


class Schemas:
    """The schemas of a run, each read and compiled when its kind is first met.

    `folders` hold the repo's own, as `hydra schema import` writes them; a folder that does not
    exist is empty. With a `root` they must lie in it, and findings name files from there on.
    `shipped` is the folder of ours; only tests have another one.
    """

    def __init__(self, folders: Iterable[Path] = (), *, root: Path | None = None, shipped: Path | None = None) -> None:
        if shipped is None:
            from compiler.data import data_root

            shipped = data_root() / "schemas" / "kubernetes"
        self._shipped = shipped
        self._folders = (shipped, *folders)
        self._root = root
        self._compiled: dict[tuple[str, str], tuple[Schema, ...]] = {}
        self._shared: dict[str, Any] = {}
        self.broken: list[Broken] = []
        """Files that were met and cannot be used."""

    def of(self, api_version: str, kind: str) -> tuple[Schema, ...]:
        """The schemas of a kind, ours first; none where nobody knows it."""
        found = self._compiled.get((api_version, kind))
        if found is None:
            found = self._compiled[api_version, kind] = tuple(self._load(api_version, kind))
        return found

    def failures(self, body: dict[str, Any]) -> list[Failure]:
        """What any schema of the object's kind finds wrong, each place once. Nothing where none knows the kind."""
        found: dict[tuple[str, ObjectPath, bool], Failure] = {}
        for schema in self.of(body["apiVersion"], body["kind"]):
            if not schema.is_valid(body):
                for one in schema.failures(body):
                    found.setdefault((one.code.id, one.path, one.key), one)
        return [*found.values()]

    def _load(self, api_version: str, kind: str) -> Iterator[Schema]:
        name = file_name(api_version, kind)
        if name is None:
            return
        for folder in self._folders:
            document = read_schema(folder, name)
            if document is None:
                continue
            schema = document if isinstance(document, Broken) else self._compile(folder, name, document)
            if isinstance(schema, Broken):
                self.broken.append(schema._replace(file=self._from_root(folder / name)))
            else:
                yield schema

    def _compile(self, folder: Path, name: str, document: Any) -> Schema | Broken:
        if folder == self._shipped:
            return compiled(document, name, self._shared_file)
        if self._root is not None and not folder.resolve().is_relative_to(self._root.resolve()):
            return Broken(name, "it lies outside of the repo")
        return compiled(document, name)

    def _from_root(self, file: Path) -> str:
        root = self._root
        if root is None or not file.is_relative_to(root):
            root = file.parents[1]
        return file.relative_to(root).as_posix()

    def _shared_file(self, path: str) -> Any:
        if path not in self._shared:
            self._shared[path] = read_schema(self._shipped, path)
        return self._shared[path]


class Checked(NamedTuple):
    """What a check covered. `unknown` counts objects without schema, by `apiVersion` and `kind`."""

    objects: int
    unknown: dict[tuple[str, str], int]


def check(manifests: Iterable[Manifest], schemas: Schemas) -> Staged[Checked]:
    """Hold every object against each schema that its kind has.

    The next stage may rely on it: without an error here, each object is one that the API server
    knows, or there is a warning that it could not be checked.
    """
    checked = 0
    found: list[Diagnostic] = []
    unknown: dict[tuple[str, str], list[Manifest]] = {}
    encrypted: Counter[tuple[str, str]] = Counter()
    for manifest in manifests:
        kinds = (manifest.api_version, manifest.kind)
        if is_encrypted(manifest.body):
            encrypted[(kinds[0], f"{kinds[1]} (encrypted)")] += 1
            continue
        known = schemas.of(*kinds)
        if not known:
            unknown.setdefault(kinds, []).append(manifest)
            continue
        checked += 1
        found.extend(refused(manifest, schemas))
    found.extend(_about_schemas(unknown, schemas))
    counts = {kinds: len(manifests) for kinds, manifests in unknown.items()} | encrypted
    return Staged(Checked(checked, {kinds: counts[kinds] for kinds in sorted(counts)}), found)


def refused(manifest: Manifest, schemas: Schemas) -> Iterable[Diagnostic]:
    """What is wrong with one object, by every schema that knows its kind."""
    if is_encrypted(manifest.body) or all(
        schema.is_valid(manifest.body) for schema in schemas.of(manifest.api_version, manifest.kind)
    ):
        return ()
    return _findings(manifest, schemas)


def _about_schemas(unknown: dict[tuple[str, str], list[Manifest]], schemas: Schemas) -> Iterator[Diagnostic]:
    from compiler.checking.problems import broken_schema, no_schema

    for (api_version, kind), manifests in sorted(unknown.items()):
        first = min(manifests, key=lambda one: (one.target, one.unit))
        yield no_schema(first.origin, api_version, kind, len(manifests))
    yield from map(broken_schema, schemas.broken)


def _findings(manifest: Manifest, schemas: Schemas) -> Iterator[Diagnostic]:
    from compiler.checking.wording import path_in_words

    verbatim = _is_verbatim(manifest)
    notes = () if verbatim else (*manifest.notes, _MADE)
    for one in schemas.failures(manifest.body):
        yield Diagnostic(
            one.code,
            manifest.origin.document.at(*_place(one), key=one.key) if verbatim else _said(manifest, one),
            wrong=f"`{path_in_words(one.path)}` of `{manifest.target}` {one.wrong}",
            do=one.do,
            candidates=one.candidates,
            notes=notes,
            about=manifest.origin,
            # Also a misspelt `stringData` has values on its lines.
            secret=manifest.kind == "Secret",
        )


def _said(manifest: Manifest, failure: Failure) -> Origin:
    """The place in a patch that says the value; else the entry."""
    said = manifest.said(failure.path)
    return manifest.origin if said is None else said._replace(key=failure.key)


def _is_verbatim(manifest: Manifest) -> bool:
    """Whether the object is a document that was passed through, so that its paths are the document's."""
    document = manifest.origin.document
    return not manifest.origin.path and (document.api_version, document.kind) == (manifest.api_version, manifest.kind)


def _place(failure: Failure) -> tuple[str | int, ...]:
    """A missing field is shown at the mapping that lacks it."""
    from compiler.checking.problems import MISSING_FIELD

    return failure.path[:-1] if failure.code is MISSING_FIELD else failure.path
