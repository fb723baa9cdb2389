"""Where a controller reads: the URL of a repository, a revision, and the tree's directory in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from compiler.diagnostics import Diagnostic
from compiler.gitops import problems
from compiler.source.document import Origin

if TYPE_CHECKING:
    from compiler.spec.cluster.gitops import GitOps

_PLAIN = re.compile(r"[A-Za-z0-9._~:/@%+\[\]-]+")
_LIKE_SCP = re.compile(r"(?P<user>\w[A-Za-z0-9._-]*)@(?P<host>\w[A-Za-z0-9.-]*):(?P<path>[^:@]+)")
_PASSWORD = re.compile(r"[^/@]*:[^/@]*@")
_PATH = re.compile(r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*")
_NOT_IN_REFS = re.compile(r"[\s~^:?*\[\\{}\x00-\x20\x7f]|\.\.|//|/\.|\.lock(/|$)|^[-/.]|[/.]$")
_NOT_IN_NAMES = re.compile(r"[^a-z0-9-]+")
_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


def check_repository(settings: GitOps, output: str, at: Origin) -> Iterator[Diagnostic]:
    """What a controller could not follow. `at` is the section, `output` the directory of the tree."""
    found = [*_check_url(settings.repo, at.child("repo"))] if settings.repo is not None else []
    yield from found
    if any(one.secret for one in found):
        return  # Another finding may show the line.
    if _NOT_IN_REFS.search(settings.revision) or not settings.revision:
        yield problems.bad_revision(at.child("revision"), settings.revision)
    if settings.path and not _is_plain(settings.path):
        yield problems.bad_path(at.child("path"), settings.path)
    if not _is_plain(output):
        yield problems.bad_path(at, output, output=True)


def check_key(settings: GitOps, at: Origin) -> Iterator[Diagnostic]:
    """Whether Flux has what it needs to fetch; Argo CD is told elsewhere."""
    has_key = settings.flux.source is not None or settings.flux.secret is not None
    by_ssh = settings.repo is not None and not urlsplit(settings.repo).scheme.startswith("http")
    if settings.controller == "flux" and by_ssh and not has_key:
        yield problems.no_key(at.child("repo"))


def _is_plain(path: str) -> bool:
    return _PATH.fullmatch(path) is not None and not {".", ".."} & {*path.split("/")}


def _check_url(url: str, at: Origin) -> Iterator[Diagnostic]:
    if _LIKE_SCP.fullmatch(url) and _PLAIN.fullmatch(url):
        return
    try:
        parts = urlsplit(url)
        known, host = parts.scheme in {"https", "http", "ssh"}, parts.hostname
        named = parts.username is not None and parts.scheme != "ssh"
        secret = named or parts.password is not None or bool(parts.query or parts.fragment)
        _ = parts.port
    except ValueError:
        known, host, secret = False, None, "@" in url
    if secret or _PASSWORD.match(url):
        yield problems.credentials(at)
    elif not known or not host or host.startswith("-"):
        yield problems.no_repository(at, "is no address of a Git repository by https, http or ssh")
    elif not _PLAIN.fullmatch(url):
        yield problems.no_repository(at, "has characters in it that addresses do not have")
    elif not parts.path.strip("/"):
        yield problems.no_repository(at, "names a host, and no repository on it")


def name_of(url: str) -> str:
    """A name for what is about a repository: the last step of its path, without the ending.

    >>> name_of("git@git.acme.io:ml/Platform_2.git")
    'platform-2'
    """
    last = re.split(r"[/:]", url.rstrip("/"))[-1].removesuffix(".git")
    return _NOT_IN_NAMES.sub("-", last.lower()).strip("-") or "hydra"


def as_url(url: str) -> str:
    """The URL with a scheme, which Flux asks for.

    >>> as_url("git@git.acme.io:ml/platform.git")
    'ssh://git@git.acme.io/ml/platform.git'
    """
    scp = _LIKE_SCP.fullmatch(url)
    return f"ssh://{scp['user']}@{scp['host']}/{scp['path'].lstrip('/')}" if scp else url


def flux_reference(revision: str) -> dict[str, str]:
    """A revision as a GitRepository of Flux names it.

    >>> flux_reference("main"), flux_reference("refs/tags/v1")
    ({'branch': 'main'}, {'name': 'refs/tags/v1'})
    """
    if _COMMIT.fullmatch(revision):
        return {"commit": revision}
    return {"name": revision} if revision.startswith("refs/") else {"branch": revision}
