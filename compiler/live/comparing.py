"""What stands on a cluster, as the first side of a comparison with what is rendered."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from compiler.change.values import Subject
from compiler.change.view import Side
from compiler.diagnostics import Diagnostic, Findings, Staged
from compiler.emission.digests import is_digest
from compiler.live import problems, refusals
from compiler.live.client import MANAGER, Answer, Api, UnreachableError, connected, workers
from compiler.live.discovery import AskedError, Resource, path_of
from compiler.live.extras import extras
from compiler.live.kubeconfig import UnusableError
from compiler.live.merging import Merging, overlay
from compiler.live.objects import sound
from compiler.live.owners import applier
from compiler.live.rendered import applied, beside, place, shown
from compiler.live.rendered import compared as as_compared
from compiler.live.verifying import known_kinds, unasked
from compiler.manifest import Body

_RUN = re.compile(r'\\?"run\\?": ?\\?"([a-z0-9]{10})\\?"')


class _Found(NamedTuple):
    subject: Subject
    resource: Resource
    live: Answer
    dry: Answer | None = None
    """None, where there is no such object."""


def live_subjects(
    context: str, wanted: Sequence[Subject], tell: Callable[[str], None] = lambda _: None, timeout: float = 30
) -> Staged[dict[str, Subject]]:
    """What the cluster of a context has of the objects that are rendered for it, by target; and what it has besides.

    An object is told in the words of the rendered one: fields that the server or a controller sets are those of the
    rendered object, or left out. Objects with our labels in namespaces of the tree that are rendered no more are
    among them. Where the cluster cannot be asked, there is nothing, and an error. Writes nothing.

    Raises: ImportError, where the client is not installed.
    """
    try:
        with connected(context, timeout) as api:
            return compared(api, wanted, tell)
    except UnusableError as error:
        return Staged({}, [error.finding])


def live_side(
    context: str, after: Side, cluster: str, tell: Callable[[str], None] = lambda _: None, timeout: float = 30
) -> Staged[Side]:
    """What stands on the cluster of a context, as the side before what is rendered for a cluster of the repo.

    Raises: ImportError, where the client is not installed.
    """
    wanted = [one for (name, _), one in after.subjects.items() if name == cluster]
    live = live_subjects(context, wanted, tell, timeout)
    subjects = {(cluster, target): one for target, one in live.value.items()}
    return Staged(Side(subjects, after.profiles), live.found)


def compared(
    api: Api, wanted: Sequence[Subject], tell: Callable[[str], None] = lambda _: None
) -> Staged[dict[str, Subject]]:
    """As `live_subjects`, of a server."""
    found = Findings()
    try:
        known = found.of(known_kinds(wanted, api))
        answers = list(_asked(known, api, tell))
        there = [one for one in answers if one.live.fine]
        found.add(_unread(answers))
        subjects = {one.subject.target: found.of(_before(one)) for one in there}
        found.add(_guesses(there))
        # What may be on another cluster is taken for what it should be.
        subjects |= {one.target: one for one in wanted if beside(one) and one.target not in subjects}
        more = found.of(extras([one for one, _ in known], subjects, api))
        for target, subject in more.items():
            new = next((one for one, _ in known if one.target == target), None)
            subjects[target] = _earlier(subject, new) if new else subject
    except (AskedError, UnreachableError) as error:
        return Staged({}, [*found.all, unasked(error, api)])
    return Staged(subjects, found.all)


def _asked(known: Sequence[tuple[Subject, Resource]], api: Api, tell: Callable[[str], None]) -> Iterator[_Found]:
    """Each object as it is, and as an apply would leave it. Raises: UnreachableError."""

    def ask(one: tuple[Subject, Resource]) -> _Found:
        subject, resource = one
        metadata = subject.body["metadata"]
        path = path_of(subject.body["apiVersion"], resource, metadata.get("namespace"), metadata["name"])
        live = api.get(path)
        if not live.fine:
            return _Found(subject, resource, live)
        live = live._replace(body=sound(live.body))
        # Asked as the one who applied it: else what git no longer has would stay, as somebody else's.
        dry = api.dry_run(path, applied(subject), applier(live.body) or MANAGER)
        return _Found(subject, resource, live, dry._replace(body=sound(dry.body)) if dry.fine else dry)

    with workers() as each:
        for number, found in enumerate(each(ask, known), 1):
            tell(f"asking {api.server}: {number} of {len(known)}")
            yield found


def _before(found: _Found) -> Staged[Subject]:
    """The live object in the words of the rendered one."""
    subject, live = found.subject, found.live.body
    rendered = applied(subject)
    merging = Merging(rendered, subject.kind)
    dry = found.dry.body if found.dry and found.dry.fine else overlay(live, rendered)
    body = merging.back(dry, live)
    before = subject._replace(body=as_compared(body, subject), origin=None, run=_run_of(live, subject))
    left = [problems.left_to_controllers(place(subject), shown(subject), merging.left)] if merging.left else []
    return Staged(before, left)


def _earlier(old: Subject, new: Subject) -> Subject:
    """An object of an earlier digest, in the words of the one that takes its place."""
    rendered, live = applied(new), old.body
    body = Merging(rendered, new.kind).back(overlay(live, rendered), live)
    return new._replace(body=as_compared(body, new), origin=None, run=_run_of(live, new))


def _run_of(live: Body, subject: Subject) -> str:
    """The digest of the result that a live object makes; empty, where it does not say."""
    if not subject.run:
        return ""
    text = str(live.get("spec"))
    if subject.run in text:
        return subject.run
    said = _RUN.search(text)
    return said[1] if said and is_digest(said[1]) else ""


def _unread(answers: Iterable[_Found]) -> Iterator[Diagnostic]:
    """What could not be read. Raises: AskedError, for an answer that is about no single object."""
    permissions: dict[refusals.Lacking, list[Subject]] = {}
    for one in answers:
        if one.live.fine or one.live.status == 404:
            continue
        lacking = refusals.lacking(one.live)
        if lacking is None:
            raise AskedError(one.live, one.resource.name)
        permissions.setdefault(lacking, []).append(one.subject)
    for permission, those in sorted(permissions.items()):
        where = sorted({str(one.body["metadata"].get("namespace") or "") for one in those})
        yield problems.forbidden(place(those[0]), *permission, where, len(those))


def _guesses(there: Iterable[_Found]) -> Iterator[Diagnostic]:
    """That the server did not say what an apply would do."""
    without = [one for one in there if one.dry and not one.dry.fine]
    barred = [one for one in without if one.dry and refusals.lacking(one.dry)]
    if barred:
        yield problems.guessed(len(barred), "the user of the context may not `patch`")
    if len(without) > len(barred):
        yield problems.guessed(
            len(without) - len(barred), "the server refuses what is rendered, and `hydra verify` tells why"
        )
