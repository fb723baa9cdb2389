"""Policy: rules over everything that was compiled, with the levels that settings and comments give."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from compiler.checking.codes import is_adjustable
from compiler.checking.policy_problems import no_reason
from compiler.checking.rule import Rule, rules
from compiler.diagnostics import Diagnostic, Located, Severity, Span
from compiler.source.document import Origin

if TYPE_CHECKING:
    from compiler.source.document import Document
    from compiler.spec.settings import Settings

_COMMENT = re.compile(r"#\s*hydra:\s*ignore\s+(HYD[0-9]{3}(?:\s*,\s*HYD[0-9]{3})*)[:\s]*(.*)$")
OFF = "off"

ReadText = Callable[[str], str | None]


def judge(subjects: Iterable[Any], limits: Mapping[str, str]) -> Iterator[Diagnostic]:
    """What the rules find in artifacts, manifests, documents and profiles."""
    by_type: dict[type, list[Rule]] = {}
    for rule in rules():
        by_type.setdefault(rule.on, []).append(rule)
    for subject in subjects:
        for rule in by_type.get(type(subject), ()):
            if rule.kinds and subject.kind not in rule.kinds:
                continue
            for found in rule.check(subject, limits.get(rule.code.id, rule.limit)):
                about, notes = getattr(subject, "origin", None), getattr(subject, "notes", ())
                yield Diagnostic(
                    rule.code, found.at, found.wrong, found.do, notes=notes, about=about, secret=found.secret
                )


def limits_of(settings: Settings) -> dict[str, str]:
    """Limits that settings give, by code. One that is no size has a finding of its own."""
    from compiler.emission.quantities import is_quantity

    return {
        code: rule.limit
        for code, rule in settings.policy.items()
        if not isinstance(rule, str) and rule.limit is not None and is_quantity(rule.limit)
    }


def levels_of(settings: Settings) -> dict[str, str | None]:
    """Levels that settings give, by code."""
    return {code: rule if isinstance(rule, str) else rule.level for code, rule in settings.policy.items()}


def levelled(found: Sequence[Diagnostic], settings: Settings, read: ReadText) -> list[Diagnostic]:
    """Findings with the levels of the settings, less what is off and what a comment silences."""
    levels = levels_of(settings)
    kept: list[Diagnostic] = []
    for one in found:
        level = levels.get(one.code.id)
        if not is_adjustable(one.code):
            kept.append(one)
        elif level != OFF and not _silenced(one, read):
            kept.append(one if level is None else one._replace(severity=Severity[level.upper()]))
    return kept


def check_levels(settings: Settings, document: Document | None) -> list[Diagnostic]:
    """Settings that would turn off what cannot be turned off, limits that are none."""
    from compiler.emission.quantities import is_quantity
    from compiler.repo_problems import bad_setting

    if document is None:
        return []
    known = {rule.code.id: rule for rule in rules()}
    found = []
    for code, rule in settings.policy.items():
        at = document.at("policy", code, key=True)
        if code not in known:
            wrong = _unsettable(code)
            found += [bad_setting(at, *wrong)] if wrong else []
        limit = None if isinstance(rule, str) else rule.limit
        if limit is not None:
            place = document.at("policy", code, "limit")
            if code not in known or not known[code].limit:
                found.append(bad_setting(place, f"{code} has no limit.", "Remove `limit`."))
            elif not is_quantity(limit):
                found.append(bad_setting(place, f"`{limit}` is not a size.", "Write it like `20Ti`."))
    return found


def _unsettable(code: str) -> tuple[str, str] | None:
    """Why a code that is no rule's can have no level, and what to do."""
    from compiler.checking.codes import known_codes

    found = known_codes().get(code)
    if found is None:
        return f"There is no code {code}.", "The codes are in docs/rules.md."
    if not is_adjustable(found):
        return f"{code} is an error that no setting can change.", "Remove it, and correct what it is about."
    return None


def _silenced(one: Diagnostic, read: ReadText) -> bool:
    places: list[Located] = [one.at]
    if one.about is not None:
        places.append(one.about)
    if isinstance(one.at, Origin):
        places.append(one.at.document.at())
    return any(_comment_at(place, one.code.id, read) for place in places)


def _comment_at(place: Located, code: str, read: ReadText) -> bool:
    """A comment on the place's line, or in the lines of comment right above it."""
    span = place.span()
    text = read(span.file)
    if text is None or "hydra:" not in text:
        return False
    lines = text.split("\n")
    number = span.line - 1
    if number < len(lines) and _names(lines[number], code):
        return True
    while number > 0 and lines[number - 1].lstrip().startswith("#"):
        number -= 1
        if _names(lines[number], code):
            return True
    return False


def _names(line: str, code: str) -> bool:
    """A comment counts only with a reason."""
    found = _COMMENT.search(line)
    return found is not None and code in found[1] and bool(found[2].strip())


def unexplained(files: Mapping[str, str]) -> Iterator[Diagnostic]:
    """Silencing comments without a reason, which silence nothing."""
    for path, text in sorted(files.items()):
        if "hydra:" not in text:
            continue
        for number, line in enumerate(text.split("\n"), start=1):
            found = _COMMENT.search(line)
            if found and not found[2].strip():
                yield no_reason(Span(path, number, found.start() + 1, number, len(line) + 1), found[1])
