"""Names that cpodoperator gives, so that what it made is found and adopted.

Source: NascentCore/3k at 17b19cf1, cpodoperator/pkg/util/oss.go and internal/controller.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

PUBLIC = "public"
"""Namespace whose storages every other one may use."""

HASH_LENGTH = 16
PREFIXES = ("cpod.cpod/", "cpod.sxwl.ai/")
"""Of labels and annotations, in the newer group and in the older one."""


def storage_hash(kind: str, repository: str) -> str:
    """What ends the names of a repository's objects. `kind` is `model`, `dataset` or `adapter`.

    >>> storage_hash("model", "ZhipuAI/chatglm3-6b")
    '10e872cd960e38cb'
    >>> storage_hash("adapter", "user-fdf4b74e-97db-4022-9b33-24bbe940597d/Gemma-2b-Lora")
    '8543f3bef8eadf43'
    """
    owner = "" if repository.startswith("user-") else f"{PUBLIC}/"
    path = f"{kind}s/{owner}{repository}"
    return hashlib.sha1(path.encode(), usedforsecurity=False).hexdigest()[:HASH_LENGTH]


def storage_name(kind: str, repository: str) -> str:
    """Name of the storage record of a repository.

    >>> storage_name("dataset", "modelscope/chinese-poetry-collection")
    'dataset-storage-e505673234392893'
    """
    return f"{kind}-storage-{storage_hash(kind, repository)}"


def claim_name(kind: str, repository: str) -> str:
    """Name of the claim of a repository.

    >>> claim_name("model", "google/gemma-2b-it")
    'pvc-model-0ce92f029254ff34'
    """
    return f"pvc-{kind}-{storage_hash(kind, repository)}"


def noted(notes: Mapping[str, str], key: str) -> str | None:
    """A label or annotation of either group."""
    return next((notes[prefix + key] for prefix in PREFIXES if prefix + key in notes), None)
