"""The page of all codes, and the laws that hold for each of them."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from compiler.diagnostics import Code, Severity
from compiler.report import rules_page
from compiler.report.rules_page import CHAPTERS, ID, PAGE, DuplicateCode, codes_of, modules, page, write

CODES = codes_of(modules())


def module(name: str, **contents: object) -> ModuleType:
    made = ModuleType(name)
    vars(made).update(contents)
    return made


FIRST = Code(
    "HYD101", Severity.ERROR, "A tab | a bar.", "It ends.", "a: ```\n", "b", "See https://example.com/a, page 7."
)
SECOND = Code("HYD201", Severity.INFO, "A field.", "It fails.", "hydra compile\n")


class Rule(NamedTuple):
    code: Code


def test_the_page_is_fresh() -> None:
    assert PAGE.is_file(), "write it with `python -m compiler.report.rules_page`"
    assert PAGE.read_text(encoding="utf-8") == page(CODES)


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.id)
def test_a_code_is_documented(code: Code) -> None:
    found = ID.fullmatch(code.id)
    assert found is not None
    assert found[1] in CHAPTERS
    for text in (code.summary, code.why):
        assert text.endswith("."), text
        assert text == text.strip(), text
    # What a machine does to a run, such as a full disk, can't be written down as a spec.
    assert code.bad.strip() or found[1] == "0", "an example of what is bad"


def test_there_are_codes() -> None:
    assert len(CODES) > 10


def test_codes_are_found_as_such_and_in_rules() -> None:
    assert codes_of([module("b", RULE=Rule(SECOND), other=7), module("a", FIRST=FIRST, again=FIRST)]) == [FIRST, SECOND]


def test_an_imported_code_is_no_duplicate_and_a_second_one_is() -> None:
    assert codes_of([module("a", FIRST=FIRST), module("b", FIRST=FIRST)]) == [FIRST]
    twin = FIRST._replace(why="It ends.")
    with pytest.raises(DuplicateCode, match="`HYD101` is defined in `a` and in `b`"):
        codes_of([module("a", FIRST=FIRST), module("b", TWIN=twin)])


def test_an_id_of_another_form_is_refused() -> None:
    with pytest.raises(ValueError, match="`E1` is not of the form HYD123"):
        page([FIRST._replace(id="E1")])


def test_the_page_has_a_table_and_a_section_a_code() -> None:
    text = page([FIRST, SECOND])
    assert "| [HYD101](#hyd101) | error | A tab \\| a bar. |\n| [HYD201](#hyd201) | info | A field. |\n" in text
    assert (
        text.index("## HYD1xx: Reading YAML") < text.index("### HYD101") < text.index("## HYD2xx: The shape of specs")
    )
    assert (
        "Bad:\n\n````yaml\na: ```\n````\n\nGood:\n\n```yaml\nb\n```\n\nSource: See <https://example.com/a>, page 7.\n"
        in text
    )
    assert text.endswith("### HYD201\n\n**info**: A field.\n\nIt fails.\n\nBad:\n\n```sh\nhydra compile\n```\n")


def test_the_command_writes_and_checks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "docs" / "rules.md"
    monkeypatch.setattr(rules_page, "PAGE", target)
    runner = CliRunner()
    assert runner.invoke(write, ["--check"]).exit_code == 1
    assert runner.invoke(write).exit_code == 0
    assert runner.invoke(write, ["--check"]).exit_code == 0
    assert target.read_text(encoding="utf-8") == page(CODES)
    target.write_text("old", encoding="utf-8")
    stale = runner.invoke(write, ["--check"])
    assert (stale.exit_code, stale.output) == (
        1,
        "Error: docs/rules.md is stale: run `python -m compiler.report.rules_page`\n",
    )
