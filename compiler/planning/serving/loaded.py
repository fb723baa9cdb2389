"""What a service loads: weights, and adapters beside them; where they lie in its pods."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from compiler.diagnostics import Diagnostic, Staged
from compiler.linking.artifact import Artifact, ModelInfo
from compiler.linking.model_info import entry_of
from compiler.linking.program import Program
from compiler.linking.serving import Service
from compiler.linking.workload import Finetune, Reference, Target
from compiler.planning.pod_parts import Mounted
from compiler.planning.promotions import run_served
from compiler.planning.serving import problems_of_services as problems
from compiler.planning.whereabouts import Whereabouts, whereabouts, whereabouts_of_run
from compiler.source.document import Origin

MODEL = "/mnt/model"
ADAPTERS = "/mnt/adapters"


class Adapter(NamedTuple):
    """An adapter that is served beside the model."""

    name: str
    """What it is served as."""

    mounted: Mounted
    rank: int
    at: Origin
    """Where it is named."""


class Loaded(NamedTuple):
    """What a service loads."""

    info: ModelInfo
    model: Mounted
    adapters: tuple[Adapter, ...]
    model_id: str | None
    """The model's id in the library."""

    source: Artifact
    """The weights that everything else was made from."""

    alone: bool = True
    """Whether requests for the service's own name are answered by the model itself; with an adapter that was not merged,
    the adapter answers them."""

    further: tuple[Mounted, ...] = ()
    """Data at directories that a document names."""

    @property
    def mounted(self) -> tuple[Mounted, ...]:
        """All of it."""
        return (self.model, *(one.mounted for one in self.adapters), *self.further)


def load(service: Service, program: Program) -> Staged[Loaded | None]:
    """What a service loads; None with everything that is wrong with it."""
    reference = service.references[0]
    target = program.links[service.of, reference.role]
    source = _root(target, program)
    info = program.model_of(target)
    found = [*_check_result(service, target, reference), *_check_held(service, program), *_check_names(service)]
    own = target if isinstance(target, Finetune) else None
    adapts = own is not None and run_served(program, service.of, own).result == "adapter"
    weights = program.links[own.of, "model"] if own is not None and adapts else target
    place = _place(service, weights, program)
    beside: list[tuple[Finetune, Reference]] = [(own, reference)] if own is not None and adapts else []
    apart = [one for one in service.references if one.role.startswith("/")]
    for one in service.references[1:]:
        if one in apart:
            continue
        adapter = program.links[service.of, one.role]
        wrong = _check_adapter(adapter, weights, one, program)
        found += wrong
        if not wrong and isinstance(adapter, Finetune):
            beside.append((adapter, one))
    adapters = tuple(_adapters(service, beside, program))
    further = tuple(_further(service, apart, program))
    if found or info is None or place is None or source is None or len(adapters) < len(beside):
        return Staged(None, found)
    if len(further) < len(apart):
        return Staged(None)
    model = Mounted("model", service.model_path or MODEL, place, alone=service.model_path is not None)
    model_id = _model_id(source, program)
    return Staged(Loaded(info, model, adapters, model_id, source, not adapts, further), found)


def _further(service: Service, apart: list[Reference], program: Program) -> Iterator[Mounted]:
    for index, reference in enumerate(apart):
        place = _place(service, program.links[service.of, reference.role], program)
        if place is not None:
            yield Mounted(f"data-{index}", reference.role, place, alone=True)


def _model_id(source: Artifact, program: Program) -> str | None:
    """The id of the model: as its own document says, else the library."""
    of = program.source_of(source)
    entry = entry_of(of, program.library) if of.model_id is None else None
    return entry.name if entry is not None else of.model_id


def _adapters(service: Service, beside: list[tuple[Finetune, Reference]], program: Program) -> Iterator[Adapter]:
    for index, (finetune, reference) in enumerate(beside):
        own = reference.role == "model"
        name = service.key[1] if own else finetune.key[1]
        run = run_served(program, service.of, finetune)
        # An adapter is served as such, also where it is merged for others.
        place = whereabouts_of_run(finetune, run.run, "adapter")
        yield Adapter(name, Mounted(f"adapter-{index}", f"{ADAPTERS}/{name}", place), finetune.lora.rank, reference.at)


def _place(service: Service, target: Target, program: Program) -> Whereabouts | None:
    if not isinstance(target, Finetune):
        return whereabouts(target, program)
    run = run_served(program, service.of, target)
    return whereabouts_of_run(target, run.run, run.result)


def _root(target: Target, program: Program) -> Artifact | None:
    """The weights that a chain of fine-tunings begins from."""
    at: Target | None = target
    while isinstance(at, Finetune):
        at = program.links.get((at.of, "model"))
    return at


def _check_result(service: Service, target: Target, reference: Reference) -> Iterator[Diagnostic]:
    if isinstance(target, Finetune) and target.stage == "rm":
        yield problems.reward_model(reference.at, reference.name, service.key[1])


def _check_names(service: Service) -> Iterator[Diagnostic]:
    """Adapters that answer to the name of the service, or of one another."""
    taken = {service.key[1]}
    for one in service.references[1:]:
        if one.role.startswith("/"):
            continue
        if one.key[1] in taken:
            yield problems.one_name(one.at, one.key[1])
        taken.add(one.key[1])


def _check_held(service: Service, program: Program) -> Iterator[Diagnostic]:
    """Adapters of runs that are held, whose base was another one then."""
    for one in service.references:
        target = program.links[service.of, one.role]
        if not isinstance(target, Finetune):
            continue
        run = run_served(program, service.of, target, one.role)
        if run.base and run.base != _data(program.links[target.of, "model"], program):
            yield problems.base_of_run(one.at, one.name, run.run)


def _check_adapter(adapter: Target, weights: Target, reference: Reference, program: Program) -> list[Diagnostic]:
    if not isinstance(adapter, Finetune) or adapter.method not in {"lora", "qlora"}:
        return [problems.no_adapter(reference.at, reference.name)]
    base = program.links[adapter.of, "model"]
    # Two entries for the same data are one base.
    if _data(base, program) != _data(weights, program):
        return [problems.other_base(reference.at, reference.name, base.of, weights.of)]
    return []


def _data(target: Target, program: Program) -> str:
    from compiler.planning.finetuning.runs import data_digest

    return data_digest(target, program)
