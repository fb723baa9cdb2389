"""What a policy rule is."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

from compiler.diagnostics import Code, Located

PACKAGE = "compiler.checking.rules"


class Finding(NamedTuple):
    """What a rule found."""

    at: Located
    wrong: str
    do: str
    secret: bool = False
    """Whether the place holds a secret, which no report may show."""


Check = Callable[[Any, str], Iterator[Finding]]
"""From a subject and the rule's limit to findings."""


class Rule(NamedTuple):
    """A rule over one kind of subject: artifacts, manifests or documents that are passed through."""

    code: Code
    on: type
    check: Check
    kinds: frozenset[str] = frozenset()
    """Of manifests: kinds that the rule is about; empty is all."""

    limit: str = ""
    """What the rule compares with, where settings do not say."""


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, sorted by code.

    Raises: ValueError, where two have one code.
    """
    package = import_module(PACKAGE)
    modules = [import_module(f"{PACKAGE}.{one.name}") for one in pkgutil.iter_modules(package.__path__)]
    found: Mapping[str, Rule] = {module.RULE.code.id: module.RULE for module in modules}
    if len(found) < len(modules):
        raise ValueError("two rules have one code")
    return tuple(found[code] for code in sorted(found))
