"""What a resolver is, and what resolvers share."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from compiler.lock.answer import Answer
from compiler.lock.asking import Asker
from compiler.lock.resolver_problems import DENIED, NOT_ASKED, UNUSABLE, Unresolved
from compiler.lock.wanted import Wanted

COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


class Resolver(NamedTuple):
    """A system that is asked. One file each, named as `Wanted.system` has it."""

    resolve: Callable[[Wanted, Asker], str]
    """The commit or digest that a name means now.

    Raises: Unresolved.
    """


def commit_of(value: object, host: str) -> str:
    """A commit, as a server's answer has it.

    Raises: Unresolved.
    """
    if isinstance(value, str) and COMMIT.fullmatch(value):
        return value
    raise Unresolved(
        UNUSABLE, f"The answer of `{host}` names no commit.", "Make sure that the address is that of the hub itself."
    )


def endpoint_of(text: str, variable: str) -> str:
    """The address of a hub, without a slash at its end. `variable` is where a user may have said it.

    Raises: Unresolved.
    """
    from urllib.parse import urlsplit

    address = text.strip().rstrip("/")
    try:
        parts = urlsplit(address)
        known = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        known = False
    if not known or parts.query or parts.fragment:
        raise Unresolved(NOT_ASKED, f"`{variable}` is not the address of a hub.", "Write it as `https://hub.acme.io`.")
    return address


def bearer(token: str, variable: str) -> str:
    """The header that carries a token.

    Raises: Unresolved, where it cannot be one: it would get into no request, or into the next header.
    """
    if token.isascii() and token.isprintable() and " " not in token:
        return f"Bearer {token}"
    raise Unresolved(
        DENIED, f"What `{variable}` holds cannot be a token.", "Write the token alone, without quotes or line breaks."
    )


def refused(answer: Answer, *, remedy: str) -> Unresolved:
    """A server that wants credentials, or refuses them. `remedy` says where they come from."""
    return Unresolved(DENIED, f"`{answer.host}` refuses the request ({answer.told}).", remedy)
