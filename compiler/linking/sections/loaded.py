"""What the sections of loaded data have in common."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, NamedTuple

from compiler.diagnostics import Diagnostic, Staged
from compiler.emission.naming import object_name
from compiler.linking.artifact import Artifact, Mounted, Names, Share, Wanted
from compiler.linking.repo_files import Refusal, read_beside
from compiler.linking.scope import Scope
from compiler.source.document import Origin
from compiler.sources import problems
from compiler.sources.base import Source
from compiler.sources.reading import read_source
from compiler.sources.written import Written

if TYPE_CHECKING:
    from compiler.spec.storage import Loaded, LongSource

FILE_LIMIT = 900 * 1024
"""Bytes of a file that travels in a ConfigMap, which holds one MiB with everything around it."""

_LOCAL = re.compile(r"\.{1,2}/")


class Read(NamedTuple):
    """A source, as it is written and as it was read."""

    written: Written
    source: Source


def written_of(source: str | LongSource, at: Origin) -> Written:
    """The source that an entry gives, as it is written."""
    if isinstance(source, str):
        return Written(source, at)
    return Written(source.uri, at.child("uri"), source.type, source.options, at.child("options"))


def source_of(scope: Scope, written: Written) -> Staged[Source | None]:
    """The source that an entry gives: a URI, or a file of the repo."""
    if written.type is None and _LOCAL.match(written.uri):
        return _file(scope, written.uri, written.at)
    return read_source(written)


def artifact_of(scope: Scope, section: str, entry: str, loaded: Loaded, read: Read) -> Artifact:
    """The artifact of a project's entry."""
    metadata = scope.project.metadata
    component = section.removesuffix("s")
    stem, claim = object_name([metadata.name, entry]), scope.stored_as(entry)
    volume = loaded.volume
    return Artifact(
        key=(metadata.name, entry),
        of=f"{metadata.name}/{section}/{entry}",
        component=component,
        unit=metadata.name,
        namespace=metadata.namespace,
        origin=scope.at(section, entry, key=True),
        names=Names(
            claim=claim,
            volume=object_name([metadata.namespace, claim]),
            clone=object_name([metadata.namespace, claim]),
            clone_hash="",
            job=f"{stem}-preload",
            files=stem,
        ),
        labels=scope.labels(component),
        source=read.source,
        source_at=read.written.at,
        written=read.written,
        secret=loaded.secret,
        secret_at=scope.at(section, entry, "secret"),
        mount=mounted(loaded.mount.path, loaded.mount.mode, loaded.mount.uid, loaded.mount.gid),
        round=loaded.round,
        share=_share(loaded, scope.at(section, entry, "share")),
        wanted=Wanted(
            volume.size, volume.class_, tuple(volume.access_modes) if volume.access_modes is not None else None
        ),
    )


def mounted(path: str, mode: str, uid: int, gid: int) -> Mounted:
    """A mount with a clean absolute path."""
    return Mounted(posixpath.normpath("/" + path.strip("/")), mode, uid, gid)


def check_path(path: str, at: Origin) -> list[Diagnostic]:
    """A directory on a volume that leads out of it."""
    from compiler.spec.problems import bad_value

    if ".." in path.split("/"):
        return [bad_value(at, f"`{path}` leads out of the volume.", "Remove `..`.")]
    if not path.strip() or re.search(r"[\x00-\x1f\x7f]", path):
        return [bad_value(at, "This is not a directory.", "Write `/` or a path below it.")]
    return []


def _share(loaded: Loaded, at: Origin) -> Share | None:
    if loaded.share is True:
        return Share(None, at)
    if loaded.share is False:
        return None
    return Share(loaded.share.namespaces.model_dump(by_alias=True), at.child("namespaces"))


class RepoText(NamedTuple):
    """A text file of the repo."""

    name: str
    """Without its directory."""

    text: str


def repo_text(scope: Scope, written: str, at: Origin) -> Staged[RepoText | None]:
    """A file of the repo, beside the spec or below it, which fits into a ConfigMap."""
    read = read_beside(scope, written)
    if isinstance(read, Refusal):
        return Staged(None, [problems.bad_file(at, read.wrong, read.do)])
    text, name = read.text, read.path.rpartition("/")[2]
    if len(text.encode()) > FILE_LIMIT:
        do = "Put it into a bucket, a repository or onto a volume, and name that as the source."
        return Staged(None, [problems.bad_file(at, f"`{written}` is larger than {FILE_LIMIT // 1024} KiB.", do)])
    return Staged(RepoText(name, text))


def _file(scope: Scope, written: str, at: Origin) -> Staged[Source | None]:
    """A file of the repo as a source."""
    from compiler.emission.digests import run_digest

    read = repo_text(scope, written, at)
    if read.value is None:
        return Staged(None, read.found)
    name, text = read.value
    if not re.fullmatch(r"[-._A-Za-z0-9]+", name):
        do = "Rename it: letters, digits, `-`, `_` and `.`."
        return Staged(None, [problems.bad_file(at, f"`{name}` is no key of a ConfigMap.", do)])
    source = read_source(Written(f"file:///{name}", at, "FILE")).value
    if source is None:
        return Staged(None)
    content = {"file": name, "text": run_digest({"text": text})}
    return Staged(source._replace(uri=written, files={name: text}, content=content))
