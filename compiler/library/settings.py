"""Configuration files of trainers: settings with types, from templates."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from math import isfinite
from typing import Any

from compiler.library.plain import Context, Renderer, TemplateFault, described
from compiler.library.templates import compiled_expression, compiled_text

_WHOLE = re.compile(r"\{\{([^{}]+)\}\}")
"""A text that is one value and nothing else."""

_compiled: dict[int, tuple[Mapping[str, Any], list[tuple[str, Renderer]]]] = {}
"""By identity of the settings, which is kept alive beside: a trainer's are rendered for every fine-tuning."""


def render_settings(settings: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Settings by name. A text that is a single `{{ name }}` keeps the name's type; where that is null, or a condition
    is not met, the setting is left out.

    Raises: TemplateFault, with the place of the setting.
    """
    rendered: dict[str, Any] = {}
    name = ""
    try:
        for name, render in _renderers(settings):
            value = render(context)
            if value is not None:
                rendered[name] = _writable(value)
    except TemplateFault as fault:
        raise fault.below(name) from None
    return rendered


def _writable(value: Any) -> Any:
    """A value that JSON and YAML have.

    Raises: TemplateFault.
    """
    if isinstance(value, str | bool | int) or (isinstance(value, float) and isfinite(value)):
        return value
    if isinstance(value, list | tuple):
        return [_writable(one) for one in value]
    if isinstance(value, Mapping):
        return {str(key): _writable(one) for key, one in value.items() if one is not None}
    raise TemplateFault(f"The value is {described(value)}, which a file cannot hold.", "Give text, a number or a list.")


def _renderers(settings: Mapping[str, Any]) -> list[tuple[str, Renderer]]:
    known = _compiled.get(id(settings))
    if known is None:
        renderers: list[tuple[str, Renderer]] = []
        for name, setting in settings.items():
            try:
                renderers.append((name, _renderer(setting)))
            except TemplateFault as fault:
                raise fault.below(name) from None
        known = _compiled[id(settings)] = (settings, renderers)
    return known[1]


def _renderer(setting: Any) -> Renderer:
    if isinstance(setting, str):
        return _of_text(setting)
    if isinstance(setting, bool | int | float):
        return lambda _: setting
    return _conditional(compiled_expression(setting.if_), _renderer(setting.value))


def _conditional(condition: Renderer, value: Renderer) -> Callable[[Context], Any]:
    def render(context: Context) -> Any:
        try:
            met = condition(context)
        except TemplateFault as fault:
            raise fault.below("if") from None
        return value(context) if met else None

    return render


@lru_cache(maxsize=4096)
def _of_text(text: str) -> Renderer:
    whole = _WHOLE.fullmatch(text)
    return compiled_expression(whole[1]) if whole else compiled_text(text)
