"""How a string is written so that every reader of YAML sees that string and nothing else.

Readers disagree: YAML 1.1 (PyYAML, libyaml) takes `on`, `12:30` and `0o14` for something else than YAML 1.2 (ruamel)
or Go (`yaml.v2` and `v3` behind kubectl, Argo CD and Flux: `y`, `1e3`, `1_000`). So only what no one could mistake is
written plain, by a short list of what is allowed; all the rest is double-quoted. Sources: YAML 1.1 and 1.2.2, section
5.1 (characters) and 8.1.2 (literal blocks); `resolve.go` of go-yaml.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

# Not printable for some reader, or not visible for a reviewer: controls, soft hyphen, text direction, line separators,
# byte order mark, non-characters, tags. A fixed list: `str.isprintable` differs from one Python to the next.
_HIDDEN = (
    r"\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff"
    r"\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e0fff"
)
_SHORT_ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}

_PLAIN = re.compile(
    r"(?:[A-Za-z/]|--?[A-Za-z]|\.[A-Za-z/])[A-Za-z0-9_./+@=,:-]*(?<!:)"  # words, paths, flags, images, URLs
    r"|[0-9]+(?:[EPTGMK]i|[smhkMGTP])"  # quantities and durations
).fullmatch
_WORDS = frozenset(
    sign + word
    for sign in ("", "-", ".", "-.")
    for word in ("y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf", "infinity")
)

LONGEST_KEY = 900
"""A key of more characters needs the explicit form `? key`: readers look for the colon in the next 1024."""


def scalar(text: str) -> str:
    """A string on one line: plain where that is safe, else in double quotes.

    Raises: ValueError, where the text holds half a surrogate pair, which UTF-8 cannot write.
    """
    if _PLAIN(text) and text.lower() not in _WORDS:
        return text
    body = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_escaped(body)}"'


@lru_cache(maxsize=256)
def literal(text: str, pad: str) -> str:
    """Text of several lines as a literal block below `pad`, or double-quoted where a block would not read back exactly.

    The last line has no line feed yet. A block would lose or change: a first line that begins with a blank, blanks at
    the end of a line (editors and hooks strip them), carriage returns and characters that are not printable.
    """
    if not _literal_fits(text):
        return scalar(text)
    stem = text.rstrip("\n")
    line_feeds = len(text) - len(stem)
    body = stem.replace("\n", "\n" + pad)
    if "\n\n" in stem:
        # Twice, because empty lines that follow each other share a line feed.
        body = body.replace(f"\n{pad}\n", "\n\n").replace(f"\n{pad}\n", "\n\n")
    if line_feeds == 1:
        return f"|\n{pad}{body}"
    if line_feeds == 0:
        return f"|-\n{pad}{body}"
    return f"|+\n{pad}{body}" + "\n" * (line_feeds - 1)


def _literal_fits(text: str) -> bool:
    if text[0] in " \t\n" or text[-1] in " \t" or " \n" in text or "\t\n" in text:
        return False
    # `isprintable` is twenty times as fast, and the same in every Python for ASCII.
    return (text.isascii() and text.replace("\n", "").isprintable()) or not _hidden("").search(text)


def comment(text: str) -> str:
    """Text that may stand in a comment: a line feed in a file's name must not end it."""
    return _escaped(text, surrogates=True)


@cache
def _hidden(more: str) -> re.Pattern[str]:
    """Any of the hidden characters, or of `more`. Made when the first text that is not plain ASCII asks for it."""
    return re.compile(f"[{_HIDDEN}{more}]")


def _escaped(text: str, *, surrogates: bool = False) -> str:
    if text.isascii() and text.isprintable():
        return text
    if not surrogates and any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("text with half a surrogate pair cannot be written as UTF-8")
    return _hidden(r"\t\n").sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    if short := _SHORT_ESCAPES.get(character):
        return short
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
