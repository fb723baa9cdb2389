"""The compiler from top to bottom: specs in, manifests out. This file is the table of contents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from compiler.assembly import Assembly
from compiler.checking import policy
from compiler.checking.baseline import committed
from compiler.checking.changes import check_changes
from compiler.checking.collisions import check_collisions
from compiler.checking.schemas import Schemas, check
from compiler.diagnostics import Diagnostic, Findings, InFile, Severity, Staged, in_source_order
from compiler.emission import tree
from compiler.emission.listing import Listing
from compiler.emission.rendering import render
from compiler.emission.storage import Stored, stored
from compiler.library.library import Library, open_library
from compiler.linking.link import link
from compiler.lowering.registry import lower
from compiler.manifest import Manifest
from compiler.planning.decide import decide
from compiler.repo import Repo, settings_of
from compiler.repo_problems import nothing_to_compile
from compiler.source.discovery import discover
from compiler.specs import Specs, check_settings, profiles_of, specs_of

if TYPE_CHECKING:
    from compiler.linking.profile import Profile
    from compiler.linking.program import Parts, Program
    from compiler.spec.settings import Settings


class Request(NamedTuple):
    """What a command asks for."""

    root: Path
    clusters: tuple[str, ...] = ()
    """Clusters to compile; empty is all."""

    output: str | None = None
    """Where to write, from the root or absolute; None is where the settings say."""

    jobs: int = 1
    """Processes to use."""

    paths: tuple[str, ...] = ()
    """Files whose findings are wanted; empty is all."""

    progress: Callable[[str], None] | None = None
    """Told what is being done."""


class Outcome(NamedTuple):
    """What came of a request."""

    found: Sequence[Diagnostic]
    read: Callable[[str], str | None]
    clusters: tuple[str, ...] = ()
    objects: Mapping[str, int] = {}
    """Objects by kind."""

    written: int = 0
    unchanged: int = 0
    removed: int = 0
    stale: str = ""
    """Difference between the tree and what would be written; empty where there is none."""

    unchecked: Mapping[str, int] = {}
    """Objects without a schema, by apiVersion and kind."""


class Rendered(NamedTuple):
    """What a repo compiles to."""

    files: Mapping[str, str]
    """Path below the output directory -> text."""

    output: str
    storage: tuple[Stored, ...]
    clusters: tuple[str, ...]
    objects: Mapping[str, int]
    unchecked: Mapping[str, int]


class Front(NamedTuple):
    """A repo that was read: settings, clusters, and the parts of each."""

    settings: Settings
    library: Library
    profiles: Mapping[str, Profile]
    specs: Specs
    parts: Mapping[str, Parts]


def compile_repo(repo: Repo, request: Request, found: Findings) -> Rendered:
    """Specs in, files out. Reads the repo, writes nothing."""
    tell = request.progress or (lambda _: None)
    front = read_repo(repo, request, found)
    schemas = Schemas([repo.root / folder for folder in front.settings.schemas])
    files: dict[str, str] = {}
    records: list[Stored] = []
    objects: Counter[str] = Counter()
    unchecked: Counter[str] = Counter()
    everything: dict[tuple[str, str], Manifest] = {}
    for name, parts in front.parts.items():
        tell(f"compiling {name}")
        program = found.of(link(parts))
        plans = found.of(decide(program))
        manifests = found.of(check_collisions(lower(plans)))
        found.add(policy.judge(_subjects(program, manifests), policy.limits_of(front.settings)))
        checked = found.of(check(manifests, schemas))
        objects.update(manifest.kind for manifest in manifests)
        unchecked.update({f"{version} {kind}": count for (version, kind), count in checked.unknown.items()})
        files |= render(manifests, name)
        records += stored(manifests, name, {one.target: one.data for one in manifests if one.data})
        everything |= {(name, one.target): one for one in manifests}
    output = request.output or front.settings.output
    before = [one for one in committed(repo.root, output).storage if one.cluster in front.parts or not request.clusters]
    found.add(check_changes(before, records, everything, front.specs.acknowledged, output))
    found.all = policy.levelled(found.all, front.settings, repo.text)
    return Rendered(files, output, tuple(records), tuple(front.parts), objects, unchecked)


def read_repo(repo: Repo, request: Request, found: Findings) -> Front:
    """Everything that the repo says, as parts of each cluster."""
    settings = found.of(settings_of(repo))
    library = open_library(repo.root, settings.library)
    found.of(library.check())
    discovered = found.of(discover(repo.root, output=request.output or settings.output, library=settings.library))
    if not discovered.specs:
        found.add([nothing_to_compile(InFile("."))])
    clusters = [one for path in discovered.clusters for one in found.of(repo.documents(path))]
    documents = [one for path in discovered.specs for one in found.of(repo.documents(path))]
    profiles = found.of(profiles_of(clusters, library))
    specs = found.of(specs_of(documents, settings))
    found.add(_settings_findings(repo, settings, profiles))
    found.add(policy.unexplained({path: one.text for path, one in repo.files.items()}))
    parts = found.of(Assembly(specs, profiles, library, repo.read).parts(settings))
    wanted = _wanted(request, profiles)
    return Front(settings, library, profiles, specs, {name: parts[name] for name in profiles if name in wanted})


def validate(request: Request) -> Outcome:
    """Everything but writing."""
    repo, found = Repo(request.root), Findings()
    rendered = compile_repo(repo, request, found)
    return _outcome(repo, found, rendered, request.paths)


def compile_tree(request: Request) -> Outcome:
    """Compile and write. Errors write nothing."""
    repo, found = Repo(request.root), Findings()
    rendered = compile_repo(repo, request, found)
    if found.worst() is Severity.ERROR:
        return _outcome(repo, found, rendered)
    root, output = _target(request, rendered)
    listing = found.of(_listing(root, output, rendered, request))
    written = found.of(tree.write(root, output, rendered.files, listing))
    outcome = _outcome(repo, found, rendered)
    if written is None:
        return outcome
    return outcome._replace(written=written.written, unchanged=written.unchanged, removed=len(written.removed))


def check_tree(request: Request) -> Outcome:
    """Compile and compare with the tree that is there. Writes nothing."""
    from compiler.emission.staleness import stale

    repo, found = Repo(request.root), Findings()
    rendered = compile_repo(repo, request, found)
    if found.worst() is Severity.ERROR:
        return _outcome(repo, found, rendered)
    root, output = _target(request, rendered)
    listing = found.of(_listing(root, output, rendered, request))
    staleness = found.of(stale(root, output, rendered.files, listing))
    outcome = _outcome(repo, found, rendered)
    return outcome if staleness is None else outcome._replace(stale=staleness.diff)


def _subjects(program: Program, manifests: Sequence[Manifest]) -> Iterator[object]:
    """What policy rules look at."""
    yield program.profile
    yield from (passed.document for passed in program.passed)
    for artifact in program.artifacts:
        yield artifact
        if artifact.written is not None:
            yield artifact.written
    yield from manifests


def _settings_findings(repo: Repo, settings: Settings, profiles: Mapping[str, Profile]) -> list[Diagnostic]:
    return [
        *check_settings(settings, repo.settings, profiles),
        *policy.check_levels(settings, repo.settings),
    ]


def _wanted(request: Request, profiles: Mapping[str, Profile]) -> frozenset[str]:
    return frozenset(request.clusters or profiles)


def _target(request: Request, rendered: Rendered) -> tuple[Path, str]:
    """The directory that holds the output, and the output's path in it."""
    path = Path(rendered.output)
    return (path.parent, path.name) if path.is_absolute() else (request.root, rendered.output)


def _listing(root: Path, output: str, rendered: Rendered, request: Request) -> Staged[Listing]:
    """The list of the tree that will be there. Clusters that are not compiled keep theirs."""
    fresh = Listing.of(rendered.files, rendered.storage)
    if not request.clusters:
        return Staged(fresh)
    earlier = tree.previous(root, output)
    return Staged(earlier.value.with_clusters(fresh, rendered.clusters), earlier.found)


def _outcome(repo: Repo, found: Findings, rendered: Rendered, paths: Sequence[str] = ()) -> Outcome:
    findings = in_source_order(found.all)
    if paths:
        findings = [one for one in findings if _concerns(one.at.span().file, paths)]
    return Outcome(findings, repo.text, rendered.clusters, rendered.objects, unchecked=rendered.unchecked)


def _concerns(file: str, paths: Sequence[str]) -> bool:
    return any(file == path or file.startswith(path.rstrip("/") + "/") for path in paths)
