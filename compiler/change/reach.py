"""Which specs have to be compiled to see what differs between a revision and the work tree."""

from __future__ import annotations

import hashlib
import os
import posixpath
from collections.abc import Iterator
from pathlib import Path

from compiler import git
from compiler.again.coupling import Coupled, Said, coupled
from compiler.change.revision import LINK, Blob, Files
from compiler.layout import CLUSTERS, LIST_NAME, LOCK, SETTINGS
from compiler.repo import Repo, settings_of
from compiler.requests import Request
from compiler.source.discovery import Discovered, discover

_ENTRIES = (".yaml", ".yml", ".json")
"""Endings of what a library and schemas are made of."""


def to_compile(files: Files, request: Request) -> Coupled | None:
    """The spec files that have to be compiled; None is all of them."""
    repo = Repo(request.root)
    settings = settings_of(repo).value
    output = request.output or settings.output
    here = discover(repo.root, output=output, library=settings.library).value
    folders = tuple(f"{one.rstrip('/')}/" for one in (*settings.library, *settings.schemas, CLUSTERS))
    before = {path: one.text for path, one in files.items() if is_spec(path) and not path.startswith(folders)}
    after = {path: one.text for path in here.specs if (one := repo.read(path).value) is not None}
    changed = {path for path in {*before, *after} if before.get(path) != after.get(path)}
    others = _others_changed(files, repo, here, folders)
    if others is None:
        return None
    said = Said("\n".join((*before.values(), *after.values())))
    new = {
        path for path in _below(repo.root, "", output) if path not in files and not is_spec(path) and said.says(path)
    }
    return coupled((before, after), changed | others | new)


def _others_changed(files: Files, repo: Repo, here: Discovered, folders: tuple[str, ...]) -> set[str] | None:
    """Files that are no specs and differ; None where one of them counts for the whole repo."""
    different = {
        path
        for path, blob in files.items()
        if not is_spec(path) and not path.endswith(f"/{LIST_NAME}") and _bytes(repo.root / path) != blob.content
    }
    there = {path for folder in folders for path in _below(repo.root, folder) if path.endswith(_ENTRIES)}
    different |= {
        path for path in (*there, *here.clusters, LOCK, SETTINGS) if path not in files and _is_file(repo, path)
    }
    everywhere = {path for path in different if path.startswith(folders) or path == LOCK or path.endswith(SETTINGS)}
    return None if everywhere else different


def _is_file(repo: Repo, path: str) -> bool:
    return (repo.root / path).is_file()


def _below(root: Path, folder: str, left_out: str = "") -> Iterator[str]:
    """Files below a folder, which ends with a slash, by their paths from the root. Hidden folders are left out."""
    waiting = [folder]
    while waiting:
        above = waiting.pop()
        try:
            with os.scandir(root / above) as opened:
                entries = [(f"{above}{one.name}", one.is_dir(follow_symlinks=False)) for one in opened]
        except OSError:
            continue
        yield from (path for path, is_directory in entries if not is_directory)
        folders = (path for path, is_directory in entries if is_directory and path != left_out)
        waiting += [f"{path}/" for path in folders if not posixpath.basename(path).startswith(".")]


def _bytes(path: Path) -> bytes | None:
    try:
        if path.is_symlink():
            return str(path.readlink()).encode()
        # To open a pipe would wait for whoever writes into it.
        return path.read_bytes() if path.is_file() else None
    except OSError:
        return None


def checked_out(files: Files, root: Path) -> Files:
    """Files of a revision as the work tree has them, where git only keeps them in another way: with other line breaks,
    or in LFS. None of git's filters is run, which are programs that the repo's settings name."""
    other: dict[str, Blob] = {}
    for path, blob in files.items():
        there = None if is_spec(path) or blob.mode == LINK else _bytes(root / path)
        if there is None or there == blob.content:
            continue
        if _is_of_pointer(there, blob.content) or (
            b"\r\n" in there and there.replace(b"\r\n", b"\n") == blob.content and _is_converted(root, path)
        ):
            other[path] = blob._replace(content=there)
    return {**files, **other} if other else files


def _is_of_pointer(content: bytes, pointer: bytes) -> bool:
    """Whether a file is the one that a pointer of Git LFS stands for. Source: Git LFS Specification, "The Pointer"."""
    if not pointer.startswith(b"version https://git-lfs.github.com/spec/"):
        return False
    return f"\noid sha256:{hashlib.sha256(content).hexdigest()}\n".encode() in pointer


def _is_converted(root: Path, path: str) -> bool:
    """Whether git gives a file CRLF in the work tree. Source: gitattributes(5), "End-of-line conversion"."""
    attributes = git.run(root, "check-attr", "-z", "text", "eol", "--", path).stdout.split(b"\0")
    text, eol = (attributes[place] if place < len(attributes) else b"" for place in (2, 5))
    if eol == b"crlf":
        return True
    setting = git.run(root, "config", "--get", "core.autocrlf").stdout.strip().lower()
    return text != b"unset" and eol != b"lf" and setting == b"true"


def is_spec(path: str) -> bool:
    """Whether a path is one of a spec, by its name."""
    name = path.rpartition("/")[2]
    return name == "hydra.yaml" or (name.endswith(".hydra.yaml") and name != SETTINGS)
