"""`library/accelerators/`: cards, and what planning needs to know of them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from compiler.library.entry import Entry, EntryName, Text
from compiler.library.facts import Count

ResourceName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][-a-z0-9.]*/[A-Za-z0-9][-A-Za-z0-9._]*$")]


class Accelerator(Entry):
    """A card, or processors alone. Where a form factor is a narrower entry, `forms` of the short id lists it."""

    kind: Literal["Accelerator"]

    vendor: Literal["nvidia", "amd", "huawei", "intel", "metax", "cpu"]
    """Who makes it."""

    memory_mib: Annotated[int, Field(ge=0)]
    """Memory that the driver reports, in MiB. 0 for `cpu`, whose memory is the node's."""

    resource: ResourceName | None = None
    """The extended resource that pods ask for. Left out, none: `cpu`."""

    node_selector: dict[str, str] = Field(default={})
    """Usual labels of its nodes, where the cluster does not say which."""

    bf16: bool
    """Whether it computes with bfloat16."""

    fp8: bool = False
    """Whether it computes with 8-bit floats."""

    compute_capability: Annotated[str, StringConstraints(pattern=r"^[0-9]+\.[0-9]+$")] | None = None
    """Of NVIDIA's cards, what kernels are written for: `8.0`."""

    bandwidth_gb_s: Annotated[int, Field(ge=1)] | None = None
    """Bandwidth of its memory, in GB/s."""

    link: Text | None = None
    """What joins the cards of a node: `NVLink 4`, `PCIe 4.0 x16`."""

    link_gb_s: Annotated[int, Field(ge=1)] | None = None
    """Peak of one card to the others of its node, in one direction, in GB/s."""

    half_tflops: Annotated[float, Field(gt=0)] | None = None
    """Peak of dense 16-bit matrix products, in TFLOPS."""

    per_node: list[Count] = Field(default=[])
    """Usual cards in a node."""

    forms: list[EntryName] = Field(default=[])
    """Narrower entries that this id stands for, the usual one first."""


ENTRY = Accelerator
