"""Labels and annotations that more than one stage knows."""

from __future__ import annotations

DATASET_NAME = "baize.io/dataset-name"
"""Names the Dataset that a claim or volume belongs to. The Dataset controller tells its own objects by it."""

MODEL_ID = "hydra.io/model-id"
"""Names the model whose weights lie on a claim. Services find them by it."""

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
"""What kubectl writes into objects that it applied. Copied to another object, it would mislead the next apply."""
