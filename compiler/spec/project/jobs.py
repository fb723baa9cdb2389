"""`jobs`: training with the user's own image and command."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Discriminator, Field, StringConstraints, Tag, model_validator

from compiler.spec.base import Duration, Name, Quantity, SpecModel
from compiler.spec.cluster.defaults import Cpu
from compiler.spec.project.finetunes import Image
from compiler.spec.training import AbsolutePath, Accelerator, Claim, Count, EnvironmentName, Reference, SecretValue

Framework = Literal["pytorch", "mpi", "tensorflow", "xgboost", "paddle", "jax"]
Role = Literal["launcher", "master", "chief", "ps", "worker", "evaluator"]


class Mounted(SpecModel):
    """A dataset or a model as a directory of the pods, read-only."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["dataset"]}, {"required": ["model"]}]})

    dataset: Reference | None = None
    """A dataset of the repo."""

    model: Reference | None = None
    """A model or a fine-tuning of the repo, or a model of the library."""

    @model_validator(mode="after")
    def _one(self) -> Mounted:
        if (self.dataset is None) == (self.model is None):
            raise ValueError("A mount is of one thing. | Give either `dataset` or `model`.")
        return self


class ServiceAddress(SpecModel):
    """The address of a service's API within the cluster, such as `http://support-bot-chat-predictor.nlp.svc.cluster.local/v1`."""

    service: Reference
    """A service of the repo."""


def _variable_tag(value: object) -> str:
    if isinstance(value, str):
        return "text"
    named = value if isinstance(value, dict) else vars(value) if hasattr(value, "__dict__") else {}
    return "service" if "service" in named else "mapping"


JobEnvironment = dict[
    EnvironmentName,
    Annotated[
        Annotated[str, Tag("text")]
        | Annotated[SecretValue, Tag("mapping")]
        | Annotated[ServiceAddress, Tag("service")],
        Discriminator(_variable_tag),
    ],
]
"""Environment variables: text, `{secret, key}`, or `{service}` for the address of a service."""


class JobOutput(Claim):
    """A claim that the job writes its results to. Each run has a directory of its own on it."""

    path: AbsolutePath
    """Where the run's directory is mounted."""


class Elastic(SpecModel):
    """How many workers a PyTorch job may have while it runs."""

    min: Count
    """Least workers."""

    max: Count
    """Most workers."""

    restarts: Annotated[int, Field(ge=0, le=1000)] | None = None
    """Restarts of the workers before the job fails."""


class Amounts(SpecModel):
    """CPU and memory of a replica."""

    cpu: Cpu | None = None
    """Cores, in quotes."""

    memory: Quantity | None = None
    """Bytes in Kubernetes notation."""


class Job(SpecModel):
    """A training job of one's own, under the operator of its framework."""

    framework: Framework
    """Which operator runs it: PyTorchJob, MPIJob, TFJob, XGBoostJob, PaddleJob, JAXJob."""

    image: Image
    """The image. It is left as it is."""

    command: list[str] = Field(default=[])
    """The program, an argv. Left out, the image's."""

    args: list[str] = Field(default=[])
    """Its arguments."""

    env: JobEnvironment = Field(default={})
    """Environment variables."""

    replicas: dict[Role, Annotated[int, Field(ge=1, le=4096)]] = Field(default={})
    """Pods by role. Left out, one worker, or what the framework cannot do without."""

    accelerator: Accelerator | None = None
    """Cards of each replica, of every role but `launcher` and `ps`."""

    resources: Amounts = Field(default=Amounts())
    """CPU and memory of each replica. Left out, the accelerator's share of its node."""

    mounts: dict[AbsolutePath, Mounted] = Field(default={})
    """Directory -> what lies there."""

    output: JobOutput | None = None
    """A claim for the results."""

    elastic: Elastic | None = None
    """Bounds of an elastic PyTorch job."""

    attempt: Annotated[int, Field(ge=1, le=2147483647)] = 1
    """Count up to run again."""

    retries: Annotated[int, Field(ge=0, le=1000)] = 3
    """Restarts before the job fails."""

    deadline: Duration | None = None
    """How long it may take; then it has failed."""

    workdir: Annotated[str, StringConstraints(pattern=r"^(/[A-Za-z0-9._-]+)+$")] | None = None
    """Directory that the program starts in."""


SECTION = dict[Name, Job]
