"""Resolves what workloads name: models, datasets and other fine-tunings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from compiler.diagnostics import Diagnostic, Staged
from compiler.linking import workload_problems as problems
from compiler.linking.artifact import Artifact, Key, Names
from compiler.linking.program import LinkedWorkloads, Parts
from compiler.linking.serving import Service
from compiler.linking.sharing import check_sharing
from compiler.linking.workload import Finetune, Reference, Target, Workload
from compiler.sources.reading import read_source
from compiler.sources.written import Written

Labels = Mapping[str, Mapping[str, str]]


def link_workloads(parts: Parts, artifacts: Iterable[Artifact], namespaces: Labels) -> Staged[LinkedWorkloads]:
    """The workloads with their references resolved. One with a broken reference is left out with its diagnostic; what
    refers to *it* is left out silently."""
    linker = _Linker(parts, artifacts, namespaces)
    for workload in parts.workloads:
        linker.resolve(workload)
    linker.circles()
    return Staged(linker.linked(), linker.found)


class _Linker:
    """The references of one cluster's workloads."""

    def __init__(self, parts: Parts, artifacts: Iterable[Artifact], namespaces: Labels) -> None:
        self.parts = parts
        self.namespaces = namespaces
        self.found: list[Diagnostic] = []
        self.links: dict[tuple[str, str], Target] = {}
        self.clones: dict[str, Artifact] = {}
        self.targets: dict[str, Artifact] = {}
        self.broken: set[str] = set()
        self.adapters: dict[str, Diagnostic] = {}
        self.services: dict[tuple[str, str], Service] = {}
        self.index: dict[Key, list[Target | Service]] = {}
        named = [one for one in parts.workloads if isinstance(one, Finetune | Service)]
        targets: list[Target | Service] = [*artifacts, *named]
        for one in targets:
            self.index.setdefault(one.key, []).append(one)
        self.left_out = {one.key for one in parts.artifacts} - self.index.keys()

    def resolve(self, workload: Workload) -> None:
        """Every reference of a workload."""
        for reference in workload.references:
            target = self._target(workload, reference)
            if target is None:
                self.broken.add(workload.of)
            elif isinstance(target, Service):
                self.services[workload.of, reference.role] = target
            else:
                self.links[workload.of, reference.role] = target

    def _target(self, workload: Workload, reference: Reference) -> Target | Service | None:
        if reference.told:
            return None
        found = self.index.get(reference.key, [])
        fitting = [one for one in found if one.component == reference.wanted]
        if fitting:
            return self._usable(workload, reference, fitting[0])
        if found:
            kind = "fine-tuning" if isinstance(found[0], Finetune) else found[0].component
            self.found.append(problems.wrong_kind(reference.at, reference.name, kind, reference.wanted))
        elif not (self.parts.incomplete or reference.key in self.parts.broken or reference.key in self.left_out):
            self.found.append(self._unknown(workload, reference))
        return None

    def _unknown(self, workload: Workload, reference: Reference) -> Diagnostic:
        fitting = [one for ones in self.index.values() for one in ones if one.component == reference.wanted]
        names = [
            one.key[1] if one.key[0] == workload.key[0] else "/".join(one.key) for one in fitting if one is not workload
        ]
        library = self.parts.library.names("model") if reference.wanted == "model" else ()
        return problems.unknown_target(reference, [*names, *library])

    def _usable(self, workload: Workload, reference: Reference, target: Target | Service) -> Target | Service | None:
        """The target, or what stands for it in the workload's namespace."""
        if isinstance(target, Service):
            return target
        if isinstance(target, Finetune):
            return self._result(workload, reference, target)
        if target.namespace == workload.namespace:
            return target
        clone = _clone(workload, reference, target)
        denied = check_sharing(clone, target, self.namespaces, self.parts.profile)
        self.found += denied
        if denied:
            return None
        self.clones[clone.of] = clone
        self.targets[clone.of] = target
        return clone

    def _result(self, workload: Workload, reference: Reference, target: Finetune) -> Target | None:
        if target.namespace != workload.namespace:
            self.found.append(problems.other_namespace(reference.at, reference.name, target.namespace))
            return None
        if isinstance(workload, Finetune) and target.method in {"lora", "qlora"} and not target.output.merge:
            self.adapters[workload.of] = problems.adapter_as_model(reference.at, reference.name)
        return target

    def circles(self) -> None:
        """Fine-tunings that depend on themselves, each circle once, and those out of a circle that begin from an
        adapter."""
        circles: set[str] = set()
        for workload in self.parts.workloads:
            around = {workload.of: None}
            at = self.links.get((workload.of, "model"))
            while isinstance(at, Finetune) and at.of not in around:
                around[at.of] = None
                at = self.links.get((at.of, "model"))
            if isinstance(at, Finetune) and at.of == workload.of and workload.of not in circles:
                circles.update(around)
                names = [one.rpartition("/")[2] for one in (*around, workload.of)]
                self.found.append(self._itself(workload.references[0], names))
        self.found += [finding for of, finding in self.adapters.items() if of not in circles]
        self.broken |= circles | self.adapters.keys()

    def _itself(self, reference: Reference, around: list[str]) -> Diagnostic:
        hides = len(around) == 2 and self.parts.library.place("model", reference.name) is not None
        return problems.depends_on_itself(reference.at, around, hides=hides)

    def linked(self) -> LinkedWorkloads:
        """What is left without the broken ones, and without what needs them."""
        kept = tuple(one for one in self.parts.workloads if not self._needs_broken(one))
        names = {one.of for one in kept}
        links = {key: target for key, target in self.links.items() if key[0] in names}
        clones = tuple(one for one in self.clones.values() if one.of.partition("#")[0] in names)
        services = {key: service for key, service in self.services.items() if key[0] in names}
        return LinkedWorkloads(kept, links, clones, {one.of: self.targets[one.of] for one in clones}, services)

    def _needs_broken(self, workload: Workload) -> bool:
        waiting: list[Workload] = [workload]
        while waiting:
            at = waiting.pop()
            if at.of in self.broken:
                return True
            data = (self.links.get((at.of, one.role)) for one in at.references)
            asked = (self.services.get((at.of, one.role)) for one in at.references)
            waiting += [one for one in (*data, *asked) if isinstance(one, Finetune | Service)]
        return False


def _clone(workload: Workload, reference: Reference, target: Artifact) -> Artifact:
    """An artifact that refers to data of another namespace, as one with the source `dataset://` would."""
    written = Written(f"dataset://{'/'.join(target.key)}", reference.at)
    source = read_source(written).value
    if source is None:
        raise AssertionError(f"{written.uri} cannot be read")
    return target._replace(
        key=(workload.key[0], f"{workload.key[1]}#{reference.role}"),
        of=f"{workload.of}#{reference.role}",
        unit=workload.unit,
        namespace=workload.namespace,
        origin=reference.at,
        names=Names("", "", "", "", "", ""),
        annotations={},
        source=source,
        source_at=reference.at,
        written=None,
        secret=None,
        secret_at=None,
        in_place=False,
        foreign=False,
        share=None,
        claim_reference=None,
        implicit=False,
    )
