"""Templates that want more than they are given: refused, and quickly."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from compiler.library.library import open_library
from compiler.library.plain import TemplateFault
from compiler.library.templates import check_expression, check_text, evaluate, render_text

REFUSED = [
    "{{ ''.__class__.__mro__ }}",
    "{{ x.__init__.__globals__ }}",
    "{{ ''.format }}{{ ''.format(1) }}",
    "{{ self }}",
    "{{ self.__init__ }}",
    "{{ _counted }}",
    "{{ x.upper() }}",
    "{{ range(10) }}",
    "{{ cycler('a') }}",
    "{{ lipsum(n=1000) }}",
    "{% for i in range(10**9) %}x{% endfor %}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}",
    "{% from 'os' import system %}",
    "{% extends '/etc/passwd' %}",
    "{% set x = 1 %}",
    "{% set x %}y{% endset %}",
    "{% macro m() %}{{ m() }}{% endmacro %}",
    "{% call x() %}{% endcall %}",
    "{% filter upper %}x{% endfilter %}",
    "{% block a %}{% endblock %}",
    "{% with y = x %}{{ y }}{% endwith %}",
    "{% autoescape true %}x{% endautoescape %}",
    "{% do x.append(1) %}",
    "{% debug %}",
    "{{ 10 ** 10 ** 10 }}",
    "{{ x ~ x }}",
    "{{ x|attr('__class__') }}",
    "{{ x|format(1) }}",
    "{{ x|center(1000000000) }}",
    "{{ x|indent(1000000000) }}",
    "{{ x|map('upper') }}",
    "{{ x|pprint }}",
    "{% for a in x %}{% for b in x %}{% for c in x %}{% endfor %}{% endfor %}{% endfor %}",
    "{% for a in x recursive %}{{ loop(x) }}{% endfor %}",
    "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
    "{{ " + "-" * 5000 + "1 }}",
    "{{ " + "[" * 300 + "]" * 300 + " }}",
    "{% if x %}" * 60 + "{% endif %}" * 60,
    "{{ x",
    "{% if %}",
    "{{ x|nothing }}",
    "{{ x is nothing }}",
]

FAILING = [
    "{{ x['__class__'] }}",
    "{{ x['upper'] }}",
    "{{ 'a' * 10000000000 }}",
    "{{ x * 10000000000 }}",
    "{{ '%1000000000d' % 1 }}",
    "{{ x + x }}",
    "{{ [1] * 1000000000 }}",
    "{{ 1 // 0 }}",
    "{{ deep['a']['b'] }}",
    "{{ many|tojson|replace('1', many|tojson)|replace('1', many|tojson) }}",
    "{% for a in many %}{% for b in many %}{% endfor %}{% endfor %}",
    "{% for a in many %}{% if big|replace('y', 'x') == 'z' %}{% endif %}{% endfor %}",
    "{{ [big, big, big, big, big, big, big, big, big, big]|join(big) }}",
    "{% for c in big %}{{ c }}{% endfor %}",
    "{{ x|join(', ', attribute='__class__') }}",
    "{{ 9|round(2, 'exec') }}",
    "{{ many|sort(attribute='__class__') }}",
]

CONTEXT: dict[str, Any] = {"x": "text", "deep": {}, "many": list(range(2000)), "big": "x" * (1 << 19)}


@pytest.fixture(autouse=True)
def _quickly() -> Any:
    start = time.monotonic()
    yield
    assert time.monotonic() - start < 3


@pytest.mark.parametrize("template", REFUSED, ids=lambda text: text[:40])
def test_it_is_refused_before_anything_is_rendered(template: str) -> None:
    with pytest.raises(TemplateFault):
        check_text(template)


@pytest.mark.parametrize("template", FAILING, ids=lambda text: text[:40])
def test_it_fails_before_it_does_harm(template: str) -> None:
    with pytest.raises(TemplateFault):
        render_text(template, CONTEXT)


@pytest.mark.parametrize(
    "expression",
    [
        "x.__class__",
        "x.upper()",
        "range(10)",
        "10 ** 10 ** 10",
        "x %}{% include '/etc/passwd'",
        "x }}",
        "",
        "1 2",
        "x =",
    ],
)
def test_a_hostile_expression_is_refused(expression: str) -> None:
    with pytest.raises(TemplateFault):
        check_expression(expression)


def test_expressions_calculate_with_numbers_only() -> None:
    assert evaluate("many[3] * 2 + 1", CONTEXT) == 7
    with pytest.raises(TemplateFault, match="for numbers"):
        evaluate("x * 1000000000", CONTEXT)


def test_a_context_is_not_changed() -> None:
    before = list(CONTEXT["many"])
    for template in ("{{ many.append(1) }}", "{{ many.clear }}", "{{ many|sort|first }}"):
        try:
            render_text(template, CONTEXT)
        except TemplateFault:
            continue
    assert CONTEXT["many"] == before


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("arguments: [a, \"{{ ''.__class__.__mro__ }}\"]", 16),
        ("arguments: [{if: x.__class__, then: [a]}]", 18),
        ("arguments: [{for: i, in: range(10), then: [a]}]", 26),
        ("arguments: [{if: x, then: [a, \"{% include '/etc/passwd' %}\"]}]", 31),
    ],
)
def test_an_entry_with_one_is_refused_at_its_place(tmp_path: Path, line: str, column: int) -> None:
    file = tmp_path / "library/loaders/bad.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(f"kind: Loader\nname: bad\nsummary: Bad\nsource: us\nimage: a:1\n{line}\n", encoding="utf-8")
    found = open_library(tmp_path, ["library"]).find("loader", "bad")
    assert found.value is None
    assert [(one.code.id, one.at.span().line, one.at.span().column) for one in found.found] == [("HYD707", 6, column)]
