"""The part of templates that needs Jinja2: conditions, loops, filters and expressions, without anything dangerous.

A template is given expressions, `if`, `for` and the filters below. It has no calls, assignments, macros, includes or
globals, so that nothing can be reached but the context; loops and filters spend from a budget, so that nothing runs
long; and strings cannot be multiplied.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from jinja2 import Environment, StrictUndefined, TemplateError, Undefined, nodes
from jinja2.exceptions import UndefinedError
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.tests import TESTS

from compiler.library.filters import available, budgeted, defined
from compiler.library.plain import MISSING, Renderer, TemplateFault, lookup, not_text, written
from compiler.library.templates import MOST_OUTPUT

MOST_LOOPS = 2
"""Loops inside each other."""

MOST_NESTING = 40
"""Expressions and blocks inside each other."""

_ALLOWED: tuple[type[nodes.Node], ...] = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Getattr, nodes.Getitem,
    nodes.Slice, nodes.Filter, nodes.Test, nodes.CondExpr, nodes.If, nodes.For, nodes.Compare, nodes.Operand,
    nodes.And, nodes.Or, nodes.Not, nodes.Neg, nodes.Pos, nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv,
    nodes.Mod, nodes.List, nodes.Tuple, nodes.Keyword,
)  # fmt: skip
_TESTS = ("defined", "undefined", "none", "true", "false", "string", "number", "integer", "mapping", "sequence", "in")
_FAULTS = (
    TemplateError, ArithmeticError, AttributeError, LookupError, RecursionError, SyntaxError, TypeError, ValueError,
)  # fmt: skip


def compile_text(template: str) -> Renderer:
    """A template that Jinja2 has to render.

    Raises: TemplateFault, where it is no template or asks for what templates are not given.
    """
    environment = _environment()
    compiled = _compiled(lambda: environment.from_string(_checked(environment.parse(template))))
    return lambda context: _guarded(lambda: _joined(compiled.generate(context)))


def compile_expression(expression: str) -> Renderer:
    """An expression that Jinja2 has to evaluate.

    Raises: TemplateFault.
    """
    environment = _environment()

    def checked() -> Renderer:
        tree = Parser(environment, expression, state="variable").parse_expression()
        _checked(nodes.Template([nodes.Output([tree])]))
        return environment.compile_expression(expression, undefined_to_none=False)

    compiled = _compiled(checked)
    return lambda context: _guarded(lambda: defined(compiled(context)))


def _checked(template: nodes.Template) -> nodes.Template:
    """The template, with its loops counted, if there is nothing in it that templates are not given."""
    _check(template, nesting=0, loops=0)
    return template


def _check(node: nodes.Node, nesting: int, loops: int) -> None:
    if type(node) not in _ALLOWED:
        raise _refused(_WORDS.get(type(node), f"`{type(node).__name__.lower()}`"))
    if nesting > MOST_NESTING:
        raise _refused(f"more than {MOST_NESTING} expressions inside each other")
    if isinstance(node, nodes.For):
        loops += 1
        if node.recursive or loops > MOST_LOOPS:
            raise _refused(f"more than {MOST_LOOPS} loops inside each other")
    hidden = node.attr if isinstance(node, nodes.Getattr) else node.name if isinstance(node, nodes.Name) else ""
    if hidden.startswith("_") or hidden == "self":
        raise _refused(f"`{hidden}`")
    for child in node.iter_child_nodes():
        _check(child, nesting + 1, loops)
    if isinstance(node, nodes.For):
        counted = nodes.Filter(node.iter, "_counted", [], [], None, None, lineno=node.lineno)
        node.iter = counted.set_environment(_environment())


_WORDS: dict[type[nodes.Node], str] = {
    nodes.Call: "calls",
    nodes.Assign: "`set`",
    nodes.AssignBlock: "`set`",
    nodes.FromImport: "`import`",
    nodes.FilterBlock: "`filter` blocks",
    nodes.Pow: "`**`",
    nodes.Concat: "`~`",
}


def _refused(what: str) -> TemplateFault:
    return TemplateFault(
        f"A template of the library has no {what}.",
        "Use names, filters, `if` and `for`; what needs more is a value that the compiler should give.",
    )


def _compiled(compile_: Callable[[], Any]) -> Any:
    try:
        return budgeted(compile_)
    except _FAULTS as error:
        raise TemplateFault(f"The template does not compile: {_message(error)}", "Correct its syntax.") from None


def _guarded(run: Callable[[], Any]) -> Any:
    try:
        return budgeted(run)
    except UndefinedError as error:
        raise TemplateFault(_message(error), "Use a name that is, or test it with `is defined`.") from None
    except _FAULTS as error:
        raise TemplateFault(f"The template does not render: {_message(error)}", "Correct the expression.") from None


def _message(error: BaseException) -> str:
    text = " ".join((str(error) or type(error).__name__).split())
    return text if text.endswith(".") else f"{text}."


def _joined(chunks: Iterable[str]) -> str:
    pieces, size = [], 0
    for chunk in chunks:
        size += len(chunk)
        if size > MOST_OUTPUT:
            raise TemplateFault(f"The text comes to more than {MOST_OUTPUT} characters.", "Write less, or another way.")
        pieces.append(chunk)
    return "".join(pieces)


class _Missing(StrictUndefined):
    """A name that is not there; anything but testing it is an error."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        return f"`{self._undefined_name}` is not defined here."


class _Sandbox(ImmutableSandboxedEnvironment):
    """Looks names up as the plain substitution does, and calculates with numbers only."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%"})

    def getattr(self, obj: Any, attribute: str) -> Any:
        found = lookup(obj, attribute)
        return self.undefined(obj=obj, name=attribute) if found is MISSING else found

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(argument, str):
            return self.getattr(obj, argument)
        try:
            return obj[argument]
        except (LookupError, TypeError):
            return self.undefined(obj=obj, name=str(argument))

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if not all(isinstance(side, int | float) for side in (defined(left), defined(right))):
            raise TemplateFault(f"`{operator}` is for numbers.", "Put texts together by writing them side by side.")
        return super().call_binop(context, operator, left, right)


@cache
def _environment() -> Environment:
    environment = _Sandbox(autoescape=False, undefined=_Missing, finalize=_finalize, keep_trailing_newline=True)
    environment.globals = {}
    environment.tests = {name: TESTS[name] for name in _TESTS}
    environment.filters = available()
    return environment


def _finalize(value: Any) -> str:
    if type(value) is Undefined:
        # What Jinja2 makes of `a if b` without an `else`.
        return ""
    try:
        return written(defined(value))
    except TypeError as error:
        raise not_text("{{ ... }}", str(error)) from None
