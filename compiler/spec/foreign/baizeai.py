"""`dataset.baizeai.io/v1alpha1 Dataset`, as its CRD has it.

Source: BaizeAI/dataset at ef983c7, config/crd/bases/dataset.baizeai.io_datasets.yaml.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from compiler.spec.base import ObjectName, SpecModel
from compiler.spec.foreign.metadata import ForeignMetadata
from compiler.spec.storage import Mode

DatasetType = Literal[
    "GIT", "S3", "HTTP", "PVC", "NFS", "CONDA", "REFERENCE", "HUGGING_FACE", "MODEL_SCOPE", "DATABASE", "HADOOP",
    "MANUAL",
]  # fmt: skip


class ForeignRequirement(SpecModel):
    """One expression of a selector. The CRD leaves the operator open."""

    key: str
    operator: str
    values: list[str] | None = None


class ForeignSelector(SpecModel):
    """A label selector."""

    match_labels: dict[str, str] | None = None
    match_expressions: list[ForeignRequirement] | None = None


class DatasetSource(SpecModel):
    """Where the data comes from."""

    type: DatasetType
    uri: str
    options: dict[str, str] | None = None


class MountOptions(SpecModel):
    """How the data lies on the volume."""

    path: str | None = None
    mode: Mode | None = None
    uid: int | None = Field(default=None, ge=0, le=4294967294)
    gid: int | None = Field(default=None, ge=0, le=4294967294)


class VolumeClaimRef(SpecModel):
    """A claim that exists already."""

    name: ObjectName
    sub_path: str | None = None


class VolumeClaimTemplate(SpecModel):
    """The claim to make. Its metadata is pruned by the API server."""

    api_version: str | None = None
    kind: str | None = None
    metadata: dict[str, Any] | None = None
    spec: dict[str, Any] | None = None
    status: dict[str, Any] | None = None


class DatasetSpec(SpecModel):
    """What a Dataset asks for."""

    share: bool | None = None
    share_to_namespace_selector: ForeignSelector | None = None
    source: DatasetSource
    secret_ref: ObjectName | None = None
    mount_options: MountOptions | None = None
    data_sync_round: int | None = Field(default=None, ge=0, le=2147483647)
    volume_claim_template: VolumeClaimTemplate | None = None
    volume_claim_ref: VolumeClaimRef | None = None
    resources: dict[str, Any] | None = None


class Dataset(SpecModel):
    """A Dataset document."""

    api_version: Literal["dataset.baizeai.io/v1alpha1"]
    kind: Literal["Dataset"]
    metadata: ForeignMetadata
    spec: DatasetSpec
    status: dict[str, Any] | None = None
