"""Argument lists and environment variables as entries write them: text, conditions and loops."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Discriminator, Field, StringConstraints, Tag

from compiler.spec.base import SpecModel

Template = str
"""Text in which `{{ name }}` stands for a value of the plan."""

Expression = Annotated[str, StringConstraints(min_length=1)]
"""A name such as `source.revision`, or a Jinja2 expression."""

Variable = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
"""A name that a loop gives to each item."""


class Conditional(SpecModel):
    """Arguments that are there only under a condition."""

    if_: Expression
    """What has to be true, that is: there, not zero and not empty."""

    then: list[Argument]
    """The arguments where it is."""

    else_: list[Argument] = Field(default=[])
    """The arguments where it is not."""


class Loop(SpecModel):
    """Arguments for each item of a list."""

    for_: Variable
    """What an item is called in `then`."""

    in_: Expression
    """The list."""

    then: list[Argument]
    """The arguments for one item."""


class ConditionalValue(SpecModel):
    """A value that is there only under a condition."""

    if_: Expression
    """What has to be true, that is: there, not zero and not empty."""

    value: Template
    """The value where it is."""


def _argument_tag(value: Any) -> str | None:
    if isinstance(value, str):
        return "text"
    if isinstance(value, dict):
        return "loop" if "for" in value else "conditional"
    if isinstance(value, Loop):
        return "loop"
    return "conditional" if isinstance(value, Conditional) else None


def _value_tag(value: Any) -> str | None:
    return "text" if isinstance(value, str) else "mapping"


Argument = Annotated[
    Annotated[Template, Tag("text")] | Annotated[Conditional, Tag("conditional")] | Annotated[Loop, Tag("loop")],
    Discriminator(_argument_tag),
]
"""One argument, or a condition or loop that makes several. Text is exactly one argument, whatever its values hold."""

Value = Annotated[
    Annotated[Template, Tag("text")] | Annotated[ConditionalValue, Tag("mapping")],
    Discriminator(_value_tag),
]
"""A value, or one that is there only under a condition."""
