"""Comments of documents, so that they go along with what they are about.

PyYAML's scanner says where each token is, and what stands between two of them is blanks and comments. So no text within
a value is taken for a comment, and no other YAML library is needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import yaml

from compiler.source.document import Document

_COMMENT = re.compile(r"(?:^|(?<=[ \t\n\r]))#[^\n\r]*")
_KEY = re.compile(r"[ \t-]*[\"']?([A-Za-z][\w./-]*)[\"']?[ \t]*:")
_SEPARATOR = yaml.DocumentStartToken


class Comment(NamedTuple):
    """A comment of a file."""

    line: int
    """Counts from 1."""

    text: str
    """With its `#`."""


class Comments(NamedTuple):
    """The comments of a file, and where its documents begin."""

    all: tuple[Comment, ...]
    separators: tuple[int, ...]
    """Lines of `---`, in order."""


def comments_by_document(text: str, documents: Sequence[Document]) -> Mapping[Document, tuple[str, ...]]:
    """The comments of each document of a file, top down. One behind a value gets the name of its field before it.

    A list's items share a document, and its comments go to none of them: they are left out of the result.
    """
    if "#" not in text:
        return {}
    read = read_comments(text)
    starts = {document: document.at().span().line for document in documents}
    alone = {line: [one for one in starts if starts[one] == line] for line in starts.values()}
    bounds = [0, *read.separators, len(text) + 1]
    found: dict[Document, tuple[str, ...]] = {}
    for begin, end in pairwise(bounds):
        inside = [one for line, ones in alone.items() if begin <= line < end for one in ones]
        said = tuple(one.text for one in read.all if begin <= one.line < end)
        if len(inside) == 1 and said:
            found[inside[0]] = said
    return found


def read_comments(text: str) -> Comments:
    """The comments of a text that is YAML; none, where PyYAML's scanner does not take what libyaml's took."""
    lines = text.split("\n")
    found: list[Comment] = []
    separators: list[int] = []
    end = 0
    try:
        for token in yaml.scan(text, Loader=yaml.SafeLoader):
            found += _between(text, end, token.start_mark.index, lines)
            end = max(end, token.end_mark.index)
            if isinstance(token, _SEPARATOR):
                separators.append(token.start_mark.line + 1)
    except yaml.YAMLError:
        return Comments((), ())
    found += _between(text, end, len(text), lines)
    return Comments(tuple(found), tuple(separators))


def _between(text: str, begin: int, end: int, lines: Sequence[str]) -> Iterator[Comment]:
    for found in _COMMENT.finditer(text, begin, end):
        number = text.count("\n", 0, found.start())
        before = lines[number][: found.start() - (text.rfind("\n", 0, found.start()) + 1)]
        field = _KEY.match(before) if before.strip() else None
        said = found[0].rstrip()
        yield Comment(number + 1, f"# {field[1]}: {said.lstrip('# ')}" if field and not _is_order(said) else said)


def _is_order(text: str) -> bool:
    """Whether a comment is one that Hydra reads, which has to stay as it is."""
    return re.match(r"#\s*hydra:\s*ignore\b", text) is not None
