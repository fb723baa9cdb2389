"""The codes that settings may give levels to."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path

import compiler
from compiler.checking.rule import rules
from compiler.diagnostics import Code, Severity


def is_adjustable(code: Code) -> bool:
    """Whether a level or a comment may change its findings: those of policy, and what is no error by itself."""
    return code.id.startswith("HYD4") or code.severity < Severity.ERROR


@cache
def known_codes() -> Mapping[str, Code]:
    """Every code by its id: those of the rules, and those in the `problems` of each stage."""
    package = Path(compiler.__file__).parent
    found = {rule.code.id: rule.code for rule in rules()}
    for path in sorted(package.rglob("*problems*")):
        files = path.glob("*.py") if path.is_dir() else [path] if path.suffix == ".py" else []
        for file in files:
            parts = file.relative_to(package).with_suffix("").parts
            module = import_module(".".join(("compiler", *(part for part in parts if part != "__init__"))))
            found |= {one.id: one for one in vars(module).values() if isinstance(one, Code)}
    return found
