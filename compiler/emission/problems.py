"""Findings about the output directory and its list file."""

from __future__ import annotations

import os

from compiler.diagnostics import Code, Diagnostic, InFile, Placed, Severity, Span
from compiler.layout import LIST_NAME

OUTSIDE = Code(
    "HYD020",
    Severity.ERROR,
    "The output directory leads out of the repo.",
    "A repo that can make its compiler write elsewhere could overwrite any file of whoever compiles it.",
    bad="# .hydra.yaml\noutput: rendered  # a symbolic link to /srv/www",
    good="# .hydra.yaml\noutput: rendered  # a directory",
)
NOT_A_DIRECTORY = Code(
    "HYD021",
    Severity.ERROR,
    "Something that is no directory stands where a directory of the output has to be.",
    "Hydra neither writes through symbolic links inside the output nor removes what it did not write.",
)
IN_THE_WAY = Code(
    "HYD022",
    Severity.ERROR,
    "A file that Hydra did not write stands where it has to write one.",
    "The file may be somebody's work. Only files that the list file names, or that begin with the generated header, "
    "are overwritten.",
)
NOT_WRITTEN = Code(
    "HYD023",
    Severity.ERROR,
    "The output could not be read or written.",
    "The disk is full, a permission is missing, or the file system has a fault. The output is left as it was.",
)
LOCKED = Code(
    "HYD024",
    Severity.ERROR,
    "Another run is writing the output.",
    "Two runs at once would each remove what the other has just written.",
)
UNREADABLE_LIST = Code(
    "HYD025",
    Severity.ERROR,
    "A line of the list file cannot be read.",
    f"`{LIST_NAME}` says which files may be removed, and which storage stood there before. Guessing at it could remove "
    "the wrong file, or let a claim shrink unnoticed.",
    bad="8f3c…  ../../home/me/.bashrc",
    good="8f3c…  prod/nlp/support-bot/job-support-bot-base-preload.yaml",
)
CONFLICTED_LIST = Code(
    "HYD026",
    Severity.WARNING,
    "The list file holds both sides of a merge.",
    "Both sides count: files of either are removed when nothing renders them any more, and storage is compared with "
    "both. The next compile writes the list anew.",
    bad="<<<<<<< HEAD",
    good="",
)
NEWER_LIST = Code(
    "HYD027",
    Severity.ERROR,
    "The list file was written by a newer Hydra.",
    "An older release would drop what it does not know, and with it the protection of the storage that is listed.",
    bad="hydra-list 2",
    good="hydra-list 1",
)
STALE = Code(
    "HYD028",
    Severity.ERROR,
    "The output is not what the specs compile to.",
    "What is committed is what gets applied. An edit that was not compiled does nothing, and one made by hand in the "
    "output is lost by the next compile.",
)


def _at_line(file: str, line: int) -> Placed:
    """A line of a file that is no YAML document."""
    return Placed(Span(file, line, 1, line, 1))


def outside(output: str) -> Diagnostic:
    """The output directory is not below the root once symbolic links are followed."""
    return Diagnostic(
        OUTSIDE,
        InFile(output),
        wrong=f"The output directory `{output}` does not lie below the repo's root.",
        do="Make it a directory of the repo, or name another one with `output:` in `.hydra.yaml`.",
    )


def not_a_directory(path: str, *, link: bool) -> Diagnostic:
    """A file or a symbolic link, where a directory is needed."""
    what = "symbolic link" if link else "file"
    return Diagnostic(
        NOT_A_DIRECTORY,
        InFile(path),
        wrong=f"`{path}` is a {what}, and a directory is needed there.",
        do="Move or remove it, then compile again.",
    )


def in_the_way(path: str, what: str = "file") -> Diagnostic:
    """A file, link or directory that is not Hydra's, at the path of a file that is."""
    return Diagnostic(
        IN_THE_WAY,
        InFile(path),
        wrong=f"`{path}` is a {what} that Hydra did not write, in the way of one that it has to.",
        do="Move it away or rename what is compiled to it, then compile again.",
    )


def not_written(output: str, path: str, error: OSError, *, half: bool = False) -> Diagnostic:
    """The system refused to read or write. `half`: files were being replaced one by one."""
    reason = os.strerror(error.errno) if error.errno else str(error)
    left = f"`{output}` is half written; the next compile goes on" if half else f"Nothing in `{output}` was changed"
    return Diagnostic(
        NOT_WRITTEN,
        InFile(path),
        wrong=f"`{path}` could not be read or written: {reason}.",
        do=f"{left}. Remove the cause, then compile again.",
    )


def locked(output: str, seconds: float) -> Diagnostic:
    """Another run did not finish in time."""
    return Diagnostic(
        LOCKED,
        InFile(output),
        wrong=f"Another run has been writing `{output}` for {seconds:.0f} seconds.",
        do="Wait for it or end it, then compile again.",
    )


def unreadable_line(file: str, line: int, reason: str) -> Diagnostic:
    """A line that is neither a file nor a record of storage, or names a path outside."""
    return Diagnostic(
        UNREADABLE_LIST,
        _at_line(file, line),
        wrong=f"This line {reason}.",
        do=f"Restore the file with `git checkout -- {file}`, or take it from the other branch of a merge.",
    )


def conflicted_list(file: str, line: int) -> Diagnostic:
    """Marks of a merge that nobody resolved."""
    return Diagnostic(
        CONFLICTED_LIST,
        _at_line(file, line),
        wrong="The list file holds an unresolved merge conflict.",
        do="Resolve the conflicts in the specs and run `hydra compile`: it writes the list anew.",
    )


def newer_list(file: str, line: int, version: str) -> Diagnostic:
    """A format that this release does not know."""
    return Diagnostic(
        NEWER_LIST,
        _at_line(file, line),
        wrong=f"The list file has format {version}, and this release reads format 1.",
        do="Compile with the release that wrote it, or a newer one.",
    )


def stale(output: str, added: int, changed: int, removed: int) -> Diagnostic:
    """`--check` found the committed output to differ from what would be written."""
    counts = [f"{count} {what}" for count, what in ((added, "missing"), (changed, "different"), (removed, "left over"))
              if count]  # fmt: skip
    return Diagnostic(
        STALE,
        InFile(output),
        wrong=f"The files in `{output}` are not what the specs compile to: {', '.join(counts)}.",
        do="Run `hydra compile` and commit the result.",
    )
