"""Reading is tested with libyaml's parser, and with the one that stands in for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from compiler.source import events
from compiler.source.composition import compose
from compiler.source.plain_parser import PlainParser


@pytest.fixture(params=["libyaml", "plain"])
def either_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    if request.param == "plain":
        monkeypatch.setattr(events, "_parser", PlainParser)
    elif events.fastest_parser() is PlainParser:
        pytest.skip("PyYAML was built without libyaml")
    compose.cache_clear()
    yield request.param
    compose.cache_clear()
