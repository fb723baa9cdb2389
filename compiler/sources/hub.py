"""What the model hubs have in common: repositories, revisions and file patterns."""

from __future__ import annotations

import re
from typing import NamedTuple

from compiler.sources.base import COMMIT, Movable, Option, Reading, Source, SourceType, split_revision

REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9_][\w.-]*)?", re.ASCII)
REPOSITORY_TYPES = {"MODEL": "model", "model": "model", "DATASET": "dataset", "dataset": "dataset"}

OPTIONS = {
    "repoType": Option("`MODEL` or `DATASET`."),
    "revision": Option("Commit, tag or branch. Only a commit pins the content."),
    "include": Option("Patterns of files to load, with white space between."),
    "exclude": Option("Patterns of files to leave out, with white space between."),
}


class Hub(NamedTuple):
    """What differs from hub to hub."""

    system: str
    """Its name, and that of its loader."""

    scheme: str
    """The scheme that the lock file writes."""

    branch: str
    """The branch of a repository where none is named."""


def read_hub(reading: Reading, source_type: SourceType, hub: Hub) -> Source:
    """A repository of a hub. `datasets/` before the name makes it a data set."""
    written = (reading.uri.host + reading.uri.path).strip("/")
    path, revision = split_revision(written)
    kind = _kind(reading)
    if path.startswith("datasets/") and path.count("/") == 2:
        path, kind = path.removeprefix("datasets/"), "dataset"
    if not REPOSITORY.fullmatch(path) or ".." in path:
        reading.problem(f"`{path}` is not the name of a repository.", f"Write `{source_type.form}`.")
    revision = _revision(reading, revision)
    include, exclude = reading.patterns("include"), reading.patterns("exclude")
    fields = {
        "repo": path,
        "kind": kind,
        "revision": revision,
        "include": include,
        "exclude": exclude,
        "endpoint": reading.options.get("endpoint"),
    }
    content = {"repo": path, "kind": kind or "model", "revision": revision, "include": include, "exclude": exclude}
    uri = (
        reading.uri.bare
        if reading.uri.bare.endswith(f"@{revision}") or not revision
        else f"{reading.uri.bare}@{revision}"
    )
    movable = _movable(hub, f"datasets/{path}" if kind == "dataset" else path, revision)
    return Source(source_type, uri, fields, content, revision=revision, loader=hub.system, movable=movable)


def pinned(source: Source, commit: str) -> Source:
    """The repository at a commit."""
    return source._replace(
        uri=f"{source.uri.removesuffix(f'@{source.revision}')}@{commit}",
        fields={**source.fields, "revision": commit},
        content={**source.content, "revision": commit},
        revision=commit,
    )


def _movable(hub: Hub, location: str, revision: str | None) -> Movable | None:
    if revision is not None and COMMIT.fullmatch(revision):
        return None
    branch = revision or hub.branch
    return Movable(hub.system, f"{hub.scheme}://{location}@{branch}", location, branch)


def _kind(reading: Reading) -> str | None:
    if reading.verbatim and reading.options.get("repoType") not in REPOSITORY_TYPES:
        return None  # the original passes no flag, and the hub's own default counts
    return reading.choice("repoType", REPOSITORY_TYPES, "model")


def _revision(reading: Reading, in_uri: str | None) -> str | None:
    option = reading.options.get("revision")
    if option and in_uri and option != in_uri:
        reading.problem(
            f"The revision is `{in_uri}` in the URI and `{option}` in the options.", "Give it once.", "revision"
        )
    revision = option or in_uri
    if revision and (revision.startswith("-") or re.search(r"[\s~^:?*\[\\]|\.\.", revision)):
        reading.problem(
            f"`{revision}` is not a revision.", "Use a commit, a tag or a branch.", "revision" if option else None
        )
    return revision
