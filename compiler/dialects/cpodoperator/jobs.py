"""CPodJob: training with the user's own image and command."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from compiler.diagnostics import Diagnostic, Staged
from compiler.dialects import cpod_problems as problems
from compiler.dialects.cpodoperator.job_checks import LOGS_PATH, check_job
from compiler.dialects.cpodoperator.names import noted
from compiler.dialects.cpodoperator.products import Gpu, gpu_of
from compiler.dialects.cpodoperator.reading import places_of, shaped
from compiler.dialects.cpodoperator.references import mounted, remedy
from compiler.dialects.cpodoperator.settings import settings_of
from compiler.dialects.cpodoperator.variables import environment_of
from compiler.dialects.deferred import Around, Deferred
from compiler.dialects.problems import without_effect
from compiler.emission.naming import label_value, object_name
from compiler.emission.quantities import quantity
from compiler.linking.labels import LAST_APPLIED
from compiler.linking.workload import Environment, JobNames, OutputClaim, Reference, TrainingJob, Upload
from compiler.source.document import Document, Origin
from compiler.spec.problems import missing_field

if TYPE_CHECKING:
    from compiler.spec.foreign.cpod import CPodJob, CPodJobSpec

TYPES = ("general", "mpi", "pytorch")
GPUS_OF_OLD = 8
"""GPUs of a replica where a document of the older group says nothing; its API server fills them in."""

LEAST_MIB = 1024
LOGS = "log-volume-tensorboard-0"
RDMA = {"rdma/rdma_shared_device_a": "1"}
INFINIBAND = {"NCCL_NET": "IB", "NCCL_IB_DISABLE": "0"}
FIELDS: Mapping[tuple[str, ...], str] = {
    ("accelerator",): "gpuType", ("accelerator", "count"): "gpuRequiredPerReplica", ("replicas",): "workerReplicas",
    ("framework",): "jobType", ("image",): "image", ("deadline",): "duration", ("retries",): "backoffLimit",
}  # fmt: skip
"""Fields of the language's jobs, and the CPodJob's that say them."""


class _Job(NamedTuple):
    """A CPodJob being read."""

    job: CPodJob
    document: Document
    unit: str
    around: Around

    @property
    def spec(self) -> CPodJobSpec:
        return self.job.spec

    @property
    def name(self) -> str:
        return self.job.metadata.name

    @property
    def namespace(self) -> str:
        return str(self.job.metadata.namespace)

    def at(self, field: str, *, key: bool = False) -> Origin:
        return self.document.at("spec", field, key=key)


class _Parts(NamedTuple):
    """What takes more than a look at the field."""

    gpu: Gpu
    references: tuple[Reference, ...]
    outputs: tuple[OutputClaim, ...]
    environment: Environment
    upload: Upload | None


def read_job(document: Document, unit: str) -> Staged[list[Any]]:
    """The training job of a CPodJob."""
    read = shaped("CPodJob", _model, document)
    if read.value is None:
        return Staged([], read.found)
    found = [*_job_type(read.value, document)]
    if found:
        return Staged([], [*read.found, *found])
    return Staged([Deferred(document, unit, partial(_read, read.value, document, unit))], read.found)


def _job_type(job: CPodJob, document: Document) -> Iterator[Diagnostic]:
    found = job.spec.job_type
    if not found:
        yield missing_field(document.at("spec", key=True), "jobType")
    elif found not in TYPES:
        yield problems.unknown_job_type(document.at("spec", "jobType"), found, TYPES)


def _read(job: CPodJob, document: Document, unit: str, around: Around) -> Staged[list[Any]]:
    one = _Job(job, document, unit, around)
    references = _references(one)
    outputs = _outputs(one)
    environment = environment_of(one.spec.env or (), document.at("spec", "env"))
    upload = _upload(one)
    gpu = gpu_of(around, job.spec.gpu_type if _gpus(one) else None, one.at("gpuType"))
    checks = check_job(job.spec, document, gpus=_gpus(one), logs=_logs(one))
    found = [*gpu.found, *references.found, *outputs.found, *environment.found, *upload.found, *checks]
    if any(finding.level.label == "error" for finding in found):
        return Staged([], found)
    parts = _Parts(gpu.value, references.value, outputs.value, environment.value, upload.value)
    return Staged([_job(one, parts)], found)


def _job(one: _Job, parts: _Parts) -> TrainingJob:
    spec, metadata = one.spec, one.job.metadata
    framework, pods, many = str(spec.job_type), _pods(spec), _over_rdma(one)
    annotations = {key: value for key, value in metadata.annotations.items() if key != LAST_APPLIED}
    return TrainingJob(
        key=(one.namespace, one.name),
        of=f"CPodJob/{one.namespace}/{one.name}",
        unit=one.unit,
        namespace=one.namespace,
        origin=one.document.at("metadata", "name"),
        names=JobNames(claim=object_name([one.name, "modelsave-pvc"]), job=one.name, files=one.name),
        labels=metadata.labels,
        references=parts.references,
        framework=framework,
        image=spec.image,
        command=spec.command or (),
        arguments=spec.args or (),
        environment={**parts.environment, **INFINIBAND} if many else parts.environment,
        replicas={**({"launcher": 1} if framework == "mpi" else {}), "worker": pods},
        accelerator=parts.gpu.accelerator,
        cards=_gpus(one),
        outputs=parts.outputs,
        retries=spec.backoff_limit,
        deadline_seconds=spec.duration * 60 if spec.duration else None,
        elastic=(pods, pods, None) if framework == "pytorch" and pods > 1 else None,
        annotations=annotations,
        product=parts.gpu.product,
        extra_resources=RDMA if many else {},
        capabilities=("IPC_LOCK",) if many else (),
        upload=parts.upload,
        places=_places(one),
    )


def _places(one: _Job) -> dict[tuple[str, ...], Origin]:
    """Where the document says what planning may have to say something about."""
    spec = one.spec
    paths = {
        "datasetPath": ("mounts", spec.dataset_path), "pretrainModelPath": ("mounts", spec.pretrain_model_path),
        "ckptPath": ("output", spec.ckpt_path), "modelSavePath": ("output", spec.model_save_path),
    }  # fmt: skip
    directories: dict[tuple[str, ...], Origin] = {
        (of, posixpath.normpath(path)): one.at(field) for field, (of, path) in paths.items() if path
    }
    return {**places_of(one.document, FIELDS), **directories}


def _pods(spec: CPodJobSpec) -> int:
    """Workers. A general job has one: nothing would tell its copies apart."""
    return 1 if spec.job_type == "general" else spec.worker_replicas or 1


def _gpus(one: _Job) -> int:
    """GPUs of a replica, with the default of the document's group."""
    if one.spec.gpu_required_per_replica is not None:
        return one.spec.gpu_required_per_replica
    return GPUS_OF_OLD if one.job.api_version.startswith("cpod.sxwl.ai/") else 0


def _over_rdma(one: _Job) -> bool:
    """Whether pods talk over InfiniBand: the operator looks for RDMA nodes, the cluster's settings say so here."""
    return settings_of(one.around).rdma and _pods(one.spec) > 1 and one.spec.job_type == "pytorch"


def _references(one: _Job) -> Staged[tuple[Reference, ...]]:
    """The dataset and the model, each where a name and a path are given."""
    spec = one.spec
    wanted = (
        ("dataset", "DataSetStorage", "dataset", spec.dataset_name, spec.dataset_path, spec.dataset_is_public),
        ("model", "ModelStorage", "pretrainModel", spec.pretrain_model_name, spec.pretrain_model_path,
         spec.pretrain_model_is_public),
    )  # fmt: skip
    references: list[Reference] = []
    found: list[Diagnostic] = []
    for component, kind, prefix, name, path, public in wanted:
        if name and path:
            at = one.at(f"{prefix}Name")
            key = mounted(one.around, kind, one.namespace, name, public=bool(public))
            references.append(Reference(posixpath.normpath(path), component, name, key, at, remedy(kind, key)))
        elif name or path:
            there, missing = (f"{prefix}Name", f"{prefix}Path") if name else (f"{prefix}Path", f"{prefix}Name")
            found.append(_half(one, there, missing, "nothing is mounted"))
    return Staged(tuple(references), found)


def _outputs(one: _Job) -> Staged[tuple[OutputClaim, ...]]:
    """The claims that the job writes to. One of the repo for TensorBoard's logs is mounted as the operator mounts it."""
    spec = one.spec
    wanted = (
        ("ckptPath", "ckptVolumeSize", "ckpt", spec.ckpt_path, spec.ckpt_volume_size),
        ("modelSavePath", "modelSaveVolumeSize", "modelsave-pvc", spec.model_save_path, spec.model_save_volume_size),
    )
    outputs: list[OutputClaim] = []
    found: list[Diagnostic] = []
    if _logs(one):
        outputs.append(OutputClaim(LOGS, LOGS_PATH, per_run=False))
    for path_field, size_field, role, path, size in wanted:
        if not path:
            found += [_half(one, size_field, path_field, "no claim is made")] if size else []
            continue
        if size and size < LEAST_MIB:
            found.append(problems.small_volume(one.at(size_field), size_field, size))
        if not size:
            do = "the operator makes no claim, and Hydra one of the cluster's default size"
            found.append(_half(one, path_field, size_field, do))
        outputs.append(
            OutputClaim(
                object_name([one.name, role]), posixpath.normpath(path), quantity(f"{size}Mi") if size else None,
                settings_of(one.around).storage_class, ("ReadWriteMany",), one.at(size_field), per_run=False,
            )
        )  # fmt: skip
    return Staged(tuple(outputs), found)


def _logs(one: _Job) -> bool:
    """Whether the namespace has the claim for TensorBoard's logs; the operator looks for it in the cluster."""
    return one.around.has("PersistentVolumeClaim", one.namespace, LOGS)


def _half(one: _Job, there: str, missing: str, outcome: str) -> Diagnostic:
    wrong = f"`{there}` is given without `{missing}`: {outcome}."
    return problems.half_a_pair(one.at(there, key=True), wrong, f"Add `{missing}`, or remove `{there}`.")


def _upload(one: _Job) -> Staged[Upload | None]:
    if not one.spec.upload_model:
        return Staged(None)
    at = one.at("uploadModel")
    if not one.spec.model_save_path:
        wrong = "Nothing is uploaded: the job saves no model."
        return Staged(None, [without_effect(at, wrong, "Add `modelSavePath` and `modelSaveVolumeSize`, or remove it.")])
    notes = one.job.metadata.annotations
    # As the operator: a job that somebody annotated is a FineTune's, and makes an adapter unless that is merged.
    adapter = bool(notes) and noted(notes, "cpod-auto-merge") is None and noted(notes, "cpod-finetune-id") is not None
    kind = "adapters" if adapter else "models"
    name = label_value((noted(notes, "modelstorageName") or one.name).rpartition("/")[2]) or one.name
    return Staged(Upload(f"{kind}/{one.namespace}/{name}", posixpath.normpath(one.spec.model_save_path), at))


def _model() -> type[CPodJob]:
    from compiler.spec.foreign.cpod import CPodJob

    return CPodJob
