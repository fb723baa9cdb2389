"""What a cluster says about cpodoperator, and what the library says where it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from compiler.diagnostics import Staged
from compiler.dialects.deferred import Around

if TYPE_CHECKING:
    from compiler.library.entries.cpod_recipe import CpodRecipe

SYSTEM = "cpod"
RECIPE = "operator"


class Settings(NamedTuple):
    """`dialects.cpod` of a cluster, as far as reading depends on it. What is empty was not said."""

    storage_class: str | None
    hub_secret: str | None
    finetune_gpu_product: str
    tensorrt_gpu_product: str | None
    rdma: bool
    domain: str | None


def settings_of(around: Around) -> Settings:
    """The settings of the cluster."""
    said = around.profile.dialects.get(SYSTEM, {})
    return Settings(
        storage_class=said.get("storageClass"),
        hub_secret=said.get("hubSecret"),
        finetune_gpu_product=said.get("finetuneGpuProduct", ""),
        tensorrt_gpu_product=said.get("tensorrtGpuProduct"),
        rdma=said.get("rdma", False),
        domain=said.get("domain"),
    )


def recipe_of(around: Around) -> Staged[CpodRecipe | None]:
    """How the operator runs what documents leave open; None with the findings, where the entry has mistakes."""
    found: Staged[Any] = around.library.find("cpod-recipe", RECIPE)
    return found
