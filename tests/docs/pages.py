"""The pages of the documentation: fenced blocks, headings and links.

A block's info string says how it is tested:

* `yaml spec`: compiles by itself, without errors.
* `yaml file=PATH`: a file of the page's own repo, which compiles without errors as a whole.
* `yaml base=PATH`: the same file as the last commit has it.
* `console`: its `$ hydra ...` lines run in a copy of sample-repo; with `repo=page` in the page's own repo; with `exit=N`
  the last one ends with that code. Lines without `$` are output that has to be there.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
GENERATED = frozenset({"docs/rules.md"})
"""Pages whose blocks have a test of their own."""
BLOCK = re.compile(
    r"^(?P<indent> *)```(?P<language>\w+)(?P<info>[^\n]*)\n(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL
)
SHELLS = frozenset({"console", "bash", "sh"})


class Block(NamedTuple):
    """A fenced block."""

    page: str
    line: int
    language: str
    info: dict[str, str]
    text: str

    @property
    def commands(self) -> list[str]:
        """The lines that run hydra, without the prompt."""
        if self.language not in SHELLS:
            return []
        lines = (line.removeprefix("$ ") for line in self.text.splitlines())
        return [line for line in lines if line.split(" ")[0] == "hydra"]

    @property
    def output(self) -> list[str]:
        """The lines that are shown as output."""
        if self.language != "console":
            return []
        return [line for line in self.text.splitlines() if line and not line.startswith("$ ")]


def pages() -> list[str]:
    """Every page, by its path from the root."""
    found = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("sample-repo/*.md")]
    return sorted(path.relative_to(ROOT).as_posix() for path in found)


def blocks(page: str) -> Iterator[Block]:
    """The fenced blocks of a page."""
    if page in GENERATED:
        return
    text = (ROOT / page).read_text(encoding="utf-8")
    for found in BLOCK.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        info = {key: value for key, _, value in (word.partition("=") for word in found["info"].split())}
        yield Block(page, line, found["language"], info, textwrap.dedent(found["text"]))


def prose(page: str) -> str:
    """A page without its fenced blocks and code."""
    text = BLOCK.sub("", (ROOT / page).read_text(encoding="utf-8"))
    return re.sub(r"`[^`\n]*`", "", text)


def links(page: str) -> list[str]:
    """Targets of the links that lead to other files or headings."""
    found = re.findall(r"\]\(([^)\s]+)\)", prose(page))
    return [target for target in found if not re.match(r"[a-z]+:", target)]


def anchors(path: Path) -> set[str]:
    """Anchors of a page's headings, as GitHub makes them."""
    text = BLOCK.sub("", path.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ +(.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
