"""Codes that settings may name."""

from __future__ import annotations

from compiler.checking.codes import is_adjustable, known_codes
from compiler.report.rules_page import codes_of, modules


def test_every_code_is_known() -> None:
    assert known_codes() == {one.id: one for one in codes_of(modules())}


def test_errors_but_those_of_policy_cannot_be_changed() -> None:
    known = known_codes()
    assert not is_adjustable(known["HYD201"])
    assert is_adjustable(known["HYD401"])
    assert is_adjustable(known["HYD313"])
