"""Templates of library entries: values of the plan put into argument lists and files.

A plain `{{ dotted.name }}` is substituted here; everything else (filters, conditions, loops, expressions) goes to a
sandboxed Jinja2, imported only then. Both look names up and write values in the same way: a name that is not there is
an error, and so is a value that is neither text nor a number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from compiler.library.plain import Context, Renderer, TemplateFault, described, not_text, plain, written
from compiler.source.document import Path

if TYPE_CHECKING:
    from compiler.library.arguments import Argument, Conditional, Loop, Value

MOST_OUTPUT = 1 << 20
"""Characters that one field may render to."""

MOST_TEMPLATE = 16 << 10
"""Characters of one template."""

_SUBSTITUTION = re.compile(r"\{\{([A-Za-z0-9_. \t]+)\}\}")
_SYNTAX = re.compile(r"\{[{%#]|\r")


def render(items: Sequence[Argument], context: Context) -> list[str]:
    """An argument list. Each text is exactly one argument, whatever its values hold.

    Raises: TemplateFault, with the place of the argument.
    """
    arguments = list(_arguments(items, context))
    if sum(map(len, arguments)) > MOST_OUTPUT:
        raise TemplateFault(
            f"The arguments come to more than {MOST_OUTPUT} characters.", "Pass what is so long in a file."
        )
    return arguments


def render_text(template: str, context: Context) -> str:
    """A text with the context's values.

    Raises: TemplateFault.
    """
    text: str = _text_renderer(template)(context)
    if len(text) > MOST_OUTPUT:
        raise TemplateFault(f"The text comes to more than {MOST_OUTPUT} characters.", "Write less, or another way.")
    return text


def render_values(values: Mapping[str, Value], context: Context) -> dict[str, str]:
    """Values by name. One whose condition is not met is left out.

    Raises: TemplateFault, with the place of the value.
    """
    rendered = {}
    for name, value in values.items():
        try:
            if isinstance(value, str):
                rendered[name] = render_text(value, context)
            elif _at(("if",), evaluate, value.if_, context):
                rendered[name] = _at(("value",), render_text, value.value, context)
        except TemplateFault as fault:
            raise fault.below(name) from None
    return rendered


def evaluate(expression: str, context: Context) -> Any:
    """The value of a name or an expression.

    Raises: TemplateFault.
    """
    return _expression(expression)(context)


def compiled_expression(expression: str) -> Renderer:
    """What evaluates a name or an expression, for those that do so often.

    Raises: TemplateFault.
    """
    renderer: Renderer = _expression(expression)
    return renderer


def compiled_text(template: str) -> Renderer:
    """What renders a text, for those that do so often. The length of the result is not checked.

    Raises: TemplateFault.
    """
    renderer: Renderer = _text_renderer(template)
    return renderer


def check_text(template: str) -> None:
    """Compile a template without rendering it.

    Raises: TemplateFault, where it is no template or asks for what templates are not given.
    """
    _text_renderer(template)


def check_expression(expression: str) -> None:
    """Compile an expression without evaluating it.

    Raises: TemplateFault.
    """
    _expression(expression)


def _arguments(items: Sequence[Argument], context: Context) -> Iterator[str]:
    for index, item in enumerate(items):
        try:
            if isinstance(item, str):
                yield render_text(item, context)
            elif hasattr(item, "for_"):
                yield from _loop(cast("Loop", item), context)
            else:
                yield from _condition(item, context)
        except TemplateFault as fault:
            raise fault.below(index) from None


def _condition(item: Conditional, context: Context) -> Iterator[str]:
    met = _at(("if",), evaluate, item.if_, context)
    return _block("then" if met else "else", item.then if met else item.else_, context)


def _loop(item: Loop, context: Context) -> Iterator[str]:
    for value in _at(("in",), _items, item.in_, context):
        yield from _block("then", item.then, {**context, item.for_: value})


def _block(field: str, items: Sequence[Argument], context: Context) -> Iterator[str]:
    try:
        yield from _arguments(items, context)
    except TemplateFault as fault:
        raise fault.below(field) from None


def _items(expression: str, context: Context) -> Sequence[Any]:
    """What a loop goes over. Nothing at all (null) counts as an empty list."""
    value = evaluate(expression, context)
    if value is None:
        return ()
    if isinstance(value, list | tuple):
        return value
    if isinstance(value, Mapping):
        return tuple(value)
    raise TemplateFault(f"`{expression}` is {described(value)}, not a list.", "Name a list, or drop the loop.")


def _at(path: Path, function: Callable[[str, Context], Any], text: str, context: Context) -> Any:
    try:
        return function(text, context)
    except TemplateFault as fault:
        raise fault.below(*path) from None


@lru_cache(maxsize=4096)
def _text_renderer(template: str) -> Renderer:
    _bounded(template)
    pieces = _SUBSTITUTION.split(template)
    expressions = [plain(piece) for piece in pieces[1::2]]
    if any(map(_SYNTAX.search, pieces[::2])) or None in expressions:
        from compiler.library.sandbox import compile_text

        return compile_text(template)
    if len(pieces) == 1:
        return lambda _: template
    return _substitution(pieces[::2], [(name, one) for name, one in zip(pieces[1::2], expressions, strict=True) if one])


def _substitution(texts: Sequence[str], expressions: Sequence[tuple[str, Renderer]]) -> Renderer:
    """Texts with the values of expressions between them."""
    pairs = [(text, name.strip(), evaluate) for text, (name, evaluate) in zip(texts, expressions, strict=False)]
    last = texts[-1]

    def substitute(context: Context) -> str:
        return "".join([text + _written(name, evaluate(context)) for text, name, evaluate in pairs]) + last

    return substitute


@lru_cache(maxsize=1024)
def _expression(expression: str) -> Renderer:
    _bounded(expression)
    simple = plain(expression)
    if simple is not None:
        return simple
    from compiler.library.sandbox import compile_expression

    return compile_expression(expression)


def _written(name: str, value: Any) -> str:
    if type(value) is str:
        return value
    try:
        return written(value)
    except TypeError as error:
        raise not_text(name, str(error)) from None


def _bounded(template: str) -> None:
    if len(template) > MOST_TEMPLATE:
        raise TemplateFault(f"The template has more than {MOST_TEMPLATE} characters.", "Split it.")
