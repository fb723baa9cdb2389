"""A whole tree from a compile of some specs and the last run's tree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from compiler import cache
from compiler.again.inventory import Inventory, inventory_of, to_json
from compiler.again.scope import Scope
from compiler.again.units import Unit, Units
from compiler.cache import Known
from compiler.diagnostics import Diagnostic, Severity, placed
from compiler.emission.kustomization import kustomizations
from compiler.emission.listing import Listing, sha256
from compiler.emission.paths import DELIVERY, KUSTOMIZATION
from compiler.emission.served import Served
from compiler.emission.storage import Stored
from compiler.lock.problems import MISSING_PIN
from compiler.repo import Repo

if TYPE_CHECKING:
    from compiler.linking.profile import Profile
    from compiler.pipeline import Rendered


ROUTES = frozenset({"HTTPRoute", "Ingress"})
"""Kinds of which no two may have one address, in whatever units."""


class Sub(NamedTuple):
    """A compile of some specs, and what is taken over beside it."""

    rendered: Rendered
    found: Sequence[Diagnostic]
    repo: Repo
    scope: Scope
    last: Known
    made: Inventory
    """What the last run's tree is made of."""

    tree: Listing
    """The list of the tree that is there."""


class Merged(NamedTuple):
    """A whole tree, most of it taken over."""

    files: Mapping[str, str]
    """The files that were compiled: path below the output directory -> text."""

    listing: Listing
    found: list[Diagnostic]
    known: Known


def merge(sub: Sub) -> Merged | None:
    """The whole tree; None, where what was compiled may have changed more than itself."""
    before = sub.made.units
    chosen = _chosen(before, sub)
    if chosen is None or not all(_is_as_before(cluster, sub) for cluster in chosen) or not _is_lock_kept(sub):
        return None
    now = {cluster: _joined(before[cluster], sub.rendered.units[cluster], chosen[cluster]) for cluster in chosen}
    found, storage, served = _findings(sub), _storage(sub, chosen), _served(sub)
    if found is None or storage is None or served is None:
        return None
    if not all(_adds_nothing(before[cluster], now[cluster], chosen[cluster]) for cluster in chosen):
        return None
    files = _files(sub, chosen)
    listing = Listing({**_kept(sub, chosen), **{path: sha256(text) for path, text in files.items()}}, storage, served)
    return Merged(files, listing, found, _known(sub, listing, now, found))


def _chosen(before: Mapping[str, Units], sub: Sub) -> dict[str, frozenset[str]] | None:
    """By cluster, the units that are taken from the compile; None, where one of them was compiled in part only."""
    if set(before) != set(sub.rendered.units):
        return None
    chosen: dict[str, frozenset[str]] = {}
    for cluster, now in sub.rendered.units.items():
        both = (before[cluster], now)
        names = {name for side in both for name, one in side.items() if not one.files.isdisjoint(sub.scope.affected)}
        files = {file for side in both for name in names for file in side.get(name, Unit()).files}
        if not files <= sub.scope.affected:
            return None
        chosen[cluster] = frozenset(names)
    return chosen


def _is_as_before(cluster: str, sub: Sub) -> bool:
    """Whether nothing else of a cluster can have changed: what the affected files refer to, and what is added up."""
    old, new = sub.made.links.get(cluster, {}), sub.rendered.links[cluster]
    if any(_outside(old.get(file, ()), sub) != _outside(new.get(file, ()), sub) for file in sub.scope.affected):
        return False
    working = sub.rendered.working[cluster] | sub.made.working.get(cluster, frozenset())
    return working.isdisjoint(sub.scope.affected) or adds_nothing_up(sub.rendered.front.parts[cluster].profile)


def _outside(links: Iterable[Sequence[str]], sub: Sub) -> list[str]:
    return sorted(words for words, file in links if file not in sub.scope.affected)


def adds_nothing_up(profile: Profile) -> bool:
    """Whether no check of the cluster looks at all of its workloads (`compiler.planning.cluster_checks`)."""
    queue = profile.queue
    return not profile.accelerators or (queue is not None and queue.pods_ready_timeout is None)


def _is_lock_kept(sub: Sub) -> bool:
    """Whether who serves a fine-tuning is still held on the run that the lock file says."""
    locked = sub.rendered.front.locked.lock
    for cluster in sub.rendered.units:
        held = sub.rendered.lock.promotions.get(cluster, {})
        said = locked.promotions.get(cluster, {})
        if _promotions(held, sub) != _promotions(said, sub):
            return False
    return True


def _promotions(promotions: Mapping[tuple[str, str], Any], sub: Sub) -> dict[tuple[str, str], Any]:
    return {key: one for key, one in promotions.items() if _unit_of(key[0]) in _projects(sub)}


def _unit_of(consumer: str) -> str:
    """The project of who serves: `support-bot` of `support-bot/services/chat`."""
    return consumer.partition("/")[0]


def _projects(sub: Sub) -> frozenset[str]:
    again = {name for one in sub.rendered.units.values() for name, unit in one.items() if _is_affected(unit, sub)}
    return sub.scope.units | again


def _is_affected(unit: Unit, sub: Sub) -> bool:
    return not unit.files.isdisjoint(sub.scope.affected)


def _joined(before: Units, now: Units, chosen: frozenset[str]) -> dict[str, Unit]:
    kept = {name: one for name, one in before.items() if name not in chosen}
    return {**kept, **{name: one for name, one in now.items() if name in chosen}}


def _clash(joined: Units) -> bool:
    """Whether two units have a name in common."""
    names = [one.names for one in joined.values()]
    return len(frozenset[tuple[str, ...]]().union(*names)) != sum(map(len, names))


def _adds_nothing(before: Units, now: Units, chosen: frozenset[str]) -> bool:
    """Whether what is made of all units together is as it was: pins that are needed, the GitOps controller's objects."""
    if _clash(now) or _images(before, chosen) != _images(now, chosen):
        return False
    if any(ROUTES & side.get(name, Unit()).kinds.keys() for side in (before, now) for name in chosen):
        return False
    return _applied(before) == _applied(now)


def _images(of: Units, chosen: frozenset[str]) -> set[str]:
    return {image for name in chosen for image in of.get(name, Unit()).images}


def _applied(units: Units) -> frozenset[tuple[str, ...]]:
    """What the objects of a GitOps controller say of the cluster's objects."""
    return frozenset[tuple[str, ...]]().union(*(one.applied for one in units.values()))


def _findings(sub: Sub) -> list[Diagnostic] | None:
    """Those of the affected files anew, the others as they were; None for an error, or where others changed."""
    if any(one.level is Severity.ERROR for one in sub.found):
        return None
    if any(one.code.id == MISSING_PIN.id for one in (*sub.found, *sub.last.outcome.found)):
        return None  # It is told once, where the name is first used.
    affected, inputs = sub.scope.affected, sub.last.inputs
    specs = {*sub.scope.specs, *inputs.specs}
    old = [cache.fixed(one) for one in sub.last.outcome.found]
    new = [cache.fixed(one) for one in sub.found]
    if {one for one in old if _file(one) not in specs} != {one for one in new if _file(one) not in specs}:
        return None
    gone = set(inputs.specs) - set(sub.scope.specs)
    kept = [one for one in old if _file(one) not in affected and _file(one) not in gone]
    return kept + [one for one in new if _file(one) in affected]


def _file(one: Diagnostic) -> str:
    return placed(one.at).span().file


def _storage(sub: Sub, chosen: Mapping[str, frozenset[str]]) -> tuple[Stored, ...] | None:
    """The storage of the whole tree; None, where some of the last commit's would have to be looked at."""
    kept = [one for one in sub.tree.storage if one.unit not in chosen.get(one.cluster, ())]
    again = [one for one in sub.rendered.storage if one.unit in chosen.get(one.cluster, ())]
    there = {(one.cluster, one.target): one for one in (*kept, *again)}
    for one in sub.rendered.before.storage:
        if one.unit not in sub.scope.units and there.get((one.cluster, one.target)) != one:
            return None
    return (*kept, *again)


def _served(sub: Sub) -> tuple[Served, ...] | None:
    """The served runs of the whole tree; None, where others than those of the affected projects are not the committed ones."""
    projects = _projects(sub)
    kept = {one for one in sub.tree.served if _unit_of(one.consumer) not in projects}
    if {one for one in sub.rendered.before.served if _unit_of(one.consumer) not in projects} - kept:
        return None
    return (*kept, *(one for one in sub.rendered.served if _unit_of(one.consumer) in projects))


def _kept(sub: Sub, chosen: Mapping[str, frozenset[str]]) -> dict[str, str]:
    """The files that are taken over, with their digests."""
    return {path: digest for path, digest in sub.tree.files.items() if not _is_chosen(path, chosen)}


def _is_chosen(path: str, chosen: Mapping[str, frozenset[str]]) -> bool:
    """Whether a file is one of a unit: `<cluster>/<namespace>/<unit>/<file>`."""
    steps = path.split("/")
    return len(steps) == 4 and steps[1] != DELIVERY and steps[2] in chosen.get(steps[0], ())


def _files(sub: Sub, chosen: Mapping[str, frozenset[str]]) -> dict[str, str]:
    """The files that are written: those of the units, and the `kustomization.yaml` of every directory on the way."""
    texts = {
        path: text
        for path, text in sub.rendered.files.items()
        if _is_chosen(path, chosen) and not path.endswith(f"/{KUSTOMIZATION}")
    }
    paths = [path for path in (*_kept(sub, chosen), *texts) if not path.endswith(f"/{KUSTOMIZATION}")]
    return {**texts, **kustomizations(paths, _directories(sub, chosen, texts))}


def _directories(sub: Sub, chosen: Mapping[str, frozenset[str]], texts: Iterable[str]) -> set[str]:
    touched = {path for path in sub.tree.files if _is_chosen(path, chosen)} | set(texts)
    steps = (path.split("/")[:-1] for path in touched)
    return {"/".join(one[:depth]) for one in steps for depth in range(1, len(one) + 1)}


def _known(sub: Sub, listing: Listing, now: Mapping[str, Units], found: Sequence[Diagnostic]) -> Known:
    """What is remembered of the merged run."""
    kinds: Counter[str] = Counter()
    for one in now.values():
        for unit in one.values():
            kinds.update(unit.kinds)
    outcome = sub.last.outcome._replace(
        found=tuple(found), objects=dict(sorted(kinds.items())), files=len(listing.files)
    )
    return Known(_inputs(sub), sha256(listing.text()), outcome, to_json(_made(sub, now)))


def _inputs(sub: Sub) -> cache.Inputs:
    from compiler.front import inputs_of

    read = inputs_of(sub.repo, sub.rendered.front)
    inputs = sub.last.inputs
    gone = set(inputs.specs) - set(sub.scope.specs)
    files = {path: digest for path, digest in inputs.files.items() if path not in gone}
    more = {} if read is None else read.files
    return inputs._replace(specs=sub.scope.specs, commit=sub.rendered.front.commit, files={**files, **more})


def _made(sub: Sub, now: Mapping[str, Units]) -> Inventory:
    """The inventory of the whole tree."""
    fresh, old = inventory_of(sub.rendered, sub.repo), sub.made
    affected, gone = sub.scope.affected, set(sub.last.inputs.specs) - set(sub.scope.specs)
    links, working = {}, {}
    for cluster in now:
        kept = {file: one for file, one in old.links.get(cluster, {}).items() if file not in affected | gone}
        links[cluster] = {**kept, **{file: one for file, one in fresh.links[cluster].items() if file in affected}}
        working[cluster] = (old.working.get(cluster, frozenset()) - affected - gone) | (
            fresh.working[cluster] & affected
        )
    names = {file: one for file, one in old.names.items() if file not in gone}
    return Inventory(now, links, working, {**names, **fresh.names}, old.foreign - gone)
