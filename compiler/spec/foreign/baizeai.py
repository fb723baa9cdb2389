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
    """Label that is looked at."""

    operator: str
    """`In`, `NotIn`, `Exists` or `DoesNotExist`; another one is a finding."""

    values: list[str] | None = None
    """Values to compare with."""


class ForeignSelector(SpecModel):
    """A label selector."""

    match_labels: dict[str, str] | None = None
    """Labels that have to be there, with these values."""

    match_expressions: list[ForeignRequirement] | None = None
    """Expressions that have to hold, all of them."""


class DatasetSource(SpecModel):
    """Where the data comes from."""

    type: DatasetType
    """Kind of source."""

    uri: str
    """Where the data is. Its form depends on the type."""

    options: dict[str, str] | None = None
    """What the type's loader understands. Values are text."""


class MountOptions(SpecModel):
    """How the data lies on the volume."""

    path: str | None = None
    """Directory on the volume. Left out, `/`."""

    mode: Mode | None = None
    """Mode of the files, in octal and in quotes. Left out, `"0774"`."""

    uid: int | None = Field(default=None, ge=0, le=4294967294)
    """Owner of the files. Left out or 0, 1000."""

    gid: int | None = Field(default=None, ge=0, le=4294967294)
    """Group of the files. Left out or 0, 1000."""


class VolumeClaimRef(SpecModel):
    """A claim that exists already."""

    name: ObjectName
    """Name of the claim, in the Dataset's namespace."""

    sub_path: str | None = None
    """Directory on the claim that is taken for its root."""


class Amounts(SpecModel):
    """What is asked for, and what is granted at most."""

    requests: dict[str, str | int | float] | None = None
    """Resource -> amount that is asked for."""

    limits: dict[str, str | int | float] | None = None
    """Resource -> amount that is granted at most."""

    claims: list[dict[str, Any]] | None = None
    """Claims of devices."""


class ClaimSpec(SpecModel):
    """A claim's spec, any part of which may be left out. The rendered claim is checked in full."""

    access_modes: list[str] | None = None
    """How nodes may mount it. Left out, `[ReadWriteMany]`."""

    resources: Amounts | None = None
    """How much storage to ask for. Left out, `100Ti`."""

    storage_class_name: str | None = None
    """StorageClass. Left out, the cluster's default."""

    volume_name: str | None = None
    """Volume to bind to."""

    volume_mode: str | None = None
    """`Filesystem` or `Block`."""

    selector: dict[str, Any] | None = None
    """Labels of volumes to bind to."""

    data_source: dict[str, Any] | None = None
    """Snapshot or claim to begin from."""

    data_source_ref: dict[str, Any] | None = None
    """Snapshot, claim or other object to begin from."""

    volume_attributes_class_name: str | None = None
    """VolumeAttributesClass."""


class VolumeClaimTemplate(SpecModel):
    """The claim to make. Its metadata is pruned by the API server."""

    api_version: str | None = None
    """Ignored: it is a claim's."""

    kind: str | None = None
    """Ignored: it is a claim's."""

    metadata: dict[str, Any] | None = None
    """Dropped by the API server; a finding says so."""

    spec: ClaimSpec | None = None
    """The claim's spec. What it leaves out gets the controller's defaults: `ReadWriteMany`, `100Ti`."""

    status: dict[str, Any] | None = None
    """Dropped by the API server; a finding says so."""


class DatasetSpec(SpecModel):
    """What a Dataset asks for."""

    share: bool | None = None
    """Whether other Datasets may refer to this one."""

    share_to_namespace_selector: ForeignSelector | None = None
    """Selector over the labels of namespaces that may. Left out, all may."""

    source: DatasetSource
    """Where the data comes from."""

    secret_ref: ObjectName | None = None
    """Name of a Secret in the namespace with the source's credentials."""

    mount_options: MountOptions | None = None
    """How the data lies on the volume."""

    data_sync_round: int | None = Field(default=None, ge=0, le=2147483647)
    """Count up by one to load again. Left out or 0, 1."""

    volume_claim_template: VolumeClaimTemplate | None = None
    """The claim to make."""

    volume_claim_ref: VolumeClaimRef | None = None
    """A claim that exists already, in place of one to make."""

    resources: Amounts | None = None
    """Requests and limits of the loading Job, which the controller ignores and Hydra honours."""


class Dataset(SpecModel):
    """A Dataset of BaizeAI, `dataset.baizeai.io/v1alpha1`, read as it is."""

    api_version: Literal["dataset.baizeai.io/v1alpha1"]
    """Version of the API."""

    kind: Literal["Dataset"]
    """A Dataset."""

    metadata: ForeignMetadata
    """Name and namespace, labels and annotations: the claim and the Job get them too."""

    spec: DatasetSpec
    """What the Dataset asks for."""

    status: dict[str, Any] | None = None
    """Written by the controller; ignored."""
