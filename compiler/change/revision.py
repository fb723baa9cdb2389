"""A revision of a repo, read from git's objects: no checkout, and the work tree stays as it is."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from compiler import git
from compiler.again.coupling import Said
from compiler.checking.baseline import output_of
from compiler.emission.paths import is_safe, is_text, parents
from compiler.layout import LIST_NAME, OUTPUT, SETTINGS
from compiler.source.reading import LARGEST_FILE
from compiler.spec.patterns import COMMIT

if TYPE_CHECKING:
    from subprocess import CompletedProcess

LINK = "120000"
_FILES = ("100644", "100755", LINK)
_SUBMODULE = "160000"
_READ = (".yaml", ".yml", ".json", ".lock")
"""Files of these endings may be specs, clusters, libraries, schemas, or the lock file."""


class RevisionError(Exception):
    """There is no such revision; the message says why, and completes "`REV` ..."."""


class _Entry(NamedTuple):
    """A file of a revision that was not read yet."""

    mode: str
    blob: str
    place: Path
    """The repo's root, or that of the submodule that has it."""


class Blob(NamedTuple):
    """A file of a revision."""

    mode: str
    content: bytes

    @property
    def text(self) -> str:
        """As text; what is not UTF-8 is replaced, since only words are looked for."""
        return self.content.decode(errors="replace")


Files = Mapping[str, Blob]
"""Files of a revision by their paths from the repo's root."""


def commit_of(root: Path, revision: str) -> str:
    """The commit that a revision names. Raises: RevisionError."""
    try:
        top = git.run(root, "rev-parse", "--show-toplevel")
        found = git.run(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    except git.GitError as error:
        raise RevisionError(f"cannot be read: {error}") from error
    if b"dubious ownership" in top.stderr:
        raise RevisionError("cannot be read: the repo is another user's, and `safe.directory` of git does not name it")
    if top.returncode != 0:
        raise RevisionError("cannot be read: the repo is not in a work tree of git")
    return _commit(found, "names no commit that is here")


def fork_of(root: Path, commit: str) -> str:
    """The commit at which HEAD's history left that of another one. Raises: RevisionError."""
    found = git.run(root, "merge-base", commit, "HEAD")
    return _commit(found, "has no commit in common with HEAD here")


def _commit(answer: CompletedProcess[bytes], otherwise: str) -> str:
    """The first commit of an answer of git."""
    first = answer.stdout.decode("ascii", "replace").partition("\n")[0]
    if answer.returncode != 0 or not re.match(COMMIT, first):
        raise RevisionError(otherwise)
    return first


def files_of(root: Path, commit: str) -> Files:
    """The files of a commit that a compile may read, below the repo's root. Of the output only its list.

    Files of other kinds are there where a spec says their name. Raises: RevisionError.
    """
    listed = _listed(root, commit)
    settings = _contents({SETTINGS: listed[SETTINGS]}) if SETTINGS in listed else {}
    output = output_of(settings[SETTINGS].text) if settings else OUTPUT
    here = {path: entry for path, entry in listed.items() if not path.startswith(f"{output}/")}
    plain = _contents({path: entry for path, entry in here.items() if _may_be_read(path)})
    said = Said("\n".join(one.text for one in plain.values()))
    others = {path: entry for path, entry in here.items() if path not in plain and said.says(path)}
    list_file = f"{output}/{LIST_NAME}"
    others |= {list_file: listed[list_file]} if list_file in listed else {}
    return {**plain, **_contents(others)}


def write(files: Files, directory: Path, wanted: Collection[str] | None = None) -> None:
    """Put files of a revision into an empty directory; `wanted` are those to put there. Raises: OSError."""
    for path in files if wanted is None else wanted:
        blob, target = files[path], directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if blob.mode == LINK and is_text(blob.text):
            target.symlink_to(blob.text)
        else:
            target.write_bytes(blob.content)


def _listed(root: Path, commit: str) -> dict[str, _Entry]:
    """Every file that is not too large, by its path from the root; also those of submodules that are checked out."""
    found = git.run(root, "ls-tree", "-r", "-z", "--long", commit)
    if found.returncode != 0:
        raise RevisionError("has files that are not here: the clone is a partial one, or damaged")
    listed: dict[str, _Entry] = {}
    for line in found.stdout.split(b"\0"):
        about, _, name = line.partition(b"\t")
        fields = about.decode().split()
        path = os.fsdecode(name)
        if len(fields) != 4 or not is_safe(path):
            continue
        mode, _, blob, size = fields
        if mode == _SUBMODULE:
            listed |= {f"{path}/{inner}": entry for inner, entry in _submodule(root / path, blob).items()}
        elif mode in _FILES and _fits(size):
            listed[path] = _Entry(mode, blob, root)
    links = {path for path, entry in listed.items() if entry.mode == LINK}
    if any(not links.isdisjoint(parents(path)) for path in listed if links):
        raise RevisionError("has files below a link, which git never writes")
    return listed


def _submodule(place: Path, commit: str) -> Mapping[str, _Entry]:
    """The files of a submodule; nothing where the work tree does not have it either."""
    if not (place / ".git").exists() or place.resolve() != place.parent.resolve() / place.name:
        return {}
    if git.run(place, "cat-file", "-e", f"{commit}^{{commit}}").returncode != 0:
        raise RevisionError(f"has the submodule `{place.name}` at a commit that is not here")
    return _listed(place, commit)


def _fits(size: str) -> bool:
    return size.isdigit() and int(size) <= LARGEST_FILE


def _may_be_read(path: str) -> bool:
    hidden = any(part.startswith(".") for part in path.split("/")[:-1])
    name = posixpath.basename(path)
    return not hidden and name.endswith(_READ) and (name == SETTINGS or not name.startswith("."))


def _contents(entries: Mapping[str, _Entry]) -> dict[str, Blob]:
    """The files' contents, all of a repo by one process of git."""
    found: dict[str, Blob] = {}
    for place in dict.fromkeys(entry.place for entry in entries.values()):
        here = {path: entry for path, entry in entries.items() if entry.place == place}
        asked = "".join(f"{entry.blob}\n" for entry in here.values()).encode()
        answer = git.run(place, "cat-file", "--batch", standard_input=asked)
        if answer.returncode != 0:
            raise RevisionError("cannot be read by `git cat-file`")
        for (path, entry), content in zip(here.items(), _split(answer.stdout), strict=False):
            found[path] = Blob(entry.mode, content)
    if len(found) != len(entries):
        raise RevisionError("has files that are not here: the clone is a partial one")
    return found


def _split(answer: bytes) -> Iterable[bytes]:
    """The contents in an answer of `git cat-file --batch`; ends where an object is missing."""
    place = 0
    while place < len(answer):
        end = answer.index(b"\n", place)
        header = answer[place:end].split()
        if len(header) != 3 or not header[2].isdigit():
            return
        size = int(header[2])
        yield answer[end + 1 : end + 1 + size]
        place = end + 1 + size + 1
