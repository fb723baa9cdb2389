"""`cpod.cpod` and `cpod.sxwl.ai`: CPodJob, FineTune, ModelStorage and DataSetStorage, as their CRDs have them.

Source: the CRDs of NascentCore/3k at 17b19cf1 (cpodoperator/config/crd) and of NascentCore/cpodoperator at e81b6990.
The older group is the newer one under its former name. The kinds are read in every version that either group ever had.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, StringConstraints, Tag

from compiler.spec.base import ObjectName, SpecModel
from compiler.spec.foreign.metadata import ForeignMetadata
from compiler.spec.project.finetunes import Image
from compiler.spec.training import EnvironmentName, SecretKey

ApiVersion = Literal["cpod.cpod/v1", "cpod.cpod/v1beta1", "cpod.sxwl.ai/v1", "cpod.sxwl.ai/v1beta1"]
Amount = Annotated[int, Field(ge=0, le=2147483647)]
Directory = Annotated[str, StringConstraints(pattern=r"^/[^\s]*$")]
Product = Annotated[str, StringConstraints(pattern=r"^[-A-Za-z0-9._]+$", max_length=63)]
StorageName = Annotated[str, StringConstraints(max_length=253)]


def _flag_tag(value: object) -> str:
    if isinstance(value, bool):
        return "switch"
    return "number" if isinstance(value, int | float) else "text"


FlagValue = Annotated[
    Annotated[str, Tag("text")] | Annotated[float, Tag("number")] | Annotated[bool, Tag("switch")],
    Discriminator(_flag_tag),
]
"""A flag's value. The CRD takes text alone, and YAML makes a number of `5e-5` that lost its quotes: both are read."""


class SecretKeyRef(SpecModel):
    """A key of a Secret."""

    name: ObjectName
    """Name of the Secret, in the namespace."""

    key: SecretKey
    """The key in it."""

    optional: bool | None = None
    """Whether the key may be missing. Hydra's pods wait for it all the same."""


class FieldRef(SpecModel):
    """A field of the pod."""

    field_path: str
    """The way to it, such as `metadata.name`."""

    version: str | None = Field(default=None, alias="apiVersion")
    """Version of the path's schema; only `v1` exists."""


class ValueFrom(SpecModel):
    """Where a variable's value comes from."""

    secret_key_ref: SecretKeyRef | None = None
    """A key of a Secret."""

    field_ref: FieldRef | None = None
    """A field of the pod."""

    config_map_key_ref: dict[str, Any] | None = None
    """A key of a ConfigMap, which Hydra does not carry over; a finding says so."""

    resource_field_ref: dict[str, Any] | None = None
    """An amount of the container, which Hydra does not carry over; a finding says so."""


class EnvVar(SpecModel):
    """An environment variable, as pods have them."""

    name: EnvironmentName
    """Name of the variable."""

    value: str | None = None
    """Its value."""

    value_from: ValueFrom | None = None
    """Where its value comes from instead."""


class GitRepo(SpecModel):
    """A repository with code."""

    repository: str
    """Its address."""

    revision: str | None = None
    """Commit, tag or branch."""


class CPodJobSpec(SpecModel):
    """What a CPodJob asks for."""

    image: Image
    """The image. It is left as it is."""

    job_type: str | None = None
    """`pytorch`, `mpi` or `general`, in lower case. The operator has no default, and nor has Hydra."""

    command: list[str] | None = None
    """The program, an argv. Left out, the image's."""

    args: list[str] | None = None
    """Its arguments."""

    env: list[EnvVar] | None = None
    """Environment variables."""

    gpu_required_per_replica: Amount | None = None
    """GPUs of a replica. Left out, 0; in the group `cpod.sxwl.ai`, 8."""

    gpu_type: Annotated[str, StringConstraints(max_length=63)] | None = None
    """Value of the node label `nvidia.com/gpu.product`. Empty, any node will do."""

    worker_replicas: Amount | None = None
    """Pods. Left out or 0, 1."""

    dataset_name: StorageName | None = None
    """Name of a DataSetStorage. It is mounted where `datasetPath` is given too."""

    dataset_path: Directory | None = None
    """Where the dataset is mounted."""

    dataset_is_public: bool | None = None
    """Whether the DataSetStorage is that of namespace `public`."""

    pretrain_model_name: StorageName | None = None
    """Name of a ModelStorage. It is mounted where `pretrainModelPath` is given too."""

    pretrain_model_path: Directory | None = None
    """Where the model is mounted."""

    pretrain_model_is_public: bool | None = None
    """Whether the ModelStorage is that of namespace `public`."""

    ckpt_path: Directory | None = None
    """Where the claim for checkpoints is mounted."""

    ckpt_volume_size: Amount | None = None
    """Size of that claim, in MiB."""

    model_save_path: Directory | None = None
    """Where the claim for the trained model is mounted."""

    model_save_volume_size: Amount | None = None
    """Size of that claim, in MiB."""

    upload_model: bool | None = None
    """Whether what lies under `modelSavePath` is copied to the cluster's bucket when the job is done."""

    backoff_limit: Amount | None = None
    """Restarts before the job fails. The operator honours it for `pytorch` alone, Hydra always."""

    duration: Amount | None = None
    """How long the job may take, in minutes. The operator ignores it. Left out or 0, as long as it takes."""

    code_path: str | None = None
    """Ignored by the operator and by Hydra; a finding says so."""

    git_repo: GitRepo | None = None
    """Ignored by the operator and by Hydra; a finding says so."""

    replica_specs: dict[str, Any] | None = None
    """Ignored by the operator and by Hydra; a finding says so."""


class CPodJob(SpecModel):
    """A CPodJob of cpodoperator: training with the user's own image and command, read as it is."""

    api_version: ApiVersion
    """Version of the API."""

    kind: Literal["CPodJob"]
    """A CPodJob."""

    metadata: ForeignMetadata
    """Name and namespace; the job's objects are named after it and get its labels."""

    spec: CPodJobSpec
    """What the CPodJob asks for."""

    status: dict[str, Any] | None = None
    """Written by the operator; ignored."""


class FineTuneSpec(SpecModel):
    """What a FineTune asks for."""

    model: str | None = None
    """Base model, by a name of the library's `cpod-models`, such as `google/gemma-2b-it`."""

    dataset: StorageName | None = None
    """Name of a DataSetStorage. At the root of its data lies `dataset.json`, in the style alpaca."""

    dataset_is_public: bool | None = None
    """Whether the DataSetStorage is that of namespace `public`."""

    hyper_parameters: dict[str, FlagValue] | None = None
    """`n_epochs`, `batch_size` (sequences of a GPU at once), `learning_rate`; `learning_rate_multiplier` is a rate too."""

    config: dict[str, FlagValue] | None = None
    """Further flags of the trainer, LLaMA-Factory's own names. They go over `hyperParameters`."""

    upload: bool | None = None
    """Whether the result is copied to the cluster's bucket."""

    gpu_count: Amount | None = None
    """GPUs. Left out or 0, 1."""

    gpu_product: Annotated[str, StringConstraints(max_length=63)] | None = None
    """Value of the node label `nvidia.com/gpu.product`. Left out, the cluster's `finetuneGpuProduct`."""

    auto_merge: bool | None = None
    """Whether adapters are merged into the base's weights."""

    finetune_type: str | None = None
    """`lora`, `full`, `freeze`, or `pt`, which is `full`. Left out, `lora`."""


class FineTune(SpecModel):
    """A FineTune of cpodoperator: training without code, read as it is."""

    api_version: ApiVersion
    """Version of the API."""

    kind: Literal["FineTune"]
    """A FineTune."""

    metadata: ForeignMetadata
    """Name and namespace; the job's objects are named after it and get its labels."""

    spec: FineTuneSpec
    """What the FineTune asks for."""

    status: dict[str, Any] | None = None
    """Written by the operator; ignored."""


class ModelStorageSpec(SpecModel):
    """Where a model lies."""

    modeltype: str | None = None
    """Where it came from: `oss`, `trained`, `huggingface`, `modelscope`. The last two are loaded where no claim is there."""

    modelname: str | None = None
    """Repository, such as `google/gemma-2b-it`."""

    pvc: ObjectName | None = None
    """Claim that it lies on. Left out, the operator's name for the claim of that repository."""

    template: str | None = None
    """Chat template, as LLaMA-Factory names it."""

    category: str | None = None
    """For catalogues; ignored."""

    converttensortrengine: bool | None = None
    """Whether it is converted for TensorRT-LLM, onto the claim `<pvc>-dest`."""

    isloraadapter: bool | None = None
    """Whether it is an adapter. It counts for the claim's name where `pvc` is left out."""

    name: str | None = None
    """What `v1beta1` calls `modelname`."""

    type: str | None = None
    """What `v1beta1` calls `modeltype`."""


class ModelStorage(SpecModel):
    """A ModelStorage of cpodoperator: where a model lies, read as it is."""

    api_version: ApiVersion
    """Version of the API."""

    kind: Literal["ModelStorage"]
    """A ModelStorage."""

    metadata: ForeignMetadata
    """Name and namespace. Those of namespace `public` may be used from every other one."""

    spec: ModelStorageSpec
    """Where the model lies."""

    status: dict[str, Any] | None = None
    """Written by the operator; ignored."""


class DataSetStorageSpec(SpecModel):
    """Where a dataset lies."""

    datasettype: str | None = None
    """Where it came from: `oss`, `huggingface`, `modelscope`. The last two are loaded where no claim is there."""

    datasetname: str | None = None
    """Repository, such as `modelscope/chinese-poetry-collection`."""

    pvc: ObjectName | None = None
    """Claim that it lies on. Left out, the operator's name for the claim of that repository."""


class DataSetStorage(SpecModel):
    """A DataSetStorage of cpodoperator: where a dataset lies, read as it is. `DatasetStorage` is read too."""

    api_version: ApiVersion
    """Version of the API."""

    kind: Literal["DataSetStorage"]
    """A DataSetStorage."""

    metadata: ForeignMetadata
    """Name and namespace. Those of namespace `public` may be used from every other one."""

    spec: DataSetStorageSpec
    """Where the dataset lies."""

    status: dict[str, Any] | None = None
    """Written by the operator; ignored."""
