"""`docs/rules.md`: every code that Hydra knows, from the codes themselves.

`python -m compiler.report.rules_page` writes the page, with `--check` it only tells whether it is fresh.
"""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from itertools import groupby
from pathlib import Path
from types import MappingProxyType, ModuleType

import click

import compiler
from compiler.diagnostics import Code
from compiler.pages import write_page
from compiler.report.markdown import examples

PAGE = Path(compiler.__file__).parents[1] / "docs" / "rules.md"

ID = re.compile(r"HYD(\d)\d\d")

SHIPPED = "compiler.planning.serving.apps."
"""Programs for pods, which import what is installed there alone."""

CHAPTERS: Mapping[str, str] = MappingProxyType({
    "0": "The run, files and output",
    "1": "Reading YAML",
    "2": "The shape of specs",
    "3": "Names, references and sharing",
    "4": "Policy",
    "5": "Sources and loaders; serving",
    "6": "Storage and the safety of changes",
    "7": "The library",
    "8": "Schemas of the output",
    "9": "Training",
})  # fmt: skip
"""What the codes of a hundred are about, by the digit of the hundreds."""

HEAD = """\
<!-- Written by `python -m compiler.report.rules_page`. Edit the codes, not this page. -->

# Findings

Every finding has a code, which never changes its meaning. A finding of a level below `--fail-on` does not
make the exit code 1.
"""


class DuplicateCode(ValueError):  # noqa: N818
    """Two modules define a code of one id."""


def codes_of(modules: Iterable[ModuleType]) -> list[Code]:
    """All codes that stand in the modules, by id: as such, or as the `code` of something, such as a rule.

    Raises: DuplicateCode. A code that is imported elsewhere is no duplicate of itself.
    """
    known: dict[str, tuple[Code, str]] = {}
    for module in modules:
        for code in codes_in(module):
            first, where = known.setdefault(code.id, (code, module.__name__))
            if first is not code:
                raise DuplicateCode(f"`{code.id}` is defined in `{where}` and in `{module.__name__}`.")
    return [code for _, (code, _) in sorted(known.items())]


def codes_in(module: ModuleType) -> Iterator[Code]:
    """The codes at the top of a module."""
    for value in vars(module).values():
        code = value if isinstance(value, Code) else getattr(value, "code", None)
        if isinstance(code, Code):
            yield code


def modules() -> Iterator[ModuleType]:
    """Every module of the program, in the order of their names; not those that only pods run."""
    found = pkgutil.walk_packages(compiler.__path__, "compiler.")
    names = (one.name for one in found if not one.name.endswith(".__main__") and not one.name.startswith(SHIPPED))
    yield from map(import_module, names)


def page(codes: Iterable[Code]) -> str:
    """The whole page: a table to find a code in, then a chapter a hundred."""
    chapters = [(digit, list(group)) for digit, group in groupby(codes, key=chapter_of)]
    rows = [row(code) for _, group in chapters for code in group]
    table = "\n".join(["| Code | Level | What |", "|---|---|---|", *rows])
    return "\n".join([HEAD, f"{table}\n", *(chapter(digit, group) for digit, group in chapters)])


def chapter_of(code: Code) -> str:
    """The digit of a code's hundreds.

    Raises: ValueError, where the id is not of the form `HYD123`.
    """
    match = ID.fullmatch(code.id)
    if match is None:
        raise ValueError(f"`{code.id}` is not of the form HYD123")
    return match[1]


def row(code: Code) -> str:
    """A line of the table."""
    summary = code.summary.replace("|", "\\|")
    return f"| [{code.id}](#{code.id.lower()}) | {code.severity.label} | {summary} |"


def chapter(digit: str, codes: Iterable[Code]) -> str:
    """All codes of a hundred."""
    return "\n".join([f"## HYD{digit}xx: {CHAPTERS[digit]}\n", *map(section, codes)])


def section(code: Code) -> str:
    """What a code means, why it matters, and how it looks."""
    parts = [f"### {code.id}", f"**{code.severity.label}**: {code.summary}", code.why]
    parts += examples(code)
    if code.source:
        parts.append(f"Source: {source(code.source)}")
    return "\n\n".join(parts) + "\n"


def source(text: str) -> str:
    """A source, its addresses as links."""
    return re.sub(r"(?<![<(])https?://[^\s,;]+[^\s,;.]", lambda match: f"<{match[0]}>", text)


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 where the page is not fresh.")
def write(check: bool) -> None:
    """Write `docs/rules.md`."""
    write_page(PAGE, page(codes_of(modules())), "compiler.report.rules_page", check)


if __name__ == "__main__":
    write()
