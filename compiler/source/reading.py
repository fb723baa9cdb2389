"""A file of the repo: bytes to text, text to documents. Findings instead of exceptions throughout."""

from __future__ import annotations

import os
import stat
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from pathlib import Path

from compiler.diagnostics import Diagnostic, Staged
from compiler.source.document import Document, SourceFile

LARGEST_FILE = 4 * 1024 * 1024
"""Bytes that a file may have."""

_REASONS: tuple[tuple[type[OSError], str], ...] = (
    (FileNotFoundError, "is not there"),
    (IsADirectoryError, "is a directory"),
    (NotADirectoryError, "goes through a file as if it were a directory"),
    (PermissionError, "may not be read by this user"),
)


def read_file(root: Path, relative: str) -> Staged[SourceFile | None]:
    """A file below `root` as text, without a byte order mark; None where a finding says why not.

    `relative` is a posix path. Neither `..` nor a symbolic link leads out of the root. Line breaks
    stay as they are.
    """
    try:
        problem, data = _bytes_of(str(root), relative)
    except OSError as error:
        return _refused(_unreadable(relative, reason(error)))
    except ValueError:
        return _refused(_unreadable(relative, "is no path that a file can have"))
    return _refused(problem) if problem else _decoded(relative, data)


def documents(file: SourceFile) -> Staged[list[Document]]:
    """The documents of a file as plain values, typed by YAML 1.2's core schema.

    Empty documents are left out, but count for the index of those that follow. A document with a
    mistake in it is left out and has its findings; text that is no YAML ends the file.
    """
    from compiler.source.construction import construct

    return construct(file)


def reason(error: OSError) -> str:
    """Why the system did not hand out a file, to complete "`path` ..."."""
    for kind, words in _REASONS:
        if isinstance(error, kind):
            return words
    return f"cannot be read ({error.strerror})"


def inside(root: str, path: str) -> bool:
    """Whether a path, with all its symbolic links followed, lies below the root."""
    real_root, real = os.path.realpath(root), os.path.realpath(path)
    return real == real_root or real.startswith(real_root.rstrip(os.sep) + os.sep)


def _is_of_git(root: str, path: str) -> bool:
    """Whether a path leads to git's own files, which can hold credentials of whoever compiles."""
    below = os.path.relpath(os.path.realpath(path), os.path.realpath(root))
    return ".git" in Path(below.lower()).parts


def _bytes_of(root: str, relative: str) -> tuple[Diagnostic | None, bytes]:
    path = f"{root}/{relative}"
    status = _plain_status(root, relative)
    if status is None:
        if relative.startswith("/") or not inside(root, path):
            return _outside(relative), b""
        if _is_of_git(root, path):
            return _unreadable(relative, "leads into git's own directory"), b""
        status = os.stat(path)  # noqa: PTH116
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError
    if not stat.S_ISREG(status.st_mode):
        # Opening a pipe would wait for a writer.
        return _unreadable(relative, "is not a regular file"), b""
    if status.st_size > LARGEST_FILE:
        return _too_large(relative, status.st_size), b""
    with open(path, "rb", buffering=0) as opened:  # noqa: PTH123  a thousand times a run; pathlib takes twice as long
        return None, opened.read()


def _plain_status(root: str, relative: str) -> os.stat_result | None:
    """The file's own status; None where a link or `..` on the way has to be followed to judge the path."""
    if not relative or relative.startswith("/"):
        return None
    path, status = root, None
    for part in relative.split("/"):
        path = f"{path}/{part}"
        status = os.lstat(path)
        if part == ".." or stat.S_ISLNK(status.st_mode):
            return None
    return status


def _decoded(relative: str, data: bytes) -> Staged[SourceFile | None]:
    if b"\0" in data[:4] and _has_wide_characters(data[:4]):
        return _refused(_wide(relative))
    mark = len(BOM_UTF8) if data.startswith(BOM_UTF8) else 0
    try:
        return Staged(SourceFile(relative, str(data[mark:] if mark else data, "utf-8")))
    except UnicodeDecodeError as error:
        return _refused(_not_utf8(relative, data, mark, mark + error.start))


def _has_wide_characters(start: bytes) -> bool:
    """Whether four bytes are ASCII in UTF-16 or UTF-32, by YAML's own rule: https://yaml.org/spec/1.2.2/#52-character-encodings."""
    return any(start) and b"\0\0" in (start[0::2], start[1::2])


def _refused(problem: Diagnostic) -> Staged[SourceFile | None]:
    return Staged(None, (problem,))


def _unreadable(relative: str, why: str) -> Diagnostic:
    from compiler.source.problems.files import unreadable

    return unreadable(relative, why)


def _outside(relative: str) -> Diagnostic:
    from compiler.source.problems.files import leads_outside

    return leads_outside(relative)


def _too_large(relative: str, size: int) -> Diagnostic:
    from compiler.source.problems.files import too_large

    return too_large(relative, size, LARGEST_FILE)


def _wide(relative: str) -> Diagnostic:
    from compiler.source.problems.files import wide_characters

    return wide_characters(relative)


def _not_utf8(relative: str, data: bytes, mark: int, offset: int) -> Diagnostic:
    from compiler.source.places import Stretch, position
    from compiler.source.problems.files import not_utf8, utf16

    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return utf16(relative)
    before = str(data[mark:offset], "utf-8")
    at = Stretch(SourceFile(relative, before), len(before), len(before))
    return not_utf8(at, data[offset], offset, position(before, len(before))[0])
