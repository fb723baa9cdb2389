"""The events of YAML text: libyaml's where PyYAML was built with it, else those of PyYAML's own parser.

Events and not nodes: composing nodes recurses on the C stack, which a text of brackets overflows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from yaml.events import Event

BAD_ESCAPE = "found invalid Unicode character escape code"
"""libyaml's words for half a surrogate pair, such as JSON writes for an emoji."""


def events(text: str) -> Iterator[Event]:
    """The events of a text, from the start to the end of the stream.

    Raises: yaml.YAMLError where the text is no YAML, UnicodeEncodeError for a lone surrogate in it.
    """
    return iter(_parser(text).get_event, None)


def fastest_parser() -> Callable[[str], Any]:
    """libyaml's parser where there is one."""
    try:
        from yaml import _yaml
    except ImportError:
        from compiler.source.plain_parser import PlainParser

        return PlainParser
    return _yaml.CParser


_parser = fastest_parser()


def start_of(event: Event) -> int:
    """The offset of an event's first character, from 0; that of its anchor or tag, where it has one."""
    return event.start_mark.index if event.start_mark else 0


def end_of(event: Event) -> int:
    """The offset behind an event's last character."""
    return event.end_mark.index if event.end_mark else 0
