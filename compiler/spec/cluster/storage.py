"""`storage`: what volumes the cluster gives, and volumes that Hydra places itself."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from compiler.spec.base import Name, Namespace, ObjectName, Quantity, SpecModel
from compiler.spec.storage import AccessMode, Mode


class StorageDefault(SpecModel):
    """What a claim asks for where its entry does not say."""

    class_: ObjectName | None = Field(default=None, alias="class")
    """StorageClass. Left out, the cluster's own default class."""

    access_modes: list[AccessMode] = Field(default=["ReadWriteMany"], min_length=1)
    """How nodes may mount a claim."""

    size: Quantity = "100Gi"
    """Capacity of a claim where neither its entry nor its model's facts give one."""

    fs_group: bool = False
    """Whether the CSI driver honours `fsGroup`."""

    root_mode: Mode = "0777"
    """Mode of a fresh volume's root, where the driver does not honour `fsGroup`."""


class StaticNfs(SpecModel):
    """An NFS export below which Hydra places volumes, at `<path>/<namespace>/<claim>`."""

    server: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.:\[\]-]+$", max_length=253)]
    """Host name or address of the NFS server."""

    path: Annotated[str, StringConstraints(pattern=r"^/[^\s]*$", max_length=1024)]
    """Exported directory below which volumes are placed."""

    mount_options: list[str] = Field(default=["nfsvers=4.1"])
    """Mount options of the volumes."""

    namespace: Namespace | None = None
    """Where the Jobs run that make the directories, and see the whole export. Left out, each volume's own namespace."""


class StorageSection(SpecModel):
    """What volumes the cluster gives."""

    default: StorageDefault = Field(default=StorageDefault())
    """What a claim asks for where its entry does not say."""

    static: dict[Name, StaticNfs] = Field(default={})
    """Volumes that Hydra places itself: clonable into other namespaces. A claim chooses one by `class`."""


SECTION = StorageSection
