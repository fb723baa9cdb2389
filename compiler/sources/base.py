"""What a source type is, and what reading one gives."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, NamedTuple

from compiler.sources.uri import Uri

COMMIT = re.compile(r"[0-9a-f]{7,64}")
"""A commit, also a shortened one."""


class Placement(Enum):
    """Where the data of a source ends up."""

    LOADED = "loaded"
    """On a claim of its own, by a preload Job."""

    EMPTY = "empty"
    """On a claim of its own, by hand."""

    EXPORT = "export"
    """On a volume that already holds it."""

    CLAIM = "claim"
    """On a claim that exists already."""

    REFERENCE = "reference"
    """On the volume of another dataset or model."""


class Option(NamedTuple):
    """An option of a source type."""

    summary: str
    content: bool = True
    """Whether it changes what is loaded, and so belongs to the run digest."""


GENERAL_OPTIONS = frozenset({"gpuType"})
"""Options that the Dataset controller reads for every type that is loaded, before the type sees them."""


class Movable(NamedTuple):
    """A name that may mean something else tomorrow, and where it is resolved."""

    system: str
    """Who knows what it means: `huggingface`, `modelscope`, `git`, `oci`."""

    name: str
    """How the lock file calls it: `hf://acme/own@main`, `docker.io/library/alpine:3.20`."""

    location: str
    """Where it is, without the revision: `acme/own`, `datasets/acme/own`, a git URL, `docker.io/library/alpine`."""

    revision: str
    """Branch or tag; empty for the default of a git repository."""


class Source(NamedTuple):
    """A source that was read: what loader templates, digests and markers need to know of it."""

    type: SourceType
    uri: str
    """The URI without credentials."""

    fields: Mapping[str, Any] = {}
    """What a loader's templates see as `source`."""

    content: Mapping[str, Any] = {}
    """What the run digest covers."""

    revision: str | None = None
    """What pins the content, where the type has revisions."""

    files: Mapping[str, str] = {}
    """Texts that the loader needs beside its arguments, by file name."""

    loader: str | None = None
    """Library entry of the loader; None where nothing is loaded."""

    credentials: bool = True
    """Whether the way it is loaded can carry credentials at all."""

    scratch: Mapping[str, str] = {}
    """Directories that the loader writes to beside the volume, and how much they may hold."""

    movable: Movable | None = None
    """What the lock file may pin; None where the type has no revisions, or a commit or digest is given."""

    unpinned: bool = False
    """Whether the lock file pins names, and this one not: that is said about the lock file."""


class Reading:
    """One source being read: the URI, the options, and a place for what is wrong with them."""

    def __init__(self, uri: Uri, options: Mapping[str, str], *, verbatim: bool) -> None:
        self.uri = uri
        self.options = options
        self.verbatim = verbatim
        """Whether the source stands in a foreign document, which keeps its own system's meaning."""
        self.problems: list[tuple[str | None, str, str]] = []
        self.doubts: list[tuple[str, str]] = []

    def problem(self, wrong: str, do: str, option: str | None = None) -> None:
        """Something wrong with the URI, or with an option."""
        self.problems.append((option, wrong, do))

    def doubt(self, wrong: str, do: str) -> None:
        """Something in the URI that its own system takes, and that will not work."""
        self.doubts.append((wrong, do))

    def absent(self, option: str) -> str | None:
        """Where to point when an option is needed: at it where it is given, else at the URI."""
        return option if option in self.options else None

    def choice(self, option: str, choices: Mapping[str, str], default: str) -> str:
        """An option that takes one of a few words; what the word stands for."""
        value = self.options.get(option)
        if value is None:
            return default
        if value not in choices:
            listed = ", ".join(f"`{word}`" for word in choices)
            self.problem(f"`{option}` cannot be `{value}`.", f"Use one of {listed}.", option)
            return default
        return choices[value]

    def patterns(self, option: str) -> list[str]:
        """An option that holds patterns with white space between."""
        patterns = self.options.get(option, "").split()
        for pattern in patterns:
            if pattern.startswith("-"):
                self.problem(f"The pattern `{pattern}` would be read as a flag.", "Write `[-]` for the dash.", option)
        return patterns


class SourceType(NamedTuple):
    """A kind of source. One file each."""

    name: str
    summary: str
    form: str
    """The form of its URIs, for messages."""

    schemes: tuple[str, ...]
    placement: Placement
    read: Callable[[Reading], Source]
    options: Mapping[str, Option] = {}
    any_option: bool = False
    """Whether options that are not listed mean something too."""

    secret_keys: tuple[str, ...] = ()
    """Keys of the user's Secret that the loader reads."""

    short: tuple[str, ...] | None = None
    """Schemes of which a Project may give the URI alone; None is all of them."""

    pinned: Callable[[Source, str], Source] | None = None
    """The source at a commit or digest, where it has a name that can move."""

    rewrite: Callable[[str], str] = str
    """Turns a spelling that is no URI into one, such as git's `user@host:path`."""


def split_revision(path: str) -> tuple[str, str | None]:
    """A path and the revision behind its last `@`, where there is one."""
    head, at, tail = path.rpartition("@")
    return (head, tail or None) if at else (path, None)
