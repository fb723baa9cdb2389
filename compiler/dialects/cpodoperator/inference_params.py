"""`params` of an Inference: vLLM's flags, as JSON text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from compiler.diagnostics import Staged
from compiler.dialects import cpod_inference_problems as problems

if TYPE_CHECKING:
    from compiler.linking.serving import ArgumentValue
    from compiler.source.document import Origin

NOTHING = frozenset({"", "{}", "null"})
"""What the operator's portal writes where there is nothing to say."""


def says_something(params: str | None) -> bool:
    """Whether there are any flags."""
    return params is not None and params.strip() not in NOTHING


def arguments_of(params: str | None, at: Origin) -> Staged[dict[str, ArgumentValue]]:
    """The flags by name, without dashes before them. The empty text is a switch, as it is for the operator's server.

    Which flags there are, and which of them take a value, is looked up in the runtime's entry later.
    """
    if not says_something(params):
        return Staged({})
    try:
        read: Any = json.loads(str(params))
    except (ValueError, RecursionError):
        return Staged({}, [problems.bad_params(at, "`params` is not JSON.")])
    if not isinstance(read, dict):
        return Staged({}, [problems.bad_params(at, "`params` is JSON, and no object.")])
    wrong = [name for name, value in read.items() if not name.lstrip("-") or not _is_value(value)]
    found = [problems.bad_params(at, f"The value of `{name}` in `params` is none that a flag takes.") for name in wrong]
    return Staged({} if found else {name.lstrip("-"): _value(value) for name, value in read.items()}, found)


def _is_value(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(isinstance(one, str | int | float) and not isinstance(one, bool) for one in value)
    return isinstance(value, str | int | float)


def _value(value: Any) -> ArgumentValue:
    kept: ArgumentValue = True if value == "" else value
    return kept
