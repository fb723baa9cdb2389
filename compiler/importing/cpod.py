"""cpodoperator: storage records as `models` and `datasets`, jobs, fine-tunings and services."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.dialects.cpod import GROUPS
from compiler.importing.base import Import, Stays, Taken, Taking
from compiler.importing.sections import finetunes, jobs, loaded, services
from compiler.linking.artifact import Artifact
from compiler.linking.serving import Predictor, Service
from compiler.linking.workload import Finetune, TrainingJob


def take_model(taking: Taking) -> Taken | Stays:
    """The entry of a ModelStorage."""
    if any(isinstance(one, TrainingJob) for one in taking.reads):
        return Stays("It is converted for TensorRT-LLM, and a Project has no word for that.")
    return loaded.entry_of(_artifact(taking), "models", taking)


def take_dataset(taking: Taking) -> Taken | Stays:
    """The entry of a DataSetStorage."""
    return loaded.entry_of(_artifact(taking), "datasets", taking)


def take_job(taking: Taking) -> Taken | Stays:
    """The entry of a CPodJob."""
    return jobs.entry_of(next(one for one in taking.reads if isinstance(one, TrainingJob)), taking)


def take_finetune(taking: Taking) -> Taken | Stays:
    """The entry of a FineTune."""
    return finetunes.entry_of(next(one for one in taking.reads if isinstance(one, Finetune)), taking)


def take_inference(taking: Taking) -> Taken | Stays:
    """The entry of an Inference."""
    if any(isinstance(one, Predictor) for one in taking.reads):
        return Stays(
            "One of the cluster's own ServingRuntimes serves it; a Project's service runs a server of the library."
        )
    if any(isinstance(one, Artifact) for one in taking.reads):
        return Stays("It serves a claim that no storage record has. Write a ModelStorage of it, and name that.")
    return services.entry_of(next(one for one in taking.reads if isinstance(one, Service)), taking)


def _artifact(taking: Taking) -> Artifact:
    return next(one for one in taking.reads if isinstance(one, Artifact))


IMPORTS: Mapping[str, Import] = {
    f"{group}/{kind}": function
    for group in GROUPS
    for kind, function in {
        "CPodJob": take_job,
        "DataSetStorage": take_dataset,
        "DatasetStorage": take_dataset,
        "FineTune": take_finetune,
        "Inference": take_inference,
        "ModelStorage": take_model,
    }.items()
}
