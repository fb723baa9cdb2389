"""`cpod`: what cpodoperator is told by flags. Credentials stand in Secrets, which are named here."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from compiler.spec.base import ObjectName, SpecModel

Word = Annotated[str, StringConstraints(pattern=r"^[-A-Za-z0-9._]+$", max_length=63)]
Address = Annotated[str, StringConstraints(pattern=r"^https?://[^\s@]+$", max_length=2048)]
Host = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.:\[\]-]+$", max_length=253)]


class Cpod(SpecModel):
    """What cpodoperator is told by flags."""

    storage_class: ObjectName | None = None
    """StorageClass of claims. Left out, the cluster's default."""

    bucket: Word | None = None
    """Bucket that results are uploaded to. Left out, they stay on their claims, and a finding says so."""

    endpoint: Address | None = None
    """Address of the bucket's server, where it is not AWS."""

    secret: ObjectName | None = None
    """Secret with `access-key` and `secret-key` of the bucket, in the namespace of whatever uploads."""

    hub_secret: ObjectName | None = None
    """Secret whose key `token` opens gated models of the hubs, in the namespace of whatever is loaded."""

    finetune_gpu_product: Word | None = None
    """Value of `nvidia.com/gpu.product` for FineTunes that name none. Left out, the library's `cpod-recipes`."""

    tensorrt_gpu_product: Word | None = None
    """Value of `nvidia.com/gpu.product` for conversions: an engine runs on the kind of card that it was built on."""

    rdma: bool = False
    """Whether jobs of several pods get an RDMA device and NCCL over InfiniBand."""

    domain: Host | None = None
    """Domain of services: an Inference is reached as `<name>.<domain>`, by the cluster's `endpoints`. Left out, from within alone."""


SECTION = Cpod
