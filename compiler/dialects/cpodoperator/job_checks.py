"""What cpodoperator ignores in a CPodJob, reads otherwise than it is meant, or hands on to an API server that refuses it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from compiler.diagnostics import Diagnostic
from compiler.dialects.problems import contradiction, read_differently, without_effect
from compiler.spec.problems import bad_value

if TYPE_CHECKING:
    from compiler.source.document import Document
    from compiler.spec.foreign.cpod import CPodJobSpec

LOGS_PATH = "/logs"
IGNORED: Mapping[str, str] = {
    "codePath": "Put the code into the image.",
    "gitRepo": "Put the code into the image.",
    "replicaSpecs": "Write a document of `kubeflow.org/v1` in its place.",
}
"""Fields that the operator never reads, and what to do instead."""

PATHS: Mapping[str, str | None] = {
    "ckptPath": None, "modelSavePath": None, "datasetPath": "datasetName", "pretrainModelPath": "pretrainModelName",
}  # fmt: skip
"""Fields with a path, and the field without which nothing is mounted there."""


def check_job(spec: CPodJobSpec, document: Document, *, gpus: int, logs: bool) -> Iterator[Diagnostic]:
    """What is worth saying about a CPodJob. `gpus`: of a replica; `logs`: whether a claim is mounted to `/logs`."""
    for field, do in IGNORED.items():
        if document.value["spec"].get(field):
            yield without_effect(document.at("spec", field, key=True), f"cpodoperator never reads `{field}`.", do)
    if spec.job_type == "general" and (spec.worker_replicas or 1) > 1:
        wrong = "A general job runs once: nothing would tell its copies apart."
        do = "Remove it, or use the type `pytorch` or `mpi`."
        yield without_effect(document.at("spec", "workerReplicas"), wrong, do)
    if spec.gpu_type and not gpus:
        wrong = "`gpuType` selects nodes, and no GPU of them is asked for."
        do = "Add `gpuRequiredPerReplica`, or remove `gpuType`."
        yield read_differently(document.at("spec", "gpuType"), wrong, do)
    yield from _paths(document, {LOGS_PATH} if logs else set())


def _paths(document: Document, taken: set[str]) -> Iterator[Diagnostic]:
    """Directories that a volume cannot be mounted to, or that two would be."""
    given = document.value["spec"]
    for field, needed in PATHS.items():
        path = given.get(field)
        if not path or (needed and not given.get(needed)):
            continue
        clean, at = posixpath.normpath(path), document.at("spec", field)
        if ":" in path or ".." in path.split("/") or not clean.strip("/"):
            wrong = f"`{path}` is not a directory that a volume can be mounted to."
            yield bad_value(at, wrong, "Write an absolute path without `:` and `..`.")
        elif clean in taken:
            yield contradiction(at, f"Two volumes would be mounted to `{clean}`.", "Give each a path of its own.")
        taken.add(clean)
