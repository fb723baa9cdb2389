"""Every code of the stage is documented, and its examples do what they say."""

from __future__ import annotations

import re

import pytest

from compiler.diagnostics import Code
from compiler.source import problems
from compiler.source.problems import CODES
from tests.unit.source.support import findings

OF_FILES = re.compile(r"HYD01\d")


def test_codes_are_listed_once_and_in_order() -> None:
    ids = [code.id for code in CODES]
    assert ids == sorted(set(ids))
    assert {value for value in vars(problems).values() if isinstance(value, Code)} == set(CODES)


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.id)
def test_a_code_is_documented(code: Code) -> None:
    assert re.fullmatch(r"HYD(01|1\d)\d", code.id)
    assert code.summary.endswith(".")
    assert len(code.why) > 60


@pytest.mark.parametrize("code", [code for code in CODES if not OF_FILES.match(code.id)], ids=lambda code: code.id)
def test_examples_are_true(code: Code) -> None:
    assert code.good
    assert findings(code.good) == []
    if code.bad:
        found = findings(code.bad)
        assert {one.code.id for one in found} == {code.id}
