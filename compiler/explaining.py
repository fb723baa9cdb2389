"""What `hydra explain` is asked: which workload, and what about it."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from compiler.diagnostics import closest
from compiler.planning.serving.values import Reason as ServingReason
from compiler.planning.training.values import Reason
from compiler.report.base import enumerated


class Aspect(NamedTuple):
    """Something about a workload that can be asked for by itself."""

    subjects: frozenset[str] = frozenset()
    """Subjects of the reasons that led to it."""

    hyperparameters: tuple[str, ...] = ()
    """Hyperparameters that it depends on, by Python name."""

    parts: frozenset[str] = frozenset()
    """Sections that are shown with it: `memory`, `pods`, `deepspeed`, `storage`."""

    inner: bool = False
    """Whether something inside of it can be asked for."""

    rows: frozenset[str] = frozenset()
    """Lines of `hydra plan` that are about it, by label."""

    fields: tuple[tuple[str, ...], ...] = ()
    """Fields of the spec that it depends on."""


EVERYTHING = Aspect()

Aspects = Mapping[str, Aspect]
"""What can stand behind the name of a workload: `.deepspeed`."""

MOST_LISTED = 8
"""Workloads that a sentence lists."""


class Target(NamedTuple):
    """What is to be explained."""

    of: str
    """The workload as messages name it: `support-bot/finetunes/tickets-lora`."""

    aspect: str = ""
    """What about it; empty is everything."""

    inner: tuple[str, ...] = ()
    """The way to a value inside of it."""


class UnknownTargetError(ValueError):
    """Nothing, or more than one thing, is called that. The message says what may have been meant."""


class UnknownWorkloadError(UnknownTargetError):
    """No workload is called that, unless it was left out because of a mistake in it."""


def spellings(of: str) -> tuple[str, ...]:
    """The names of a workload, the shortest first.

    >>> spellings("support-bot/finetunes/tickets-lora")
    ('finetunes.tickets-lora', 'support-bot:finetunes.tickets-lora', 'support-bot/finetunes/tickets-lora')
    >>> spellings("FineTune/team-a/llama")
    ('FineTune.llama', 'team-a:FineTune.llama', 'FineTune/team-a/llama')
    """
    parts = of.split("/", 2)
    if len(parts) < 3:
        return (of,)
    # A project's name has no capitals, a kind always has.
    owner, kind, name = (parts[1], parts[0], parts[2]) if of[0].isupper() else parts
    return (f"{kind}.{name}", f"{owner}:{kind}.{name}", of)


def target_of(text: str, known: Mapping[str, Aspects]) -> Target:
    """The workload and the part of it that a text names; `known` are the workloads there are, with what they have.

    Raises: UnknownTargetError.
    """
    names = sorted(known)
    found = [(spelled, of) for of in names for spelled in spellings(of) if _begins(text, spelled)]
    if not found:
        raise UnknownWorkloadError(_no_workload(text, names, {one for each in known.values() for one in each}))
    longest = max(len(spelled) for spelled, _ in found)
    meant = [of for spelled, of in found if len(spelled) == longest]
    if len(meant) > 1:
        choices = enumerated([f"`{of}{text[longest:]}`" for of in meant], "or")
        raise UnknownTargetError(f"`{text[:longest]}` is the name of {len(meant)} workloads. Say {choices}.")
    aspect, *inner = text[longest + 1 :].split(".")
    _check(text[: longest + 1], aspect, inner, known[meant[0]])
    return Target(meant[0], aspect, tuple(inner))


def reasons_about(aspect: Aspect, reasons: Iterable[Reason | ServingReason]) -> Iterator[str]:
    """The reasons that led to something, in their order."""
    for reason in reasons:
        if aspect is EVERYTHING or reason.about in aspect.subjects:
            yield reason.text


def _begins(text: str, name: str) -> bool:
    return text == name or text.startswith(f"{name}.")


def _check(named: str, aspect: str, inner: Sequence[str], aspects: Aspects) -> None:
    """Whether a workload has such an aspect, and whether one can go further into it; `named` ends in the dot."""
    if not aspect and not named.endswith("."):
        return
    if not aspect:
        raise UnknownTargetError(f"Behind the dot stands {_quoted(aspects)}.")
    if aspect not in aspects:
        raise UnknownTargetError(_unknown(f"`{named[:-1]}` has no `{aspect}` to explain.", aspect, aspects))
    if inner and not aspects[aspect].inner:
        raise UnknownTargetError(f"`{aspect}` is explained as a whole: leave out `.{'.'.join(inner)}`.")


def _no_workload(text: str, names: Sequence[str], aspects: Container[str]) -> str:
    if not names:
        return "There are no fine-tunings, jobs, services or comparisons to explain."
    shown = _spelt_like(text, names)
    without = text.rpartition(".")[0] if text.rpartition(".")[2] in aspects else text
    wrong = f"No workload is called `{without}`."
    near = _near(without, shown)
    if near:
        return f"{wrong} Did you mean {_quoted(near)}?"
    if len(names) > MOST_LISTED:
        return f"{wrong} `hydra plan` shows all {len(names)}."
    return f"{wrong} There {'is' if len(names) == 1 else 'are'} {_quoted(shown, 'and')}."


def _spelt_like(text: str, names: Sequence[str]) -> dict[str, str]:
    """The workloads by what to call them: the shortest name that is theirs alone, or as `hydra plan` prints them."""
    if "/" in text:
        return {of: of for of in names}
    short = [spellings(of)[0] for of in names]
    return {one if short.count(one) == 1 else of: of for one, of in zip(short, names, strict=True)}


def _near(text: str, known: Mapping[str, str]) -> list[str]:
    """Workloads whose own name is like that of the text, else those that are like it as a whole, best first."""
    name = re.split(r"[./:]", text)[-1]
    own = closest(name, {of.rpartition("/")[2] for of in known.values()})
    named = [shown for one in own for shown, of in known.items() if of.rpartition("/")[2] == one]
    return named or [*closest(text, known)]


def _unknown(wrong: str, name: str, known: Iterable[str]) -> str:
    near = closest(name, known)
    return f"{wrong} Did you mean {_quoted(near)}?" if near else f"{wrong} There are {_quoted(known, 'and')}."


def _quoted(names: Iterable[str], last: str = "or") -> str:
    return enumerated([f"`{name}`" for name in names], last)
