"""URIs, taken apart the way Go's `net/url` does, which the systems that Hydra replaces use."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote, unquote

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_PORT = re.compile(r":[0-9]*$")


class Uri(NamedTuple):
    """A URI in parts. `host` keeps its case and port and lacks the user; `path` is percent-decoded."""

    text: str
    scheme: str
    host: str
    path: str
    query: str
    user: str
    """What stands before `@` in the authority: possibly a password, so never to be printed."""

    @property
    def bare(self) -> str:
        """The URI without what stands before `@`."""
        return self.text.replace(f"{self.user}@", "", 1) if self.user else self.text

    @property
    def quoted_path(self) -> str:
        """The path as it stands in a URI."""
        return quote(self.path, safe="/:@!$&'()*+,;=~")


def parse(text: str) -> Uri:
    """Take a URI apart.

    Raises: ValueError, with a sentence that says what is wrong, where it is not one.

    >>> parse("nfs://10.0.0.1:2049/a%20b/c?x=1")[2:5]
    ('10.0.0.1:2049', '/a b/c', 'x=1')
    """
    found = _SCHEME.match(text)
    if found is None:
        raise ValueError("It has no scheme such as `s3://`.")
    if _CONTROL.search(text):
        raise ValueError("It holds a line break or a control character.")
    scheme = found[1].lower()
    rest, _, _ = text[found.end() :].partition("#")
    rest, _, query = rest.partition("?")
    if not rest.startswith("//"):
        return Uri(text, scheme, "", _decoded(rest if rest.startswith("/") else ""), query, "")
    authority, slash, path = rest[2:].partition("/")
    user, _, host = authority.rpartition("@")
    _check_host(host)
    return Uri(text, scheme, host, _decoded(slash + path), query, user)


def _decoded(path: str) -> str:
    if _ESCAPE.search(path):
        raise ValueError("It holds a `%` that is not followed by two hexadecimal digits.")
    try:
        return unquote(path, errors="strict")
    except UnicodeDecodeError:
        raise ValueError("What its `%` signs stand for is not text.") from None


def _check_host(host: str) -> None:
    if host.startswith("[") and "]" not in host:
        raise ValueError(f"The bracket of the host `{host}` is not closed.")
    tail = host.rpartition("]")[2] if host.startswith("[") else host
    if ":" in tail and not _PORT.search(tail):
        raise ValueError(f"`{tail[tail.index(':') :]}` after the host is not a port.")
    if re.search(r"[\s\"<>\\^`{|}%]", host):
        raise ValueError(f"The host `{host}` holds a character that hosts cannot have.")
