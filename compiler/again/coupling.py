"""Which spec files have to be compiled again after some of them changed: those that changed, those that name them, and
what either needs.

Files are coupled by their words, not by what they mean: a file that says a name anywhere may refer to it. That takes in
too many, which costs time, and never too few of those that refer by name. Whoever uses it compiles everything where the
smaller compile finds anything wrong.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from compiler.dialects.translate import unit_of

Texts = Mapping[str, str]
"""Text of the spec files, by path from the root."""

_VALUE = r"""["']?([A-Za-z0-9][A-Za-z0-9._-]*)["']?[ \t]*(?=[,}#\r\n]|\Z)"""
_REST = r"[ \t]*(?:#[^\n]*)?\r?\n"
"""Of a line that says no more."""

_ON_ONE_LINE = r"""[ \t]*\{(?:(?:[^][{}"'\n]|\{[^{}\n]*\})*?,[ \t]*|[ \t]*)"""
_BELOW = rf"(?:{_REST})+([ ]+)(?:(?=[^\s#])[^\n]*\n(?:\1[ ]+[^\s#][^\n]*\n|{_REST})*\1)*?"
_NAME = re.compile(
    rf"""^["']?metadata["']?[ \t]*:(?:{_ON_ONE_LINE}|{_BELOW})["']?name["']?[ \t]*:[ \t]*{_VALUE}""", re.MULTILINE
)
"""The usual ways to write a document's name: alone on its line, or in a map on one line. What is written otherwise is
told by the number of documents."""

_DOCUMENT = re.compile(r"""^["']?apiVersion["']?[ \t]*:""", re.MULTILINE)
_MODEL_ID = re.compile(r"""hydra\.io/model-id["']?\s*:\s*["']?([^\s"',}#]+)""")
_MOVED = re.compile(r"""(?<![A-Za-z0-9./-])([a-z][-a-z0-9]*)/[a-z][-a-z0-9]*["']?\s*:\s""")
_FOREIGN = re.compile(r"""^["']?apiVersion["']?\s*:(?!\s*["']?hydra\.io/)""", re.MULTILINE)
_WORD = re.compile(r"[\w.-]+")
_ESCAPED = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([/\"])|\r?\n[ \t]*)")

MODELS = "ModelSpec"
"""The kind that says how a model is served, wherever it is: by its repository on a hub, and not by name."""

SHORTEST_CUT = 36
"""Characters of a project's name that are left at least where an object's name is cut (`compiler.emission.naming`)."""


class Coupled(NamedTuple):
    """Which spec files a smaller compile reads."""

    affected: frozenset[str]
    """Files whose objects may be other ones: those that changed, and all that name them, over any number of steps."""

    needed: frozenset[str]
    """Those, and what they refer to."""


def coupled(sides: Iterable[Texts], changed: Collection[str]) -> Coupled | None:
    """The files to compile where those of `changed` differ between sides; None is all of them.

    A changed file that is no spec counts for the specs that say its name.
    """
    texts: list[Texts] = [{path: plain(text) for path, text in side.items()} for side in sides]
    everything = {path for side in texts for path in side}
    first = {path for path in changed if path in everything}
    for path in sorted(set(changed) - everything):
        first |= _saying(texts, [posixpath.basename(path)])
    affected = _upwards(texts, first)
    if any(has_foreign(side.get(path, "")) for side in texts for path in affected):
        return None  # What a dialect makes of a document can depend on others that nobody names.
    nameless = {path for side in texts for path, text in side.items() if not is_told(text)}
    if not nameless.isdisjoint(affected):
        return None
    nameless |= {path for side in texts for path, text in side.items() if MODELS in text}
    needed, fresh = affected | nameless, affected | nameless
    while fresh:
        fresh = _beside(texts, _named_by(texts, fresh)) - needed
        needed |= fresh
    return Coupled(frozenset(affected), frozenset(needed))


def plain(text: str) -> str:
    """A text as it is read: letters that are escaped in quotes, and words that go on in the next line there."""
    if "\\" in text:
        text = _ESCAPED.sub(_unescaped, text)
    return text.replace("''", "'") if "''" in text else text


class Said:
    """Which files of a repo are named in some text."""

    def __init__(self, text: str) -> None:
        self.text = plain(text)
        self.words = frozenset(_WORD.findall(self.text))

    def says(self, path: str) -> bool:
        """Whether the name of a file is said, which is not a hidden one."""
        name = posixpath.basename(path)
        if path.startswith(".") or "/." in path:
            return False
        return name in self.words if _WORD.fullmatch(name) else says(self.text, name)


def says(text: str, name: str) -> bool:
    """Whether a text that is `plain` says a name, at least at the beginning of a longer one."""
    words = name.split()
    return bool(words) and words[0][:SHORTEST_CUT] in text and re.search(_words([name]), text) is not None


def has_foreign(text: str) -> bool:
    """Whether a file has documents of other systems, too."""
    return _FOREIGN.search(text) is not None


def is_told(text: str) -> bool:
    """Whether `names_in` finds what every document of a text is called."""
    return text.count("apiVersion") == len(_DOCUMENT.findall(text)) == len(_NAME.findall(text))


def names_in(text: str) -> set[str]:
    """Names that other files may refer to a file's documents by. The text is `plain`."""
    names = {name for _, name in _NAME.findall(text)} | set(_MODEL_ID.findall(text))
    # What an entry was called before it was renamed, its claims still are.
    return names | set(_MOVED.findall(text)) if "moved" in text else names


def _upwards(texts: list[Texts], files: Collection[str]) -> set[str]:
    reached = fresh = _beside(texts, files)
    while fresh:
        names = {name for side in texts for path in fresh for name in names_in(side.get(path, ""))}
        fresh = _beside(texts, _saying(texts, names)) - reached
        reached = reached | fresh
    return reached


def _saying(texts: list[Texts], words: Collection[str]) -> set[str]:
    """Files that say one of the words, at least at the beginning of a longer one."""
    if not words:
        return set()
    said = re.compile(_words(sorted(words)))
    return {path for side in texts for path, text in side.items() if said.search(text)}


def _words(words: Iterable[str]) -> str:
    """A pattern of words. A name may be cut; a blank may be a line break."""
    shown = (r"\s+".join(map(re.escape, one[:SHORTEST_CUT].split())) for one in words)
    return f"(?<![A-Za-z0-9])(?:{'|'.join(shown)})"


def _unescaped(found: re.Match[str]) -> str:
    code = found[1] or found[2] or found[3]
    return chr(min(int(code, 16), 0x10FFFF)) if code else found[4] or ""


def _named_by(texts: list[Texts], files: Collection[str]) -> set[str]:
    """Files whose names one of `files` says."""
    saying = "\n".join(side.get(path, "") for side in texts for path in sorted(files))
    return {path for side in texts for path, text in side.items() if any(says(saying, one) for one in names_in(text))}


def _beside(texts: list[Texts], files: Collection[str]) -> set[str]:
    """The files, and those with documents of the same unit: foreign documents of a directory, and a project called like it."""
    directories = {posixpath.dirname(path) for path in files if _in_unit(texts, path)}
    if not directories:
        return set(files)
    paths = {path for side in texts for path in side if posixpath.dirname(path) in directories}
    return {path for path in paths if _in_unit(texts, path)} | set(files)


def _in_unit(texts: list[Texts], path: str) -> bool:
    """Whether a file has documents in the unit of its directory."""
    said = [side.get(path, "") for side in texts]
    return any(has_foreign(text) or unit_of(path) in names_in(text) for text in said)
