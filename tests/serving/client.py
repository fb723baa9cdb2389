"""Asks a server in OpenAI's protocol, with nothing but the standard library."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any, NamedTuple

SECONDS = 60


class Answer(NamedTuple):
    """What a server said."""

    status: int
    body: str
    kind: str = ""

    @property
    def json(self) -> Any:
        """The body, where it is one document."""
        return json.loads(self.body)

    @property
    def error(self) -> Any:
        """What is wrong, where the server says so in OpenAI's shape."""
        return self.json["error"]

    @property
    def events(self) -> list[str]:
        """The body, where it is a stream: what each event says."""
        lines = [line for line in self.body.split("\n\n") if line]
        assert all(line.startswith("data: ") for line in lines)
        return [line.removeprefix("data: ") for line in lines]


def get(url: str) -> Answer:
    """Ask for a page."""
    return _ask(urllib.request.Request(url))


def post(url: str, body: Mapping[str, Any] | bytes) -> Answer:
    """Send a document, or bytes as they are."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return _ask(urllib.request.Request(url, content, {"Content-Type": "application/json"}))


def _ask(request: urllib.request.Request) -> Answer:
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as response:
            return Answer(response.status, response.read().decode(), response.headers.get("Content-Type", ""))
    except urllib.error.HTTPError as problem:
        return Answer(problem.code, problem.read().decode())
