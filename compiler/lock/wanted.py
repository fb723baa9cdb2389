"""What a repo needs pinned: names of its sources and images that can move. Nobody is asked here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from compiler.checking.passed import sound
from compiler.checking.schemas import Schemas
from compiler.diagnostics import Diagnostic, Findings, Located, Severity, Staged
from compiler.front import read_repo
from compiler.linking.link import link
from compiler.lock.needs import uses
from compiler.lock.pins import section_of
from compiler.lowering.registry import lower
from compiler.planning.decide import decide, shares
from compiler.planning.images import name_of
from compiler.repo import Repo

if TYPE_CHECKING:
    from compiler.linking.program import Parts
    from compiler.requests import Request


class Wanted(NamedTuple):
    """A name that can move, and where it is resolved."""

    system: str
    """Who knows what it means: `huggingface`, `modelscope`, `git`, `oci`."""

    name: str
    """Its key in the lock file: `hf://acme/own@main`, `git+https://host/path@main`, `docker.io/library/alpine:3.20`."""

    location: str
    """Where it is, without the revision: `acme/own`, `datasets/acme/own`, a git URL, `docker.io/library/alpine`."""

    revision: str
    """Branch or tag; of git, empty for the repository's own default."""

    at: Located
    """Where a spec, or the library, says it."""

    of: tuple[str, ...] = ()
    """The entries whose source it is, by their whole names, sorted: `support-bot/models/base`."""

    @property
    def section(self) -> str:
        """The section of the lock file that has its key."""
        return section_of(self.system)


def wanted(request: Request) -> Staged[list[Wanted]]:
    """What the repo needs pinned on all its clusters, each name once, sorted by section and name.

    What is pinned already is among it: it is needed. Of the findings only errors are told; with one, names may be
    missing that its entry would need.
    """
    repo, found = Repo(request.root), Findings()
    front = read_repo(repo, request._replace(clusters=()), found)
    schemas = Schemas([repo.root / folder for folder in front.settings.schemas], root=repo.root)
    every: dict[str, Wanted] = {}
    for cluster in sorted(front.parts):
        parts = front.parts[cluster]
        for one in (*_sources(parts), *found.of(_images(parts, schemas))):
            known = every.get(one.name, one)
            every[one.name] = known._replace(of=tuple(sorted({*known.of, *one.of})))
    errors: list[Diagnostic] = [one for one in found.all if one.level is Severity.ERROR]
    return Staged(sorted(every.values(), key=lambda one: (one.section, one.name)), errors)


def _sources(parts: Parts) -> Iterator[Wanted]:
    for artifact in parts.artifacts:
        if artifact.source.movable is not None:
            yield Wanted(*artifact.source.movable, artifact.source_at, (artifact.of,))


def _images(parts: Parts, schemas: Schemas) -> Staged[list[Wanted]]:
    """The images of what is made on a cluster, as if it had no mirror: by the names that hold for all clusters."""
    found = Findings()
    bare = parts._replace(profile=parts.profile._replace(registry=None, images={}))
    program = found.of(link(found.of(sound(bare, schemas))))
    plans = [plan for share in shares(program, 1) for plan in found.of(decide(program, share))]
    images = uses(lower(plans), program.passed)
    named = [(name_of(image), use.at) for image, use in sorted(images.items())]
    return Staged([Wanted("oci", one.full, *one, at) for one, at in named if one is not None], found.all)
