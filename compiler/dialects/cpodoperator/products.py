"""GPUs by the label that NVIDIA's feature discovery puts on their nodes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from compiler.diagnostics import Staged
from compiler.dialects import cpod_problems as problems

if TYPE_CHECKING:
    from compiler.dialects.deferred import Around
    from compiler.source.document import Origin

LABEL = "nvidia.com/gpu.product"
"""Source: NVIDIA/gpu-feature-discovery, README, generated labels."""


def accelerator_of(around: Around, product: str, at: Origin, *, said: bool) -> Staged[str | None]:
    """The id of the cluster's pool whose nodes have the label, or of the form of it that has; None with the finding.

    What the cluster itself says of a pool counts, else what the library's entry and its forms say.
    """
    pools = list(_pools(around))
    for accelerator, label in pools:
        if label == product:
            return Staged(accelerator)
    known = {label for _, label in pools}
    return Staged(None, [problems.unknown_product(at, product, around.profile.name, known, said=said)])


def _pools(around: Around) -> Iterator[tuple[str, str]]:
    """Ids, with the label of their nodes."""
    for name, pool in around.profile.accelerators.items():
        if LABEL in pool.node_selector:
            yield name, pool.node_selector[LABEL]
            continue
        entry = around.library.find("accelerator", name).value
        for form in (name, *(entry.forms if entry else ())):
            found = around.library.find("accelerator", form).value
            if found is not None and LABEL in found.node_selector:
                yield (name if found.node_selector == entry.node_selector else form), found.node_selector[LABEL]
