"""Fields that fine-tunings and training jobs share."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, StringConstraints, Tag

from compiler.spec.base import ObjectName, Quantity, SpecModel
from compiler.spec.storage import AccessMode, text_or_mapping

Stage = Literal["pt", "sft", "rm", "dpo", "kto"]
Method = Literal["lora", "qlora", "full", "freeze"]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Fraction = Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1, le=2147483647)]

Reference = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][-A-Za-z0-9._]*(/[a-z]([-a-z0-9]*[a-z0-9])?)?$", max_length=128)
]
"""A name in the same project, `project/name` elsewhere in the repo."""

SecretKey = Annotated[str, StringConstraints(pattern=r"^[-._A-Za-z0-9]+$", max_length=253)]
EnvironmentName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
AbsolutePath = Annotated[str, StringConstraints(pattern=r"^(/[A-Za-z0-9._-]+)+$")]


class Accelerator(SpecModel):
    """Cards that a workload asks for."""

    type: ObjectName
    """Id of a library entry that the cluster has, e.g. `a100-80gb`."""

    count: Annotated[int, Field(ge=1, le=65536)] = 1
    """Cards, over all nodes of a fine-tuning; of a job, a replica."""


class SecretValue(SpecModel):
    """A value that stands in a Secret."""

    secret: ObjectName
    """Name of the Secret, in the namespace."""

    key: SecretKey
    """The key in it."""


Environment = dict[
    EnvironmentName,
    Annotated[
        Annotated[str, Tag("text")] | Annotated[SecretValue, Tag("mapping")],
        Discriminator(text_or_mapping),
    ],
]
"""Environment variables: text, or `{secret, key}`. Credentials never stand in a spec."""


class Hyperparameters(SpecModel):
    """How training goes. What is left out comes from the preset that `from` names, else from the library's preset for
    the stage and method."""

    epochs: Positive | None = None
    """Times that the data is gone through."""

    max_steps: Count | None = None
    """Optimizer steps to stop after, in place of `epochs`."""

    learning_rate: Positive | None = None
    """Highest learning rate."""

    global_batch_size: Count | None = None
    """Sequences that one optimizer step sees, over all cards. It is reached exactly."""

    micro_batch_size: Count | None = None
    """Sequences that one card sees at once. Left out, the largest that fits."""

    sequence_length: Count | None = None
    """Tokens that a sequence is cut to."""

    scheduler: (
        Literal[
            "linear", "cosine", "cosine_with_restarts", "polynomial", "constant", "constant_with_warmup", "inverse_sqrt",
        ]
        | None
    ) = None  # fmt: skip
    """How the learning rate goes, as Transformers names it."""

    warmup_ratio: Fraction | None = None
    """Part of the steps over which the learning rate rises."""

    weight_decay: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] | None = None
    """Weight decay of the optimizer."""

    max_grad_norm: Positive | None = None
    """Norm that gradients are clipped to."""

    save_steps: Count | None = None
    """Optimizer steps between checkpoints."""

    logging_steps: Count | None = None
    """Optimizer steps between lines of the log."""

    seed: Annotated[int, Field(ge=0, le=4294967295)] | None = None
    """Seed of shuffling and initialisation."""

    packing: bool | None = None
    """Whether short sequences are packed into one."""

    gradient_checkpointing: bool | None = None
    """Whether activations are computed again in the backward pass, which saves memory and costs about a third of time."""

    optimizer: Literal["adamw_torch", "adamw_8bit", "adafactor", "sgd"] | None = None
    """Optimizer, as Transformers names it."""

    precision: Literal["bf16", "fp16", "fp32"] | None = None
    """Number format of the computation. Left out, by what the accelerator has."""

    beta: Positive | None = None
    """Strength of the reference model in preference training (DPO, KTO)."""

    max_samples: Count | None = None
    """Records to use at most, for trials."""


class HyperparameterSet(Hyperparameters):
    """Hyperparameters that may begin from others."""

    from_: str | None = Field(default=None, alias="from")
    """A set of the project or a preset of the library to begin from."""


def _text_or_list(value: object) -> str:
    return "text" if isinstance(value, str) else "list"


Targets = Annotated[
    Annotated[Literal["all"], Tag("text")]
    | Annotated[list[Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.]+$")]], Field(min_length=1), Tag("list")],
    Discriminator(_text_or_list),
]
"""`all`, or a list of names."""


class Lora(SpecModel):
    """Low-rank adapters. Source: Hu et al. 2021, arXiv:2106.09685."""

    rank: Annotated[int, Field(ge=1, le=1024)] = 8
    """Rank of the adapters."""

    alpha: Annotated[int, Field(ge=1, le=65536)] | None = None
    """Scale of the adapters. Left out, twice the rank."""

    dropout: Fraction = 0.0
    """Dropout before the adapters."""

    targets: Targets = "all"
    """Modules that get an adapter: `all` linear layers, or names such as `q_proj`."""


class Freeze(SpecModel):
    """Training of some layers only."""

    layers: Annotated[int, Field(ge=1, le=1024)] = 2
    """Last layers that are trained."""


class Export(SpecModel):
    """Where the result is copied to."""

    uri: Annotated[str, StringConstraints(pattern=r"^s3://[a-z0-9][-a-z0-9.]{1,61}[a-z0-9](/[^\s$`\\]*)?$")]
    """Bucket and path: `s3://models/tickets-lora`. Files are added and replaced there, and nothing is deleted."""

    secret: ObjectName | None = None
    """Secret with `access-key` and `secret-key`."""

    endpoint: Annotated[str, StringConstraints(pattern=r"^https?://[^\s$`\\@]+$")] | None = None
    """Address of the bucket's server, where it is not AWS."""


class Claim(SpecModel):
    """A claim for results."""

    size: Quantity | None = None
    """Capacity. Left out, the cluster's default."""

    class_: str | None = Field(default=None, alias="class")
    """StorageClass. Left out, the cluster's default."""

    access_modes: list[AccessMode] | None = Field(default=None, min_length=1)
    """How nodes may mount it. Left out, the cluster's default."""


class Output(Claim):
    """What becomes of the result."""

    size: Quantity | None = None
    """Capacity. Left out, what the kept runs and checkpoints need."""

    keep: Annotated[int, Field(ge=1, le=100)] = 2
    """Runs and, within a run, checkpoints that are kept."""

    merge: bool = False
    """Whether adapters are merged into the base's weights, so that anything can serve the result."""

    export: Export | None = None
    """Where the result is copied to."""


Deepspeed = Annotated[
    Annotated[Literal["auto", "none", "zero1", "zero2", "zero3", "zero3-offload"], Tag("text")]
    | Annotated[dict[str, object], Tag("mapping")],
    Discriminator(text_or_mapping),
]
"""A strategy, `auto`, or a literal DeepSpeed configuration."""

ChosenHyperparameters = Annotated[
    Annotated[str, Tag("text")] | Annotated[HyperparameterSet, Tag("mapping")],
    Discriminator(text_or_mapping),
]
"""The name of a set, or fields, with `from` over a set."""
