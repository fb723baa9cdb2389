"""cpodoperator: storage records, training jobs, fine-tunings and services, under the names that the operator gives.

What the operator does is written down in `docs/dialects/cpod.md`, with where this differs.
"""

from __future__ import annotations

from compiler.dialects.base import Dialect
from compiler.dialects.cpodoperator.finetunes import read_finetune
from compiler.dialects.cpodoperator.inferences import read_inference
from compiler.dialects.cpodoperator.jobs import read_job
from compiler.dialects.cpodoperator.storages import read_dataset_storage, read_model_storage

GROUPS = ("cpod.cpod", "cpod.sxwl.ai")
"""The group's name, and the one that it had before January 2024."""

VERSIONS = ("v1", "v1beta1")
READERS = {
    "CPodJob": read_job,
    "FineTune": read_finetune,
    "Inference": read_inference,
    "ModelStorage": read_model_storage,
    "DataSetStorage": read_dataset_storage,
    "DatasetStorage": read_dataset_storage,
}

DIALECTS = tuple(
    Dialect(f"{group}/{version}", kind, read)
    for group in GROUPS
    for version in VERSIONS
    for kind, read in READERS.items()
)
