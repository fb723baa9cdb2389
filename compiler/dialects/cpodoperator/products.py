"""GPUs by the label that NVIDIA's feature discovery puts on their nodes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from compiler.diagnostics import Staged
from compiler.dialects import cpod_problems as problems
from compiler.linking.accelerators import KIND, PRODUCT

if TYPE_CHECKING:
    from compiler.dialects.cpod_problems import Setting
    from compiler.dialects.deferred import Around
    from compiler.source.document import Origin


class Gpu(NamedTuple):
    """What a job runs on."""

    accelerator: str | None = None
    """The cluster's id of it."""

    product: str | None = None
    """The label of its nodes, where the cluster has no ids."""


def gpu_of(around: Around, product: str | None, at: Origin, setting: Setting | None = None) -> Staged[Gpu]:
    """The GPU of a job whose memory nobody plans: where the cluster lists no accelerators, the label itself.

    Neither, where no product is named, or with the error, where the cluster has accelerators and not this one.
    """
    if not product:
        return Staged(Gpu())
    if not around.profile.accelerators:
        return Staged(Gpu(product=product), [problems.unchecked_product(at, product, around.profile.name)])
    accelerator = accelerator_of(around, product, at, setting)
    return Staged(Gpu(accelerator.value), accelerator.found)


def accelerator_of(around: Around, product: str, at: Origin, setting: Setting | None = None) -> Staged[str | None]:
    """The id of the cluster's pool whose nodes have the label, or of the form of it that has; None with the finding.

    What the cluster itself says of a pool counts, else what the library's entry and its forms say. `setting`: what
    named the product, where the document did not.
    """
    pools = list(_pools(around))
    for accelerator, label in pools:
        if label == product:
            return Staged(accelerator)
    known = {label for _, label in pools}
    return Staged(None, [problems.unknown_product(at, product, around.profile.name, known, setting)])


def _pools(around: Around) -> Iterator[tuple[str, str]]:
    """Ids, with the label of their nodes."""
    for name, pool in around.profile.accelerators.items():
        if PRODUCT in pool.node_selector:
            yield name, pool.node_selector[PRODUCT]
            continue
        entry = around.library.find(KIND, name).value
        for form in (name, *(entry.forms if entry else ())):
            found = around.library.find(KIND, form).value
            if found is not None and PRODUCT in found.node_selector:
                yield (name if found.node_selector == entry.node_selector else form), found.node_selector[PRODUCT]
