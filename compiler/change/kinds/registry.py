"""Finds the rules: every module of this package with a `RULE`, or with `RULES`. Judges a change of an object by its kind."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

import compiler.change.kinds as package
from compiler.change.kinds.wording import gpus, telling
from compiler.change.values import Around, Change, Field, Judged, Rule, Subject, Verdict
from compiler.manifest import Body

if TYPE_CHECKING:
    from compiler.change.gpus import Pods

    CountPods = Callable[[Body], Iterator[Pods]]


@cache
def _modules() -> tuple[ModuleType, ...]:
    names = sorted(one.name for one in pkgutil.iter_modules(package.__path__))
    return tuple(import_module(f"{package.__name__}.{name}") for name in names if name != "registry")


@cache
def rules() -> Mapping[str, Rule]:
    """`group/Kind` -> its rule. A kind without one is changed in place.

    Raises: ValueError, where two rules are for one kind.
    """
    found: dict[str, Rule] = {}
    for module in _modules():
        only = getattr(module, "RULE", None)
        for rule in (*getattr(module, "RULES", ()), *(() if only is None else (only,))):
            for kind in rule.kinds:
                if kind in found:
                    raise ValueError(f"two rules are for {kind}")
                found[kind] = rule
    return found


@cache
def pods() -> Mapping[str, CountPods]:
    """`group/Kind` -> what finds the pods of an object, by the `PODS` of the modules."""
    return {kind: count for module in _modules() for kind, count in getattr(module, "PODS", {}).items()}


def judged(before: Subject | None, after: Subject | None, fields: tuple[Field, ...], around: Around) -> Judged:
    """What happens to an object that is not the same on both sides. A side without it is None.

    Raises: ValueError, where it is on neither.
    """
    if before is not None and after is not None:
        if before.kind == after.kind:
            rule = rules().get(after.kind)
            change = Change(before, after, fields, around)
            return rule.changed(change) if rule is not None else in_place(change)
        gone, new = _removed(before, around), _created(after, around)
        worse = max(gone, new, key=lambda one: one.verdict)
        why = f"The {after.kind} stands beside the {before.kind} of the same name, which goes. {worse.why}"
        return worse._replace(why=why, runs=new.runs)
    if after is not None:
        return _created(after, around)
    if before is not None:
        return _removed(before, around)
    raise ValueError("an object that is on neither side")


def in_place(change: Change) -> Judged:
    """What holds of kinds that nothing is known of."""
    return Judged(Verdict.IN_PLACE, f"Its controller takes the change over{telling(change.fields)}.")


def _created(subject: Subject, around: Around) -> Judged:
    rule = rules().get(subject.kind)
    if rule is not None and rule.created is not None:
        return rule.created(subject, around)
    holds = holding(subject)
    return Judged(Verdict.CREATED, f"New, with {holds}." if holds else "New.")


def _removed(subject: Subject, around: Around) -> Judged:
    rule = rules().get(subject.kind)
    if rule is not None and rule.removed is not None:
        return rule.removed(subject, around)
    holds = holding(subject)
    return Judged(Verdict.REMOVED, f"It is deleted, which frees {holds}." if holds else "It is deleted.")


def holding(subject: Subject) -> str:
    """The accelerators of an object in words; empty where it has none."""
    from compiler.change.gpus import held

    least, most = held(subject)
    if not most:
        return ""
    return gpus(least) if least == most else f"{least} to {gpus(most)}"
