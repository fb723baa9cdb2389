"""Remembers what the last run compiled, so that a run in which nothing changed is quick.

Nothing is taken on trust: every input is read and hashed again, and every file of the output is compared with its
digest in the list. What is skipped is the compiling in between. The cache lies in the user's own cache directory and
not in the repo, where a pull request could bring one that says that everything is fine.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from compiler import __version__
from compiler.diagnostics import Code, Diagnostic, Placed, Severity, Span, placed
from compiler.emission.paths import parents
from compiler.layout import LIST_NAME, LOCK, SETTINGS
from compiler.source.discovery import discover

FORMAT = 3
MOST_BYTES = 64 << 20
"""A larger file of a library or a schema is not remembered."""

OFF = "HYDRA_NO_CACHE"
"""Environment variable that turns the cache off."""


class Inputs(NamedTuple):
    """What a run depends on."""

    settings: str
    """Digest of the settings file; empty where there is none."""

    lock: str
    """Digest of the lock file; empty where there is none."""

    output: str
    library: tuple[str, ...]
    schemas: tuple[str, ...]
    specs: tuple[str, ...]
    clusters: tuple[str, ...]
    around: str
    """Digest of everything else that a run depends on (`surroundings`), but for the commit."""

    commit: str
    """What HEAD names: storage is compared with its tree."""

    files: Mapping[str, str]
    """Digest of each file that was read, by its path from the root."""


class Remembered(NamedTuple):
    """What a run came to."""

    found: tuple[Diagnostic, ...]
    clusters: tuple[str, ...]
    objects: Mapping[str, int]
    unchecked: Mapping[str, int]
    files: int
    """Files of the output."""


class Known(NamedTuple):
    """A run that is remembered, whether or not something changed since."""

    inputs: Inputs
    listing: str
    """SHA-256 of the list of its tree."""

    outcome: Remembered
    parts: Mapping[str, Any]
    """What a run that compiles only some units has to know (`compiler.again.scope`), as JSON has it."""


def fixed(one: Diagnostic) -> Diagnostic:
    """A finding whose places are looked up, so that it can leave the process."""
    return one._replace(at=placed(one.at), about=None if one.about is None else placed(one.about))


def digest(content: bytes) -> str:
    """The digest of a file's content; a byte order mark does not count."""
    return hashlib.blake2b(content.removeprefix(b"\xef\xbb\xbf"), digest_size=16).hexdigest()


def surroundings(root: Path, directories: Iterable[str]) -> str:
    """Digest of what a run depends on besides specs and the commit: this compiler, the repo's own library and schemas."""
    seen = hashlib.blake2b(digest_size=16)
    for part in (__version__, _program()):
        seen.update(part.encode() + b"\0")
    for directory in directories:
        for path in _files(f"{root}/{directory}", suffixes=(".yaml", ".yml", ".json")):
            seen.update(path.encode(errors="surrogateescape") + b"\0" + _told(path) + b"\0")
    return seen.hexdigest()


def _told(path: str) -> bytes:
    """What a file of the repo adds to the digest: of a link where it leads, of a device or pipe that it is one."""
    status = os.lstat(path)
    if stat.S_ISLNK(status.st_mode):
        return b"link " + os.fsencode(os.readlink(path))  # noqa: PTH115
    if not stat.S_ISREG(status.st_mode):
        return b"no file"
    if status.st_size > MOST_BYTES:
        raise ValueError("a file that no reader takes")
    return digest(_read(path)).encode()


def known(root: Path, about: Sequence[str]) -> Known | None:
    """The last run of this request; None where there is none that can be read."""
    try:
        stored = json.loads(_entry(root, about).read_bytes())
        if stored["format"] != FORMAT:
            return None
        return Known(Inputs(**stored["inputs"]), stored["listing"], _remembered(stored), stored["parts"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def holds(root: Path, last: Known) -> bool:
    """Whether all that the last run depended on is as it was, and its tree, too."""
    try:
        return _same(root, last.inputs) and intact(root, last)
    except (OSError, ValueError, TypeError, AttributeError):
        return False


def remember(root: Path, about: Sequence[str], last: Known) -> None:
    """Keep what a run came to. A cache that cannot be written is no reason to fail."""
    outcome = last.outcome
    stored = {
        "format": FORMAT,
        "inputs": last.inputs._asdict(),
        "listing": last.listing,
        "found": [_written(one) for one in outcome.found],
        "clusters": outcome.clusters,
        "objects": dict(outcome.objects),
        "unchecked": dict(outcome.unchecked),
        "files": outcome.files,
        "parts": last.parts,
    }
    try:
        path = _entry(root, about)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial = path.with_name(f"{path.name}.{os.getpid()}")
        partial.write_text(json.dumps(stored), encoding="utf-8")
        partial.replace(path)
    except OSError:
        return


def _same(root: Path, inputs: Inputs) -> bool:
    discovered = discover(root, output=inputs.output, library=inputs.library)
    if discovered.found or [*discovered.value] != [tuple(inputs.specs), tuple(inputs.clusters)]:
        return False
    if not settled(root, inputs) or commit_of(root) != inputs.commit:
        return False
    return not changed(root, inputs.files)


def settled(root: Path, inputs: Inputs) -> bool:
    """Whether everything but specs, clusters, their files and the commit is as it was. Raises: OSError, ValueError."""
    for name, known_digest in ((SETTINGS, inputs.settings), (LOCK, inputs.lock)):
        if (digest((root / name).read_bytes()) if os.path.lexists(root / name) else "") != known_digest:
            return False
    return surroundings(root, (*inputs.library, *inputs.schemas)) == inputs.around


def changed(root: Path, files: Mapping[str, str]) -> set[str]:
    """Files that are not there any more, or have another digest. Raises: OSError, for one that cannot be read."""
    base = f"{root}/"
    return {path for path, known_digest in files.items() if _digest_or_none(base + path) != known_digest}


def intact(root: Path, last: Known) -> bool:
    """Whether the tree is the one that the last run left. Raises: OSError, ValueError."""
    return _is_output(_output(root, last.inputs.output), last.listing)


def _is_output(output: Path, known: str) -> bool:
    """Whether the output is what its list says, and the list the one that was written."""
    listing = (output / LIST_NAME).read_bytes()
    if hashlib.sha256(listing).hexdigest() != known:
        return False
    base = f"{output}/"
    directories: set[str] = set()
    for line in listing.decode().split("\n"):
        expected, gap, path = line.partition("  ")
        if gap and len(expected) == 64:
            directories.add(path.rpartition("/")[0])
            if _sha256_of(base + path) != expected:
                return False
    # A link in the way could show the files of another tree. Above a directory of the list are only such directories.
    above = {step for one in directories for step in (one, *parents(f"{one}/"))}
    return all(stat.S_ISDIR(os.lstat(base + one).st_mode) for one in above)


def _output(root: Path, output: str) -> Path:
    path = root / output
    # A link in the way could show a tree that the writer would refuse.
    if path.resolve() != root.resolve() / output:
        raise ValueError("the output is behind a link")
    return path


def _digest_or_none(path: str) -> str | None:
    try:
        return digest(_read(path))
    except (FileNotFoundError, NotADirectoryError):
        return None


def _sha256_of(path: str) -> str:
    return hashlib.sha256(_read(path)).hexdigest()


def _read(path: str) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    try:
        content = os.read(descriptor, 1 << 16)
        while len(content) % (1 << 16) == 0 and (more := os.read(descriptor, 1 << 22)):
            content += more
        return content
    finally:
        os.close(descriptor)


def _entry(root: Path, about: Sequence[str]) -> Path:
    """The file of a request. Raises: OSError, where the user has no cache directory or wants none."""
    if os.environ.get(OFF):
        raise OSError("the cache is turned off")
    name = digest("\0".join([str(root.resolve()), *about]).encode())
    return _home() / "hydra" / f"{name}.json"


def _home() -> Path:
    given = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    if given and Path(given).is_absolute():
        return Path(given)
    try:
        return Path.home() / ".cache"
    except RuntimeError as error:
        raise OSError("there is no home directory") from error


def _program() -> str:
    """This compiler's own files: how many, how large, how new. A release is told by its version; a checkout changes."""
    from compiler.data import data_root

    count = size = newest = 0
    for directory in {str(Path(__file__).parent), f"{data_root()}/library", f"{data_root()}/schemas"}:
        for path in _files(directory, suffixes=(".py", ".yaml", ".json")):
            status = os.stat(path)  # noqa: PTH116
            count, size, newest = count + 1, size + status.st_size, max(newest, status.st_mtime_ns)
    return f"{count} {size} {newest}"


def _files(directory: str, suffixes: tuple[str, ...] = ()) -> Iterator[str]:
    """Every file below a directory, in order; nothing where there is no directory."""
    try:
        with os.scandir(directory) as entries:
            listed = sorted(entries, key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in listed:
        if entry.is_dir(follow_symlinks=False):
            if entry.name != "__pycache__":
                yield from _files(entry.path, suffixes)
        elif not suffixes or entry.name.endswith(suffixes):
            yield entry.path


def commit_of(root: Path) -> str:
    """The commit that HEAD names, read from git's own files; the comparison of storage depends on it.

    Raises: ValueError, where git keeps it in a way that is not read here.
    """
    for above in (root.resolve(), *root.resolve().parents):
        git = above / ".git"
        if git.is_dir():
            return _resolved(git)
        if git.exists():
            raise ValueError("a linked work tree")
    return ""


def _resolved(git: Path) -> str:
    head = (git / "HEAD").read_text().strip()
    reference = head.removeprefix("ref: ")
    if reference == head:
        return head
    loose = git / reference
    if loose.is_file():
        commit = loose.read_text().strip()
        if commit.startswith("ref:"):
            raise ValueError("a reference to a reference")
        return commit
    packed = git / "packed-refs"
    if (git / "reftable").exists():
        raise ValueError("references are in tables")
    return packed.read_text() if packed.is_file() else "nothing is committed"


def _written(one: Diagnostic) -> dict[str, Any]:
    return {
        "code": [*one.code[:1], int(one.code.severity), *one.code[2:]],
        "at": list(one.at.span()),
        "whole_file": placed(one.at).whole_file,
        "wrong": one.wrong,
        "do": one.do,
        "candidates": list(one.candidates),
        "notes": list(one.notes),
        "severity": None if one.severity is None else int(one.severity),
        "secret": one.secret,
    }


def _remembered(stored: Mapping[str, Any]) -> Remembered:
    found = tuple(_diagnostic(one) for one in stored["found"])
    objects, unchecked = dict(stored["objects"]), dict(stored["unchecked"])
    return Remembered(found, tuple(stored["clusters"]), objects, unchecked, int(stored["files"]))


def _diagnostic(stored: Mapping[str, Any]) -> Diagnostic:
    identifier, severity, *texts = stored["code"]
    return Diagnostic(
        Code(identifier, Severity(severity), *texts),
        Placed(Span(*stored["at"]), stored["whole_file"]),
        stored["wrong"],
        stored["do"],
        tuple(stored["candidates"]),
        tuple(stored["notes"]),
        None if stored["severity"] is None else Severity(stored["severity"]),
        secret=stored["secret"],
    )
