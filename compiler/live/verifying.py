"""Whether an API server would take a tree: each object is applied in a dry run, and every refusal is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from compiler.change.values import Subject
from compiler.diagnostics import Diagnostic, Findings, Staged
from compiler.live import problems, refusals
from compiler.live.client import Answer, Api, UnreachableError, workers
from compiler.live.discovery import AskedError, Discovery, Resource, path_of
from compiler.live.order import in_order, rank
from compiler.live.rendered import applied, beside, place
from compiler.source.encrypted import is_encrypted

PATIENCE = 3
"""Objects without an answer before no further one is asked about."""


class Verified(NamedTuple):
    """What came of it."""

    taken: int
    """Objects that the server takes."""

    refused: int
    skipped: int
    """Objects that could not be asked about, for whatever reason."""


class _Asked(NamedTuple):
    subject: Subject
    answer: Answer | None
    """None where none came."""

    lost: UnreachableError | None = None


def verify(subjects: Sequence[Subject], api: Api, tell: Callable[[str], None] = lambda _: None) -> Staged[Verified]:
    """Ask about every object. All that is wrong is reported, each cause once. Writes nothing."""
    found = Findings()
    try:
        known = found.of(known_kinds(subjects, api))
    except (AskedError, UnreachableError) as error:
        return Staged(Verified(0, 0, len(subjects)), [unasked(error, api, len(subjects))])
    answers = list(_answers(known, api, tell))
    refused = [one for one in answers if one.answer and not one.answer.fine]
    found.add(_findings(refused, subjects, api))
    for one in answers:
        if one.answer and one.answer.fine:
            found.add(refusals.warnings(one.subject, one.answer))
    found.add(_lost(answers, api))
    taken = sum(1 for one in answers if one.answer and one.answer.fine)
    wrong = sum(1 for one in found.all if one.code is problems.REFUSED)
    return Staged(Verified(taken, wrong, len(subjects) - taken - wrong), found.all)


def known_kinds(subjects: Sequence[Subject], api: Api) -> Staged[list[tuple[Subject, Resource]]]:
    """The objects whose kind the server has, in the order in which they are asked about; none that is encrypted.

    Raises: AskedError, UnreachableError.
    """
    discovery, found = Discovery(api), Findings()
    unreadable = [one for one in subjects if is_encrypted(one.body)]
    if unreadable:
        found.add([problems.encrypted(place(unreadable[0]), len(unreadable))])
    known: list[tuple[Subject, Resource]] = []
    missing: dict[tuple[str, str], list[Subject]] = {}
    for one in in_order(one for one in subjects if not is_encrypted(one.body)):
        api_version, kind = one.body["apiVersion"], one.body["kind"]
        resource = discovery.of(api_version, kind)
        if resource is None:
            missing.setdefault((api_version, kind), []).append(one)
        else:
            known.append((one, resource))
    others = [one for those in missing.values() for one in those if beside(one)]
    found.add([problems.elsewhere(place(others[0]), len(others))] if others else [])
    for (api_version, kind), every in missing.items():
        those = [one for one in every if not beside(one)]
        if not those:
            continue
        versions = discovery.versions_of(api_version.rpartition("/")[0], kind)
        found.add([problems.no_kind(place(those[0]), api_version, kind, len(those), versions)])
    return Staged(known, found.all)


def unasked(error: AskedError | UnreachableError, api: Api, count: int = 0) -> Diagnostic:
    """Why nothing could be asked; of how many objects nothing is known because of it."""
    if isinstance(error, UnreachableError):
        return problems.unreachable(api.server, error.reason, error.do, count)
    return _about_question(error, api)


def _about_question(error: AskedError, api: Api) -> Diagnostic:
    """A question about kinds, or for a list, that the server did not answer."""
    if error.answer.status == 401:
        return problems.not_let_in(api.server, api.context)
    if error.answer.status == 403:
        lacking = refusals.lacking(error.answer) or refusals.Lacking("get", error.path)
        return problems.forbidden(problems.EVERYTHING, lacking.verb, lacking.resource, ())
    said = refusals.message(error.answer.body)
    reason = f"answers `{error.path}` with status {error.answer.status}" + (f": {said}" if said else "")
    return problems.unreachable(api.server, reason.rstrip("."), "Ask whoever runs the cluster.")


def _answers(known: Sequence[tuple[Subject, Resource]], api: Api, tell: Callable[[str], None]) -> Iterator[_Asked]:
    """What the server says about each object, in their order."""
    lost: list[UnreachableError] = []

    def ask(one: tuple[Subject, Resource]) -> _Asked:
        subject, resource = one
        if len(lost) >= PATIENCE or any(answer.status == 401 for answer in denied):
            return _Asked(subject, None)
        body = applied(subject)
        metadata = body["metadata"]
        path = path_of(body["apiVersion"], resource, metadata.get("namespace"), metadata["name"])
        try:
            answer = api.dry_run(path, body)
        except UnreachableError as error:
            lost.append(error)
            return _Asked(subject, None, error)
        if answer.status == 401:
            denied.append(answer)
        return _Asked(subject, answer)

    denied: list[Answer] = []
    waves = (list(wave) for _, wave in groupby(known, key=lambda one: rank(one[0])))
    with workers() as each:
        every = (asked for wave in waves for asked in each(ask, wave))
        for number, asked in enumerate(every, 1):
            tell(f"asking {api.server}: {number} of {len(known)}")
            yield asked


def _findings(refused: Iterable[_Asked], subjects: Iterable[Subject], api: Api) -> Iterator[Diagnostic]:
    """What is wrong with the objects, what they have in common once."""
    made = {one.body["metadata"]["name"] for one in subjects if one.kind == "/Namespace"}
    spaces: dict[str, list[Subject]] = {}
    permissions: dict[refusals.Lacking, list[Subject]] = {}
    for subject, answer, _ in refused:
        if answer is None:
            continue
        lacking = refusals.lacking(answer)
        if answer.status == 401:
            yield problems.not_let_in(api.server, api.context)
        elif refusals.no_namespace(answer):
            spaces.setdefault(str(_namespace(subject)), []).append(subject)
        elif lacking:
            permissions.setdefault(lacking, []).append(subject)
        else:
            yield refusals.refusal(subject, answer)
    others = [one for those in spaces.values() for one in those if beside(one)]
    if others:
        yield problems.elsewhere(place(others[0]), len(others))
    for name, every in sorted(spaces.items()):
        those = [one for one in every if not beside(one)]
        if not those:
            continue
        problem = problems.not_yet if name in made else problems.no_namespace
        yield problem(place(those[0]), name, len(those))
    for permission, those in sorted(permissions.items()):
        where = sorted({_namespace(one) or "" for one in those})
        yield problems.forbidden(place(those[0]), *permission, where, len(those))


def _lost(answers: Sequence[_Asked], api: Api) -> Iterator[Diagnostic]:
    """One finding a reason, with the number of objects that nothing is known about."""
    reasons = {one.lost.reason: one.lost for one in answers if one.lost}
    unasked = sum(1 for one in answers if one.answer is None)
    for reason, error in sorted(reasons.items()):
        yield problems.unreachable(api.server, reason, error.do, unasked)


def _namespace(subject: Subject) -> str | None:
    namespace: str | None = subject.body["metadata"].get("namespace")
    return namespace
