"""PyYAML's parser in Python, for where PyYAML was built without libyaml."""

from __future__ import annotations

from typing import Any

from yaml.events import Event, ScalarEvent
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner, ScannerError

from compiler.source.events import BAD_ESCAPE


class PlainParser(Reader, Scanner, Parser):
    """The same events as libyaml's; as strict about escaped surrogates, stricter about tabs."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)

    def get_event(self) -> Event | None:
        """The next event, None behind the last."""
        event: Event | None = Parser.get_event(self)  # type: ignore[no-untyped-call]
        if isinstance(event, ScalarEvent) and any("\ud800" <= letter <= "\udfff" for letter in event.value):
            mark: Any = event.start_mark
            raise ScannerError("while parsing a quoted scalar", mark, BAD_ESCAPE, mark)
        return event
