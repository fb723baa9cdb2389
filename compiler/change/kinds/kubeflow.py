"""Jobs of the Kubeflow operators: a change is accepted, and pods that exist are never compared with their template.

Source: kubeflow/training-operator 1.9, pkg/controller.v1/common/pod.go, `ReconcilePods`; the run policy is read anew at
every look: pkg/controller.v1/common/job.go, `ReconcileJobs`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.change.gpus import Pods, pods_of_templates
from compiler.change.kinds.bodies import keeps_name, mapping, only_below, only_metadata
from compiler.change.kinds.running import ended, ignored, relabelled, replaced, started, suspended
from compiler.change.kinds.wording import telling
from compiler.change.values import Change, Judged, Rule, Verdict
from compiler.manifest import Body

KUBEFLOW = ("PyTorchJob", "MPIJob", "TFJob", "XGBoostJob", "PaddleJob", "JAXJob")
KUBEDL = ("PyTorchJob", "MPIJob", "TFJob", "XGBoostJob", "XDLJob", "MarsJob", "ElasticDLJob")
KINDS = (*(f"kubeflow.org/{kind}" for kind in KUBEFLOW), *(f"training.kubedl.io/{kind}" for kind in KUBEDL))
"""KubeDL's operator goes by the same code."""

OBEYED = tuple(
    ("spec", "runPolicy", field)
    for field in ("activeDeadlineSeconds", "backoffLimit", "cleanPodPolicy", "suspend", "ttlSecondsAfterFinished")
)


def changed(change: Change) -> Judged:
    """Under another name it is another job; under its own the operator does nothing."""
    if not keeps_name(change):
        return replaced(change)
    if only_metadata(change):
        return relabelled(change)
    if only_below(change, *OBEYED, ("metadata",)):
        obeyed = Judged(Verdict.IN_PLACE, f"The operator reads it at every look{telling(change.fields)}.")
        return suspended(change, "spec", "runPolicy", "suspend") or obeyed
    return ignored(change)


def pods_of(body: Body) -> Iterator[Pods]:
    """Of every role."""
    for field, roles in mapping(body, "spec").items():
        if str(field).endswith("ReplicaSpecs") and isinstance(roles, Mapping):
            yield from pods_of_templates(roles)


RULE = Rule(KINDS, changed, started, ended)
PODS = dict.fromkeys(KINDS, pods_of)
