"""Git: a branch, tag or commit of a repository."""

from __future__ import annotations

import re
from collections.abc import Mapping

from compiler.sources.base import COMMIT, Movable, Option, Placement, Reading, Source, SourceType, split_revision

TRANSPORTS = {"git+ssh": "ssh", "git+http": "http", "git+https": "https", "git+git": "git"}
_SCP = re.compile(r"([\w.-]+)@([\w.-]+):(?!//)/?(.+)", re.ASCII)
_REFERENCE = re.compile(r"[\w][\w./+-]*", re.ASCII)


def rewrite(text: str) -> str:
    """git's own `user@host:path` as a URI."""
    found = _SCP.fullmatch(text)
    return f"git+ssh://{found[1]}@{found[2]}/{found[3]}" if found else text


def read(reading: Reading) -> Source:
    """A repository and what to check out of it.

    `git://` alone means https in a Project; in a foreign document it stays git's own transport, which sends no
    credentials.
    """
    scheme = reading.uri.scheme
    path, in_uri = reading.uri.quoted_path, None
    if scheme not in {"http", "https"}:
        path, in_uri = split_revision(path)
    transport = TRANSPORTS.get(scheme, scheme)
    if scheme == "git" and not reading.verbatim:
        transport = "https"
    if not reading.uri.host or not path.strip("/"):
        reading.problem("The URI names no repository.", f"Write `{SOURCE.form}`.")
    user = "git@" if transport == "ssh" else ""
    if transport == "ssh" and reading.uri.user:
        user = reading.uri.user.partition(":")[0] + "@"
    query = f"?{reading.uri.query}" if reading.uri.query and transport in {"http", "https"} else ""
    url = f"{transport}://{user}{reading.uri.host}{path}{query}"
    branch, commit = reading.options.get("branch"), reading.options.get("commit") or in_uri
    for option, value in (("branch", branch), ("commit", commit)):
        if value is not None and (not _REFERENCE.fullmatch(value) or ".." in value):
            reading.problem(
                f"`{value}` is not a {option}.",
                "Use a name that git takes.",
                reading.absent(option),
            )
    fields = {
        "url": url,
        "host": reading.uri.host,
        "path": path.lstrip("/"),
        "transport": transport,
        "branch": branch or "",
        "commit": commit or "",
        "depth": _depth(reading),
        "submodules": "yes" if reading.options.get("submodules") else "",
    }
    content = {
        "url": f"{reading.uri.host}{path}",
        "branch": branch,
        "commit": commit,
        "submodules": fields["submodules"],
    }
    loader = "git-ssh" if transport == "ssh" else "git"
    return Source(
        SOURCE,
        reading.uri.bare,
        fields,
        content,
        revision=commit or branch,
        loader=loader,
        credentials=transport != "git",
        movable=_movable(fields, commit or branch or ""),
    )


def pinned(source: Source, commit: str) -> Source:
    """The repository at a commit. Its branch then says nothing: the same commit is the same content."""
    return source._replace(
        uri=f"{source.uri.removesuffix(f'@{source.revision}')}@{commit}",
        fields={**source.fields, "branch": "", "commit": commit},
        content={**source.content, "branch": None, "commit": commit},
        revision=commit,
    )


def _movable(fields: Mapping[str, str], revision: str) -> Movable | None:
    """The name without user and query: neither says which commit a branch is at."""
    if COMMIT.fullmatch(revision):
        return None
    name = f"git+{fields['transport']}://{fields['host']}/{fields['path']}"
    return Movable("git", f"{name}@{revision}" if revision else name, fields["url"], revision)


def _depth(reading: Reading) -> str:
    depth = reading.options.get("depth", "")
    if depth and not (depth.isascii() and depth.isdigit() and int(depth) > 0):
        reading.problem(f"`depth` cannot be `{depth}`.", 'Give a number of commits in quotes, such as `"1"`.', "depth")
    return depth


SOURCE = SourceType(
    name="GIT",
    summary="A branch, tag or commit of a git repository",
    form="git://<host>/<path>[@<commit, tag or branch>]",
    schemes=("git", *TRANSPORTS, "ssh", "http", "https"),
    placement=Placement.LOADED,
    read=read,
    options={
        "branch": Option("Branch to check out."),
        "commit": Option("Commit to check out."),
        "depth": Option("Number of commits of history to load.", content=False),
        "submodules": Option("Load submodules too, whatever its value."),
    },
    secret_keys=("username", "password", "token", "ssh-privatekey", "ssh-privatekey-passphrase"),
    short=("git", *TRANSPORTS),
    pinned=pinned,
    rewrite=rewrite,
)
