"""A revision of a repo, read from git's objects: no checkout, and the work tree stays as it is."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from compiler import git
from compiler.checking.baseline import output_of
from compiler.coupling import Said
from compiler.emission.paths import is_safe
from compiler.layout import LIST_NAME, OUTPUT, SETTINGS
from compiler.source.reading import LARGEST_FILE

_LINK = "120000"
_FILES = ("100644", "100755", _LINK)
_READ = (".yaml", ".yml", ".json", ".lock")
"""Files of these endings may be specs, clusters, libraries, schemas, or the lock file."""


class RevisionError(Exception):
    """There is no such revision; the message says why, and completes "`REV` ..."."""


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
    if top.returncode != 0:
        raise RevisionError("cannot be read: the repo is not in a work tree of git")
    if found.returncode != 0:
        raise RevisionError("names no commit that is here")
    return found.stdout.decode().strip()


def fork_of(root: Path, commit: str) -> str:
    """The commit at which HEAD's history left that of another one. Raises: RevisionError."""
    found = git.run(root, "merge-base", commit, "HEAD")
    if found.returncode != 0:
        raise RevisionError("has no commit in common with HEAD here")
    return found.stdout.decode().split("\n", 1)[0]


def files_of(root: Path, commit: str) -> Files:
    """The files of a commit that a compile may read, below the repo's root. Of the output only its list.

    Files of other kinds are there where a spec says their name. Raises: RevisionError.
    """
    listed = _listed(root, commit)
    settings = _contents(root, {SETTINGS: listed[SETTINGS]}) if SETTINGS in listed else {}
    output = output_of(settings[SETTINGS].text) if settings else OUTPUT
    here = {path: entry for path, entry in listed.items() if not path.startswith(f"{output}/")}
    plain = _contents(root, {path: entry for path, entry in here.items() if _may_be_read(path)})
    said = Said("\n".join(one.text for one in plain.values()))
    others = {path: entry for path, entry in here.items() if path not in plain and said.says(path)}
    list_file = f"{output}/{LIST_NAME}"
    others |= {list_file: listed[list_file]} if list_file in listed else {}
    return {**plain, **_contents(root, others)}


def write(files: Files, directory: Path, wanted: Collection[str] | None = None) -> None:
    """Put files of a revision into an empty directory; `wanted` are those to put there. Raises: OSError."""
    for path in files if wanted is None else wanted:
        blob, target = files[path], directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if blob.mode == _LINK:
            target.symlink_to(blob.text)
        else:
            target.write_bytes(blob.content)


def _listed(root: Path, commit: str) -> dict[str, tuple[str, str]]:
    """Mode and object of every file that is not too large, by its path from the root."""
    found = git.run(root, "ls-tree", "-r", "-z", "--long", commit)
    if found.returncode != 0:
        raise RevisionError("cannot be read by `git ls-tree`")
    listed: dict[str, tuple[str, str]] = {}
    for line in found.stdout.split(b"\0"):
        about, _, name = line.partition(b"\t")
        fields = about.decode().split()
        path = os.fsdecode(name)
        if len(fields) == 4 and fields[0] in _FILES and _fits(fields[3]) and is_safe(path):
            listed[path] = (fields[0], fields[2])
    return listed


def _fits(size: str) -> bool:
    return size.isdigit() and int(size) <= LARGEST_FILE


def _may_be_read(path: str) -> bool:
    hidden = any(part.startswith(".") for part in path.split("/")[:-1])
    name = posixpath.basename(path)
    return not hidden and name.endswith(_READ) and (name == SETTINGS or not name.startswith("."))


def _contents(root: Path, entries: Mapping[str, tuple[str, str]]) -> dict[str, Blob]:
    """The files' contents, all by one process of git."""
    if not entries:
        return {}
    asked = "".join(f"{blob}\n" for _, blob in entries.values()).encode()
    answer = git.run(root, "cat-file", "--batch", standard_input=asked)
    if answer.returncode != 0:
        raise RevisionError("cannot be read by `git cat-file`")
    found: dict[str, Blob] = {}
    for (path, (mode, _)), content in zip(entries.items(), _split(answer.stdout), strict=False):
        found[path] = Blob(mode, content)
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
