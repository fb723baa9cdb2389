"""Which run of a fine-tuning is served."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

RESULTS = ("merged", "adapter", "model")
"""What may be served of a run: merged weights, an adapter beside its base, or a whole model. Names of directories."""


class Promotion(NamedTuple):
    """A run of a fine-tuning, as those who serve it need to know it."""

    of: str
    """The fine-tuning: `support-bot/finetunes/tickets-lora`."""

    run: str
    """Digest of the run."""

    result: str
    """One of `RESULTS`."""

    base: str = ""
    """Of an adapter, the data digest of the model that it was trained on; else empty."""


Promotions = Mapping[tuple[str, str], Promotion]
"""By `of` of who serves and `of` of the fine-tuning."""
