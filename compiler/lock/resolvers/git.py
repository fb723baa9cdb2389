"""Git: the commit of a branch or tag, by `git ls-remote`.

Credentials are those that git has: its helpers, an agent of ssh, `GIT_ASKPASS`. Nobody is asked for any.
Source: https://git-scm.com/docs/git-ls-remote, https://git-scm.com/docs/gitprotocol-v2
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from compiler.diagnostics import Code
from compiler.git import PREFERENCES
from compiler.lock.answer import MOST_TOLD
from compiler.lock.asking import Asker
from compiler.lock.resolver_problems import (
    DENIED,
    NO_GIT,
    NOT_ASKED,
    NOT_FOUND,
    OVERLOADED,
    UNREACHABLE,
    UNUSABLE,
    Unresolved,
)
from compiler.lock.resolvers.base import COMMIT, Resolver
from compiler.lock.running import Ended, MissingError, SlowError, run
from compiler.lock.wanted import Wanted

TRANSPORTS: Mapping[str, str] = {
    "https": "https:ssh",
    "http": "http:https:ssh",
    "ssh": "ssh",
    "git": "git",
    "file": "file",
}
"""What git may speak for a scheme. `url.<base>.insteadOf` of a user's own settings often turns https into ssh."""

KEPT = re.compile(r"GIT_(SSH|SSL|CONFIG|ASKPASS|HTTP_PROXY|PROXY)")
"""Settings of git in the environment that say how a server is reached. Others lead to another repository, or trace secrets."""

SAFELY = {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GCM_INTERACTIVE": "never", "SSH_ASKPASS_REQUIRE": "never"}
HEAD = "HEAD"


class Sign(NamedTuple):
    """What git says where it fails, and what that means."""

    words: str
    """A pattern, without regard to case."""

    code: Code
    wrong: str
    do: str
    again: bool = False
    """Whether another try may help."""


SIGNS = (
    Sign(
        "transport '.*' not allowed",
        NOT_ASKED,
        "A setting of git leads from `{place}` to an address of another kind",
        "Use https or ssh in `url.<base>.insteadOf`, where the source says https.",
    ),
    Sign(
        r"error: (429|5\d\d)",
        OVERLOADED,
        "The server of `{place}` has a fault, or takes no more requests",
        "Try again later.",
        again=True,
    ),
    Sign(
        "host key verification failed",
        DENIED,
        "ssh does not know the host of `{place}`",
        "Put its key into `known_hosts`.",
    ),
    Sign(
        "could not read (username|password)|authentication failed|permission denied|error: 40[13]"
        "|access denied(?! or repository not exported)",
        DENIED,
        "The server of `{place}` wants credentials, or refuses them",
        "Let git know credentials for it: `git ls-remote` has to work there without a question.",
    ),
    Sign(
        "not found|does not exist|not appear to be a git repository|no such|not exported",
        NOT_FOUND,
        "There is no repository `{place}`",
        "Correct the address, or let git know credentials for it.",
    ),
    Sign(
        "could not resolve|connect|timed out|unreachable|hung up|early eof|reset by peer|empty reply|unable to access",
        UNREACHABLE,
        "git has no connection to `{host}`",
        "Look at the network and at git's settings for proxies.",
    ),
    Sign("", UNUSABLE, "git cannot ask `{place}`", "Make sure that a repository of git is there."),
)
"""In the order in which they count. git speaks English here, and these words of it are old."""


def resolve(wanted: Wanted, asker: Asker) -> str:
    """The commit of a tag, else of a branch of that name, as `git fetch` takes them; of `HEAD`, where there is none.

    Raises: Unresolved.
    """
    url = wanted.location.removeprefix("git+")
    protocols, place = _address(url)
    patterns = _patterns(wanted.revision)
    lines = _asked(asker, url, place, protocols, patterns).splitlines()
    commits = {name: commit for commit, tab, name in (line.partition("\t") for line in lines) if tab}
    commit = next((commits[name] for name in patterns if name in commits), None)
    if commit is None:
        raise _no_revision(wanted.revision, place)
    if not COMMIT.fullmatch(commit):
        raise Unresolved(UNUSABLE, f"git names no commit of `{place}`.", "Make sure that a repository of git is there.")
    return commit


def _address(url: str) -> tuple[str, str]:
    """What git may speak to an address, and the address as it is shown.

    Raises: Unresolved.
    """
    try:
        parts = urlsplit(url)
        secret, host = parts.password, parts.hostname
    except ValueError:
        parts, secret, host = urlsplit(""), None, None
    protocols = TRANSPORTS.get(parts.scheme)
    if protocols is None or not (host or parts.scheme == "file") or "-" in (host or "")[:1]:
        raise Unresolved(
            NOT_ASKED, "An address of git is not asked.", "Use `git+https://` or `git+ssh://` with a host."
        )
    if secret is not None:
        raise Unresolved(
            NOT_ASKED, f"An address on `{host}` holds a password.", "Take it out: git knows its own credentials."
        )
    return protocols, f"{parts.netloc.rpartition('@')[2]}{parts.path}"


def _patterns(revision: str) -> tuple[str, ...]:
    """References that a revision may mean, the first that there is counts. `^{}` is the commit of an annotated tag."""
    if not revision:
        return (HEAD,)
    if revision.startswith("refs/"):
        return (f"{revision}^{{}}", revision)
    return (f"refs/tags/{revision}^{{}}", f"refs/tags/{revision}", f"refs/heads/{revision}")


def _asked(asker: Asker, url: str, place: str, protocols: str, patterns: tuple[str, ...]) -> str:
    """What `git ls-remote` lists."""
    command = ("git", *PREFERENCES, "ls-remote", "--", url, *patterns)
    environment = {**_inherited(asker.environment), **SAFELY, "GIT_ALLOW_PROTOCOL": protocols}
    host, patience = place.partition("/")[0], asker.patience
    number = 1
    while True:
        if host in asker.away:
            raise asker.away[host]
        ended = _tried(command, environment, host or place, patience.read)
        if isinstance(ended, Ended) and ended.code == 0:
            return ended.output
        failure, again = (ended, False) if isinstance(ended, Unresolved) else _meant(ended.errors, place, host)
        if host and failure.code is UNREACHABLE:
            asker.away[host] = failure
        if not again or number == patience.tries:
            raise failure
        time.sleep(min(patience.pause * 2.0 ** (number - 1), patience.longest))
        number += 1


def _inherited(environment: Mapping[str, str]) -> Mapping[str, str]:
    kept = {name: value for name, value in environment.items() if not name.startswith("GIT_") or KEPT.match(name)}
    kept.pop("SSH_ASKPASS", None)
    return kept


def _tried(command: tuple[str, ...], environment: Mapping[str, str], host: str, seconds: float) -> Ended | Unresolved:
    """How git ended, or why it did not."""
    try:
        return run(command, environment, seconds)
    except MissingError:
        return Unresolved(NO_GIT, "There is no `git` on the PATH.", "Install git, and run `hydra lock` again.")
    except SlowError:
        wrong = f"git got no answer from `{host}` within {seconds:g} seconds."
        return Unresolved(UNREACHABLE, wrong, "Look at the network, or try again with a longer `--timeout`.")


def _meant(text: str, place: str, host: str) -> tuple[Unresolved, bool]:
    """What it means that git failed, and whether another try may help."""
    sign = next(one for one in SIGNS if re.search(one.words, text, re.IGNORECASE))
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = next((line for line in lines if re.search(sign.words, line, re.IGNORECASE)), "it says nothing")
    # A setting of the user's may have put credentials into the address.
    words = re.sub(r"(?<=://)[^/@\s]*@", "", telling).rstrip(".")[:MOST_TOLD]
    return Unresolved(
        sign.code, f"{sign.wrong.format(place=place, host=host or place)} ({words}).", sign.do
    ), sign.again


def _no_revision(revision: str, place: str) -> Unresolved:
    if not revision:
        return Unresolved(NOT_FOUND, f"`{place}` has no default branch.", "Name a branch or tag in the source.")
    do = "Use a branch or tag that it has."
    if re.fullmatch(r"[0-9a-f]{4,39}", revision):
        do = "Write a commit with all its digits: a server does not know it by fewer."
    return Unresolved(NOT_FOUND, f"`{place}` has no branch and no tag `{revision}`.", do)


RESOLVER = Resolver(resolve)
