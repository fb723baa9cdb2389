"""A fine-tuning: its plan of training, the claim of its results, the files of its run, and its PyTorchJob."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from compiler.diagnostics import Diagnostic, Severity, Staged
from compiler.emission.quantities import quantity
from compiler.library import problems as library_problems
from compiler.library.plain import TemplateFault
from compiler.linking.accelerators import Resolved
from compiler.linking.artifact import Artifact, ModelInfo
from compiler.linking.program import Program
from compiler.linking.workload import FieldPath, Finetune
from compiler.planning.export import DIALECT, Result, bucket_of, bucket_of_upload, plan_export
from compiler.planning.finetuning import problems
from compiler.planning.finetuning.claim import claim_of
from compiler.planning.finetuning.config import (
    CONFIG,
    DATASET,
    FOUR_BIT,
    MODEL,
    OUTPUT,
    SCRATCH,
    Given,
    context_of,
    digest_of,
    environment_of,
    files_of,
)
from compiler.planning.finetuning.data import Data, data_of
from compiler.planning.finetuning.runs import ADAPTERS, run_of_finetune
from compiler.planning.finetuning.vendors import check_vendor
from compiler.planning.identity import Identity
from compiler.planning.images import pinned, pulled
from compiler.planning.plans import FilesPlan, Plan
from compiler.planning.pod_parts import (
    Mounted,
    check_chain,
    check_copied,
    check_held,
    check_image,
    check_nodes,
    check_operator,
    check_output,
    gate_seconds,
    gates_of,
    groups_of,
    modes_of,
    queue_labels,
    volcano_queue,
    volumes_of,
)
from compiler.planning.pools import other_pools, pool_of
from compiler.planning.results import result_plans, size_of
from compiler.planning.summary import Summary, pod_summary
from compiler.planning.training.decide import decide
from compiler.planning.training.problems import diagnostic_of
from compiler.planning.training.values import Ask, TrainingPlan
from compiler.planning.weights import weights_bytes
from compiler.planning.whereabouts import whereabouts
from compiler.planning.work import Elasticity, PodVolume, Replicas, WorkPlan, WorkPod
from compiler.planning.working import Planned, PlannerOf
from compiler.source.document import Origin

if TYPE_CHECKING:
    from compiler.library.entries.trainer import Trainer

GIB = 1 << 30
REPLICA = FieldPath("metadata.labels['training.kubeflow.org/replica-index']")
SCRATCH_OF_PROCESSORS = "2Gi"
"""What a run on processors alone may write: it is a trial."""

RETRIES = 3
"""Failures of a run. One restarts every pod of an elastic job, and the operator counts each pod's restarts."""


class _Read(NamedTuple):
    """A fine-tuning and everything that it names."""

    finetune: Finetune
    program: Program
    trainer: Trainer
    resolved: Resolved
    info: ModelInfo
    data: Data
    model: Mounted
    dataset: Mounted


def plan_finetune(finetune: Finetune, program: Program) -> Staged[Planned]:
    """Every decision about a fine-tuning; with an error, what is wrong and no plan."""
    read, found = _read(finetune, program)
    if read is None:
        return Staged(Planned(), found)
    decided = decide(_ask(read))
    found = [*found, *(diagnostic_of(fault, _place(finetune, fault.about)) for fault in decided.faults)]
    if decided.plan is None:
        return Staged(Planned(), found)
    found += _checks(read, decided.plan)
    if any(one.level is Severity.ERROR for one in found):
        return Staged(Planned(), found)
    return _planned(read, decided.plan, found)


def _planned(read: _Read, plan: TrainingPlan, found: list[Diagnostic]) -> Staged[Planned]:
    finetune = read.finetune
    given = Given(
        finetune=finetune,
        trainer=read.trainer,
        plan=plan,
        data=read.data,
        model=read.model.directory,
        template=_template(read),
        dataset=read.dataset.directory,
        info=read.info,
        run=run_of_finetune(finetune, read.program),
        weights=_weights(read),
        accelerator=read.resolved,
    )
    context = context_of(given)
    try:
        files = FilesPlan(_identity(read, finetune.names.files), files_of(given, context))
        environment = environment_of(given, context)
    except TemplateFault as fault:
        at = read.trainer.origin.child(*fault.path)
        return Staged(Planned(), [*found, library_problems.template_fails(at, fault)])
    files = files._replace(digest=digest_of(files.files))
    claim = claim_of(finetune, plan, _weights(read))
    storage = result_plans(finetune, claim, read.program)
    work = _work(read, given, files, environment)
    copies = _copies(read, given)
    plans = (*storage.value, files, work, *(one for copy in copies for one in copy.value))
    summary = _summary(read, plan, work, (claim.name, size_of(storage.value, claim)))
    found += [*storage.found, *(one for copy in copies for one in copy.found)]
    return Staged(Planned(plans, summary), found)


def _copies(read: _Read, given: Given) -> list[Staged[tuple[Plan, ...]]]:
    """The Jobs that copy the result to where the spec or a dialect wants it."""
    finetune, program = read.finetune, read.program
    if finetune.output.export is None and finetune.upload is None:
        return []
    where = whereabouts(finetune, program)
    if where is None or where.marker is None:
        return []
    result = Result(
        finetune, where.claim, where.directory, where.marker, f"runs/{given.run}", given.run, where.producer
    )
    copies = []
    if finetune.output.export is not None:
        wanted = finetune.output.export
        copies.append(plan_export(result, bucket_of(wanted.uri, wanted.endpoint, wanted.secret), program))
    if finetune.upload is not None:
        bucket = bucket_of_upload(finetune.upload, program, DIALECT)
        copy = Staged[tuple[Plan, ...]](()) if bucket.value is None else plan_export(result, bucket.value, program)
        copies.append(Staged(copy.value, [*bucket.found, *copy.found]))
    return copies


def _read(finetune: Finetune, program: Program) -> Staged[_Read | None]:
    """What a fine-tuning names, looked up; None with everything that is wrong."""
    at = finetune.at("accelerator", "type")
    resolved = pool_of(program, finetune.accelerator, at)
    trainer = program.library.find("trainer", finetune.trainer, finetune.at("trainer"))
    found = [*resolved.found, *trainer.found]
    target, dataset = program.links[finetune.of, "model"], program.links[finetune.of, "dataset"]
    info = program.model_of(target)
    found += _check_model(finetune, trainer.value, info)
    places = [whereabouts(one, program) for one in (target, dataset)]
    if trainer.value is None or not isinstance(dataset, Artifact):
        return Staged(None, found)
    found += _for_trainer(finetune, trainer.value, info)
    found += check_vendor(finetune, trainer.value, resolved.value)
    data = data_of(finetune, dataset, trainer.value, program)
    found += data.found
    model, records = places
    wrong = any(one.level is Severity.ERROR for one in found)
    if wrong or resolved.value is None or info is None or data.value is None or model is None or records is None:
        return Staged(None, found)
    mounts = (Mounted("model", MODEL, model), Mounted("dataset", DATASET, records))
    return Staged(_Read(finetune, program, trainer.value, resolved.value, info, data.value, *mounts), found)


def _weights(read: _Read) -> int:
    """Bytes of the whole model's weights."""
    facts, dtype = read.info.facts, read.info.dtype
    return read.program.memo.once(
        ("weights", read.model.data.wanted), lambda: weights_bytes(facts, dtype) if facts else 0
    )


def _for_trainer(finetune: Finetune, trainer: Trainer, info: ModelInfo | None) -> list[Diagnostic]:
    """What a trainer does not do, does not know, or needs."""
    found = []
    if finetune.stage not in trainer.stages:
        at = finetune.at("stage")
        found.append(problems.not_for_trainer(at, trainer.name, "stage", finetune.stage, trainer.stages))
    if finetune.method not in trainer.methods:
        at = finetune.at("method")
        found.append(problems.not_for_trainer(at, trainer.name, "method", finetune.method, trainer.methods))
    found += [
        problems.needed(finetune.at("trainer"), trainer.name, field)
        for field in (*trainer.needs, *(() if trainer.image else ("image",)))
        if getattr(finetune, field) is None
    ]
    if finetune.output.merge and finetune.method in ADAPTERS and trainer.merge is None:
        found.append(problems.no_merge(finetune.at("output", "merge"), trainer.name))
    if finetune.output.merge and finetune.method in ADAPTERS and info is not None and info.dtype in FOUR_BIT:
        found.append(problems.no_merge_into(finetune.at("output", "merge"), info.dtype))
    if finetune.script is not None and "script" not in trainer.needs:
        found.append(problems.no_script(finetune.at("script")._replace(key=True), trainer.name))
    return [*found, *_check_template(finetune, trainer, info)]


def _check_model(finetune: Finetune, trainer: Trainer | None, info: ModelInfo | None) -> list[Diagnostic]:
    model = finetune.references[0]
    if trainer is not None and info is not None and not _writes(trainer, info):
        return [problems.not_of_text(model.at, model.name, info.task, trainer.name)]
    if info is None or info.facts is None or info.facts.parameters is None:
        return [problems.no_facts(model.at, model.name, "parameters")]
    return []


def _writes(trainer: Trainer, info: ModelInfo) -> bool:
    """Whether the model writes text, or the trainer, having no chat templates, leaves that to a script."""
    return info.task in {"text-generation", "vision-language"} or not trainer.templates


def _check_template(finetune: Finetune, trainer: Trainer, info: ModelInfo | None) -> list[Diagnostic]:
    if not trainer.templates or finetune.stage == "pt" or info is None or not _writes(trainer, info):
        return []
    template = finetune.template or info.template
    at = finetune.at("template") if finetune.template else finetune.references[0].at
    if template is None:
        return [problems.template_unknown(at, finetune.references[0].name)]
    known = template in trainer.templates
    return [] if known else [problems.no_template(at, template, trainer.name, trainer.templates)]


def _template(read: _Read) -> str | None:
    if read.finetune.stage == "pt" and read.finetune.template is None and read.info.template is None:
        return "default" if "default" in read.trainer.templates else None
    return read.finetune.template or read.info.template


def _ask(read: _Read) -> Ask:
    finetune, chosen = read.finetune, read.finetune.hyperparameters.values
    facts = read.info.facts
    if facts is None:
        raise AssertionError("a model without facts is not planned")
    return Ask(
        facts=facts,
        dtype=read.info.dtype,
        stage=finetune.stage,  # type: ignore[arg-type]
        method=finetune.method,  # type: ignore[arg-type]
        cards=finetune.cards,
        pool=read.resolved.pool,
        sequence=chosen["sequence_length"],
        global_batch=chosen["global_batch_size"],
        micro_batch=chosen.get("micro_batch_size"),
        deepspeed=finetune.deepspeed,
        precision=chosen.get("precision"),
        checkpointing=chosen["gradient_checkpointing"],
        optimizer=chosen["optimizer"],
        max_grad_norm=float(chosen["max_grad_norm"]),
        lora_rank=finetune.lora.rank,
        lora_targets=finetune.lora.targets if isinstance(finetune.lora.targets, str) else tuple(finetune.lora.targets),
        freeze_layers=finetune.freeze.layers,
        fp16_safe=facts.float16,
        others=other_pools(read.program, read.resolved.id),
        learning_rate=float(chosen["learning_rate"]) if _optimizer_is_deepspeeds(read) else None,
        weight_decay=float(chosen["weight_decay"]),
    )


def _optimizer_is_deepspeeds(read: _Read) -> bool:
    """Whether DeepSpeed is to make the optimizer of adapters."""
    own = read.trainer.adapter_optimizer
    return own is not None and not any(name in read.finetune.arguments for name in own)


def _place(finetune: Finetune, about: tuple[str, ...]) -> Origin:
    """Where what a fault is about was said."""
    if len(about) == 2 and about[0] == "hyperparameters":
        from compiler.spec.records import attribute

        said = finetune.hyperparameters.places.get(attribute(about[1]))
        if said is not None:
            return said
    return finetune.at(*about)


def _checks(read: _Read, plan: TrainingPlan) -> list[Diagnostic]:
    finetune, program = read.finetune, read.program
    modes = tuple(finetune.output.access_modes or program.profile.storage.access_modes)
    claims = {
        read.model.data.claim: modes_of(program, finetune.namespace, read.model),
        read.dataset.data.claim: modes_of(program, finetune.namespace, read.dataset),
        finetune.names.claim: modes,
    }
    found = [
        *check_nodes(
            program,
            finetune.namespace,
            claims,
            written={finetune.names.claim},
            nodes=plan.nodes,
            at=finetune.at("accelerator"),
        ),
        *check_output(modes, finetune.at("output", "accessModes")),
        *(check_held(program, finetune.namespace, _waited(read)) if plan.nodes == 1 else ()),
        *check_copied(finetune, modes),
        *check_chain(program, finetune, read.resolved),
        *check_operator(program.profile, plan.nodes, plan.per_node, finetune.origin),
    ]
    if finetune.image is not None:
        found += check_image(program.profile, finetune.image, finetune.at("image"))
    return found


def _waited(read: _Read) -> dict[str, tuple[Mounted, Origin]]:
    """What the pods wait for, by claim, and where it was named."""
    model, dataset = read.finetune.references
    return {read.model.data.claim: (read.model, model.at), read.dataset.data.claim: (read.dataset, dataset.at)}


def _identity(read: _Read, name: str, labels: Mapping[str, str] | None = None) -> Identity:
    finetune = read.finetune
    return Identity(
        name,
        finetune.namespace,
        finetune.unit,
        finetune.origin,
        {**finetune.labels, **(labels or {})},
        finetune.annotations,
        {"image": finetune.at("image")} if finetune.image else {},
    )


def _work(read: _Read, given: Given, files: FilesPlan, environment: Mapping[str, str]) -> WorkPlan:
    finetune, plan, profile = read.finetune, given.plan, read.program.profile
    asks = read.resolved.pool.card.resource is not None
    pod = _pod(read, given, files, environment)
    many = plan.nodes > 1
    return WorkPlan(
        identity=_identity(read, finetune.names.job, queue_labels(profile, asks=asks)),
        framework="pytorch",
        replicas=(Replicas("Worker" if many else "Master", plan.nodes, pod),),
        processes=str(plan.per_node),
        backoff_limit=RETRIES * plan.nodes,
        deadline_seconds=finetune.deadline_seconds,
        elastic=Elasticity(plan.nodes, plan.nodes, given.run) if many else None,
        volcano_queue=volcano_queue(profile, asks=asks),
        run=given.run,
    )


def _pod(read: _Read, given: Given, files: FilesPlan, environment: Mapping[str, str]) -> WorkPod:
    finetune, plan, profile = read.finetune, given.plan, read.program.profile
    mounted = (read.model, read.dataset)
    image = pinned(finetune.image, profile) if finetune.image else pulled(str(read.trainer.image), profile)
    return WorkPod(
        image=image,
        command=("python3", f"{CONFIG}/run.py", f"{CONFIG}/run.json"),
        arguments=(),
        environment={**environment, **dict(sorted(finetune.environment.items())), "HYDRA_REPLICA": REPLICA},
        volumes=_volumes(read, plan, files),
        gates=tuple(gates_of(mounted, gate_seconds(profile, finetune.deadline_seconds))),
        gate_image=image,
        resources=resources_of(read.resolved, plan),
        uid=finetune.mount.uid,
        gid=finetune.mount.gid,
        fs_group=profile.storage.fs_group,
        groups=groups_of(mounted, finetune.mount.gid),
        node_selector=read.resolved.node_selector,
        tolerations=read.resolved.tolerations,
        pull_secrets=profile.pull_secrets,
        service_account=profile.service_account,
        labels=profile.pod_labels,
    )


def _volumes(read: _Read, plan: TrainingPlan, files: FilesPlan) -> tuple[PodVolume, ...]:
    asks = read.resolved.pool.card.resource is not None
    scratch = read.trainer.scratch if asks else SCRATCH_OF_PROCESSORS
    volumes = [
        PodVolume("config", CONFIG, config_map=f"{files.identity.name}-{files.digest}", read_only=True),
        *volumes_of((read.model, read.dataset)),
        PodVolume("output", OUTPUT, claim=read.finetune.names.claim),
        PodVolume("scratch", SCRATCH, size=scratch),
    ]
    if plan.shm:
        volumes.append(PodVolume("shm", "/dev/shm", size=quantity(f"{plan.shm // GIB}Gi"), in_memory=True))  # noqa: S108
    return tuple(volumes)


def resources_of(resolved: Resolved, plan: TrainingPlan) -> dict[str, Any]:
    """What each pod asks for, and gets at most: the same, so that no neighbour takes it away."""
    amounts = {"cpu": str(plan.cpu), "memory": quantity(f"{-(-plan.memory.host // GIB)}Gi")}
    if resolved.pool.card.resource is not None:
        amounts[resolved.pool.card.resource] = str(plan.per_node)
    return {"requests": amounts, "limits": dict(amounts)}


def _summary(read: _Read, plan: TrainingPlan, work: WorkPlan, storage: tuple[str, str]) -> Summary:
    finetune = read.finetune
    return Summary(
        finetune.of,
        "PyTorchJob",
        finetune.namespace,
        finetune.origin,
        read.resolved.id,
        tuple(pod_summary(one, plan.per_node) for one in work.replicas),
        (storage,),
        plan,
        plan.reasons,
    )


def cards(finetune: Finetune, program: Program) -> tuple[str | None, int]:
    """The accelerators that it names, and how many."""
    del program
    return finetune.accelerator, finetune.cards


PLANNER = PlannerOf(Finetune, plan_finetune, cards)
