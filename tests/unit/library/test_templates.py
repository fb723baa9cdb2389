"""Templates: what stands in an argument list for a value of the plan."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from compiler.library.arguments import Argument, Value
from compiler.library.plain import TemplateFault
from compiler.library.sandbox import compile_expression, compile_text
from compiler.library.templates import (
    MOST_OUTPUT,
    MOST_TEMPLATE,
    evaluate,
    render,
    render_text,
    render_values,
)

ARGUMENTS = TypeAdapter(list[Argument])
VALUES = TypeAdapter(dict[str, Value])


class Source(NamedTuple):
    repo: str
    revision: str | None = None


CONTEXT: Mapping[str, Any] = {
    "source": Source("acme/own", "1f3c9a"),
    "options": {"include": ["*.json", "*.safetensors"], "exclude": None, "depth": 1, "items": "mine", "ratio": 0.5},
    "endpoint": "",
    "flag": True,
}


def arguments(*items: Any) -> Sequence[Argument]:
    return ARGUMENTS.validate_python(list(items))


def fault(template: str, context: Mapping[str, Any] = CONTEXT) -> TemplateFault:
    with pytest.raises(TemplateFault) as raised:
        render_text(template, context)
    return raised.value


def test_names_are_put_in() -> None:
    items = arguments("hf", "download", "{{ source.repo }}", "--depth={{options.depth}}", "{{ options.ratio }}")
    assert render(items, CONTEXT) == ["hf", "download", "acme/own", "--depth=1", "0.5"]


def test_a_condition_and_a_loop_make_arguments() -> None:
    items = arguments(
        {"if": "source.revision", "then": ["--revision={{ source.revision }}"]},
        {"if": "endpoint", "then": ["--endpoint={{ endpoint }}"], "else": ["--no-endpoint"]},
        {"for": "pattern", "in": "options.include", "then": ["--include", "{{ pattern }}"]},
        {"for": "pattern", "in": "options.exclude", "then": ["--exclude", "{{ pattern }}"]},
    )
    assert render(items, CONTEXT) == [
        "--revision=1f3c9a", "--no-endpoint", "--include", "*.json", "--include", "*.safetensors",
    ]  # fmt: skip


def test_a_loop_in_a_condition_in_a_loop() -> None:
    items = arguments(
        {
            "for": "x",
            "in": "outer",
            "then": [{"if": "x.on", "then": [{"for": "y", "in": "x.inner", "then": ["{{ x.name }}{{ y }}"]}]}],
        }
    )
    outer = [{"on": True, "name": "a", "inner": [1, 2]}, {"on": False, "name": "b", "inner": [3]}]
    assert render(items, {"outer": outer}) == ["a1", "a2"]


@pytest.mark.parametrize("value", ["a b", "a\nb", "--flag", "$(id)", "'; rm -rf /", "{{ source.repo }}", "", "ü\x00"])
def test_an_argument_is_one_item_whatever_its_value_holds(value: str) -> None:
    assert render(arguments("--x={{ x }}", "y"), {"x": value}) == [f"--x={value}", "y"]


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=40), st.integers(), st.floats(allow_nan=False))
def test_plain_substitution_is_what_jinja2_does(text: str, whole: int, number: float) -> None:
    context = {"a": {"b": text}, "n": whole, "f": number}
    template = "x{{ a.b }} {{n}}\n{{ f }}\n"
    assert render_text(template, context) == compile_text(template)(context)


@pytest.mark.parametrize(
    "template",
    [
        "plain",
        "{{ source.repo }}",
        "{{source.repo}}{{ source.revision }}",
        "{{ options.items }}",
        "a\n\n",
        "}} {",
        "{{ options.none }}",
        "{{ nothing }}",
        "{{ source.count }}",
        "{{ source._fields }}",
        "{{ flag }}",
        "{{ options.include }}",
        "{{ options.exclude }}",
        "{{ true }}",
        "{{ endpoint or source.repo }}!{{endpoint or options.depth}}",
        "{{ endpoint or options.exclude }}",
        "{{ not endpoint }}",
        "{{ }}",
        "{{}}",
        "{{ source .repo }}",
        "{{ source. repo }}",
        "{{ 12 }}",
        "{{ _x }}",
    ],
)
def test_both_ways_agree(template: str) -> None:
    def outcome(text: Any) -> str:
        try:
            return str(text())
        except TemplateFault:
            return "fault"

    assert outcome(lambda: render_text(template, CONTEXT)) == outcome(lambda: compile_text(template)(CONTEXT))


@pytest.mark.parametrize(
    "expression",
    [
        "source.revision",
        "options.include",
        "endpoint",
        "nothing",
        "a.b",
        " flag ",
        "not flag",
        "not endpoint",
        "not nothing",
        "endpoint or source.repo",
        "source.repo or nothing",
        "endpoint or nothing",
        "endpoint or options.exclude",
        "flag and source.repo",
        "endpoint and nothing",
        "flag and nothing",
        "not endpoint and flag",
        "flag or endpoint and flag",
        "not not flag",
        "notflag",
        "true or flag",
        "not",
        "flag or",
    ],
)
def test_both_ways_agree_on_expressions(expression: str) -> None:
    def outcome(value: Any) -> Any:
        try:
            return value()
        except TemplateFault:
            return "fault"

    found = outcome(lambda: evaluate(expression, CONTEXT))
    assert found == outcome(lambda: compile_expression(expression)(CONTEXT))


def test_filters_conditions_and_loops_are_jinja2() -> None:
    template = (
        "{% for p in options.include if p != '*.bin' %}{{ loop.index }}:{{ p|upper }}{{ ',' if not loop.last }}"
        "{% endfor %}{% if options.depth > 0 %} {{ options|tojson }}{% endif %}"
    )
    assert render_text(template, CONTEXT) == (
        '1:*.JSON,2:*.SAFETENSORS {"depth": 1, "exclude": null, "include": ["*.json", "*.safetensors"],'
        ' "items": "mine", "ratio": 0.5}'
    )


def test_a_name_may_be_tested_before_it_is_used() -> None:
    items = arguments({"if": "options.branch is defined", "then": ["{{ options.branch }}"], "else": ["none"]})
    assert render(items, CONTEXT) == ["none"]
    assert render_text("{{ options.branch|default('main') }}", CONTEXT) == "main"


def test_a_name_that_is_not_there_is_a_fault_with_candidates() -> None:
    found = fault("--revision={{ options.incude }}")
    assert "`options.incude` is not defined" in found.wrong
    assert found.candidates[0] == "include"
    assert "`source.nothing` is not defined" in fault("{{ source.nothing }}").wrong
    assert "is not defined" in fault("{{ options.incude|upper }}").wrong


@pytest.mark.parametrize("template", ["{{ flag }}", "{{ options.include }}", "{{ options.exclude }}", "{{ source }}"])
def test_what_has_no_one_way_to_be_written_is_a_fault(template: str) -> None:
    if template != "{{ source }}":
        assert "neither text nor a number" in fault(template).wrong
    assert "neither text nor a number" in fault(template.replace("}}", "|default(1) }}")).wrong


@pytest.mark.parametrize(
    ("item", "path"),
    [
        ("{{ x }}", (1,)),
        ({"if": "x", "then": ["a"]}, (1, "if")),
        ({"if": "flag", "then": ["a", "{{ x }}"]}, (1, "then", 1)),
        ({"if": "endpoint", "then": [], "else": ["{{ x }}"]}, (1, "else", 0)),
        ({"for": "p", "in": "x", "then": ["a"]}, (1, "in")),
        ({"for": "p", "in": "source.repo", "then": ["a"]}, (1, "in")),
        ({"for": "p", "in": "options.include", "then": ["{{ x }}"]}, (1, "then", 0)),
    ],
)
def test_a_fault_has_its_place(item: Any, path: tuple[str | int, ...]) -> None:
    with pytest.raises(TemplateFault) as raised:
        render(arguments("first", item), CONTEXT)
    assert raised.value.path == path


def test_values_whose_condition_is_not_met_are_left_out() -> None:
    values = VALUES.validate_python(
        {"HOME": "/tmp/{{ source.repo }}", "ENDPOINT": {"if": "endpoint", "value": "{{ endpoint }}"}}
    )
    assert render_values(values, CONTEXT) == {"HOME": "/tmp/acme/own"}
    assert render_values(values, {**CONTEXT, "endpoint": "http://x"})["ENDPOINT"] == "http://x"


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"A": "{{ x }}"}, ("A",)),
        ({"A": {"if": "x", "value": ""}}, ("A", "if")),
        ({"A": {"if": "flag", "value": "{{ x }}"}}, ("A", "value")),
    ],
)
def test_a_fault_in_a_value_has_its_place(values: Any, path: tuple[str, ...]) -> None:
    with pytest.raises(TemplateFault) as raised:
        render_values(VALUES.validate_python(values), CONTEXT)
    assert raised.value.path == path


def test_there_is_a_limit_to_what_comes_out() -> None:
    half = "x" * (MOST_OUTPUT // 2 + 1)
    assert len(render(arguments("{{ x }}"), {"x": half})[0]) == len(half)
    with pytest.raises(TemplateFault, match="more than"):
        render_text("{{ x }}{{ x }}", {"x": half})
    with pytest.raises(TemplateFault, match="more than"):
        render(arguments("{{ x }}", "{{ x }}"), {"x": half})
    with pytest.raises(TemplateFault, match="more than"):
        render_text("{% for y in z %}{{ x }}{% endfor %}", {"x": half, "z": [1, 2, 3]})


def test_there_is_a_limit_to_a_template() -> None:
    assert "more than" in fault("x" * (MOST_TEMPLATE + 1)).wrong


def test_plain_names_do_not_import_jinja2() -> None:
    program = (
        "import sys; from compiler.library.templates import render_text, evaluate; "
        "render_text('{{ a.b or a.c }}', {'a': {'b': 1}}); evaluate('not a', {'a': 1}); assert 'jinja2' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
