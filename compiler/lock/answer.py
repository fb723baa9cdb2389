"""What a server says, read with care: it may be another program than the one that was meant."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from json import loads
from typing import Any, NamedTuple

from compiler.lock.resolver_problems import UNUSABLE, Unresolved

MOST_TOLD = 200
"""Characters of a server's own words that a finding shows."""


class Answer(NamedTuple):
    """What a server says."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    host: str

    @property
    def told(self) -> str:
        """The status and the server's own words, short: `404 Not Found: Repository not found`."""
        try:
            status = f"{self.status} {HTTPStatus(self.status).phrase}"
        except ValueError:
            status = str(self.status)
        words = " ".join(self._words().split())
        shown = f"{words[:MOST_TOLD]}..." if len(words) > MOST_TOLD else words
        return f"{status}: {shown.rstrip('.')}" if shown else status

    def json(self) -> Any:
        """The body.

        Raises: Unresolved.
        """
        try:
            return loads(self.body)
        except (ValueError, RecursionError):
            raise Unresolved(
                UNUSABLE, f"The answer of `{self.host}` is not JSON.",
                "Make sure that the address is that of the server itself, and that no page for logging in is in between.",
            ) from None  # fmt: skip

    def _words(self) -> str:
        """The message in an error's body, as the hubs and registries write it."""
        try:
            said = loads(self.body)
        except (ValueError, RecursionError):
            return ""
        if isinstance(said, dict) and isinstance(said.get("errors"), list) and said["errors"]:
            said = said["errors"][0]
        if not isinstance(said, dict):
            return ""
        return next((one for key in ("message", "Message", "error") if isinstance(one := said.get(key), str)), "")
