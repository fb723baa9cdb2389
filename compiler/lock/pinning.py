"""Keeping the pins of the lock file: what `hydra lock` does."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from compiler.diagnostics import Diagnostic, Severity, Staged, closest, in_source_order
from compiler.emission import lock_file
from compiler.explaining import spellings
from compiler.lock.asking import Patience
from compiler.lock.pins import Pins
from compiler.lock.reading import lock_of
from compiler.lock.resolver_problems import unresolved
from compiler.lock.resolving import Resolved, resolve
from compiler.lock.wanted import Wanted, wanted
from compiler.planning.images import DOCKER_HUB, host_of
from compiler.repo import Repo, settings_of
from compiler.report.base import enumerated
from compiler.requests import Outcome, Request

MOST_LISTED = 8
"""Names that a sentence lists."""
Key = tuple[str, str]
"""Section of the lock file, and name in it."""


class Step(NamedTuple):
    """A line of the lock file, before and after; None is no line."""

    name: str
    before: str | None
    after: str | None


class Pinned(NamedTuple):
    """What came of it."""

    outcome: Outcome
    steps: Sequence[Step] = ()
    """What changes, by name."""

    asked: int = 0
    """Names that servers were asked for."""

    known: int = 0
    """Names that the lock file has now."""

    written: bool = False
    """Whether the lock file was changed."""


class WrongNameError(ValueError):
    """Nothing that is pinned is called that. The message says what may have been meant."""


def pin(
    request: Request, names: Collection[str] = (), *, everything: bool = False, patience: Patience | None = None
) -> Pinned:
    """Resolve what the lock file lacks, and what is named, and take out what nothing needs any more.

    A name of `names` is a key of the lock file, with or without its revision, or an entry of a spec. What could not be
    resolved keeps its old line. Specs with errors are reported, and nobody is asked.
    Raises: WrongNameError.
    """
    request.tell("reading")
    staged = wanted(request)
    errors = [one for one in staged.found if one.level >= Severity.ERROR]
    if errors:
        return Pinned(_outcome(request, errors))
    before = _pins(request)
    renewed = {key_of(one) for name in names for one in _named(name, staged.value)}
    due = [one for one in staged.value if everything or key_of(one) in renewed or key_of(one) not in before]
    answers = resolve(due, tell=request.tell, patience=patience)
    after = _after(staged.value, before, answers)
    found = [unresolved(one.wanted, one.why, before.get(key_of(one.wanted))) for one in answers if one.why]
    written = _write(request, after)
    steps = [Step(key[1], before.get(key), after.get(key)) for key in sorted({*before, *after})]
    changed = [one for one in steps if one.before != one.after]
    return Pinned(_outcome(request, [*found, *written.found]), changed, len(due), len(after), written.value)


def key_of(one: Wanted) -> Key:
    """Where the lock file has a name."""
    return (one.section, one.name)


def _pins(request: Request) -> Mapping[Key, str]:
    pins = lock_of(Repo(request.root)).value.lock.pins
    return {(section, name): value for section, said in pins._asdict().items() for name, value in said.items()}


def _after(every: Iterable[Wanted], before: Mapping[Key, str], answers: Iterable[Resolved]) -> Mapping[Key, str]:
    """The pins of what is wanted: as they were, but for what was resolved."""
    fresh = {key_of(one.wanted): one.value for one in answers if one.value}
    merged = {**before, **fresh}
    return {key: merged[key] for key in map(key_of, every) if key in merged}


def _write(request: Request, after: Mapping[Key, str]) -> Staged[bool]:
    """Write the pins. What else the lock file says is read again: a compile may have written it while servers were asked."""
    repo = Repo(request.root)
    output = settings_of(repo).value.output
    locked = lock_of(repo)
    if locked.found:
        return Staged(False, locked.found)
    said = {
        section: {name: value for (one, name), value in after.items() if one == section} for section in Pins._fields
    }
    change = locked.value.change(locked.value.lock._replace(pins=Pins(**said)))
    return lock_file.write(request.root, output, change) if change else Staged(False)


def _outcome(request: Request, found: Iterable[Diagnostic]) -> Outcome:
    from compiler.source.reading import read_file

    def text(path: str) -> str | None:
        source = read_file(request.root, path).value
        return source.text if source else None

    return Outcome(in_source_order(found), text)


def _named(name: str, every: Sequence[Wanted]) -> list[Wanted]:
    """What a name of the command line means: an image or a source, or all that an entry uses."""
    meant = [one for one in every if name in _names(one)]
    if meant:
        return meant
    known = sorted({known for one in every for known in (one.name, *map(_short, one.of))})
    if not known:
        raise WrongNameError("Nothing of this repo can be pinned.")
    near = closest(name, known)
    if near:
        raise WrongNameError(f"Nothing that is pinned is called `{name}`. Did you mean {_listed(near, 'or')}?")
    more = "" if len(known) > MOST_LISTED else f" There {'is' if len(known) == 1 else 'are'} {_listed(known, 'and')}."
    raise WrongNameError(f"Nothing that is pinned is called `{name}`.{more}")


def _names(one: Wanted) -> Iterator[str]:
    """The names of something pinned, as people say them."""
    yield one.name
    if one.section == "images":
        bare = one.name.removesuffix(f":{one.revision}")
        yield bare
        host, rest = host_of(bare)
        for short in (rest, rest.removeprefix("library/")) if host == DOCKER_HUB else ():
            yield from (short, f"{short}:{one.revision}")
    else:
        yield one.name.removesuffix(f"@{one.revision}")
    for of in one.of:
        yield from (_short(of), *spellings(of))


def _short(of: str) -> str:
    """An entry with its project: `support-bot/base`."""
    parts = of.split("/", 2)
    return f"{parts[1] if of[0].isupper() else parts[0]}/{parts[-1]}"


def _listed(names: Iterable[str], word: str) -> str:
    return enumerated([f"`{one}`" for one in names], word)
