"""Findings about documents of cpodoperator."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from compiler.diagnostics import Code, Diagnostic, Located, Severity, closest

UNKNOWN_JOB_TYPE = Code(
    "HYD361",
    Severity.ERROR,
    "A CPodJob of a type that there is not.",
    "The operator compares the word as it stands, and ends in a crash where it knows none: no job is ever made.",
    bad="jobType: Pytorch",
    good="jobType: pytorch",
)
UNKNOWN_MODEL = Code(
    "HYD362",
    Severity.ERROR,
    "A FineTune of a model that the library's `cpod-models` do not have.",
    "The operator logs that it does not support the model, and the FineTune stays without a status for ever.",
    bad="model: google/gemma-2b",
    good="model: google/gemma-2b-it",
)
UNKNOWN_FLAG = Code(
    "HYD363",
    Severity.ERROR,
    "A flag of a FineTune that the trainer does not take, or that Hydra sets itself.",
    "The trainer ends at once when it meets a flag that it does not know; two values for one flag contradict each other.",
    bad='config: {lora_rnk: "16"}',
    good='config: {lora_rank: "16"}',
)
ABSOLUTE_RATE = Code(
    "HYD364",
    Severity.WARNING,
    "`learning_rate_multiplier`, which cpodoperator drops and Hydra takes for the learning rate.",
    "Everything that writes the field puts a rate into it, and the operator trains with the default instead.",
    bad='hyperParameters: {learning_rate_multiplier: "5e-5"}',
    good='hyperParameters: {learning_rate: "5e-5"}',
)
SMALL_VOLUME = Code(
    "HYD365",
    Severity.WARNING,
    "A volume for checkpoints or a model that holds less than 1 GiB.",
    "Sizes are in MiB. A volume that is full ends a training when it saves for the first time.",
    bad="modelSaveVolumeSize: 100",
    good="modelSaveVolumeSize: 102400",
)
UNPLACED_STORAGE = Code(
    "HYD366",
    Severity.ERROR,
    "A storage record that says neither where the data lies nor what it is.",
    "Nothing can mount it: the operator waits for ever for the phase `done`.",
    bad="kind: ModelStorage\nspec: {modeltype: oss}",
    good="kind: ModelStorage\nspec: {modeltype: oss, pvc: pvc-model-0ce92f029254ff34}",
)
HALF_A_PAIR = Code(
    "HYD367",
    Severity.WARNING,
    "One half of two fields that belong together.",
    "The operator mounts data where a name and a path are given, and makes a claim where a path and a size are.",
    bad="pretrainModelName: llama2-7b   # without pretrainModelPath",
    good="pretrainModelName: llama2-7b\npretrainModelPath: /workspace/models",
)
UNKNOWN_PRODUCT = Code(
    "HYD368",
    Severity.ERROR,
    "A FineTune or a job for a GPU that no pool of the cluster has.",
    "Its pod would wait for ever for a node with that label.",
    bad="gpuProduct: NVIDIA-GeForce-RTX-3090   # the cluster has A100s alone",
    good="gpuProduct: NVIDIA-A100-SXM4-80GB",
)
UNCHECKED_PRODUCT = Code(
    "HYD369",
    Severity.WARNING,
    "A job for a GPU of a cluster that lists no accelerators.",
    "The job gets the node label that it names, as from the operator. Nobody sees whether a node has it and enough GPUs, and the job gets no cores and memory by its GPUs.",
    bad="gpuType: NVIDIA-A100-SXM4-80GB   # the cluster's spec has no `accelerators`",
    good="accelerators: {a100-80gb: {count: 16, perNode: 8}}   # in the cluster's spec",
)


class Setting(NamedTuple):
    """What names a GPU where a document does not."""

    who: str
    """Behind a comma: how the GPU came to be asked for."""

    where: str
    """Where to name another one."""


OF_FINETUNES = Setting(
    "which FineTunes get that name none", "`gpuProduct` or in the cluster's `dialects.cpod.finetuneGpuProduct`"
)
OF_CONVERSIONS = Setting("which conversions run on", "the cluster's `dialects.cpod.tensorrtGpuProduct`")


def unknown_job_type(at: Located, found: str, known: Iterable[str]) -> Diagnostic:
    """A type that the operator does not compare with."""
    known = list(known)
    return Diagnostic(
        UNKNOWN_JOB_TYPE, at, f"`jobType` cannot be `{found}`.",
        f"Use one of {_listed(known)}, in lower case.", closest(found, known),
    )  # fmt: skip


def unknown_model(at: Located, found: str, known: Iterable[str]) -> Diagnostic:
    """A model outside of the table."""
    return Diagnostic(
        UNKNOWN_MODEL, at, f"FineTunes know no model `{found}`.",
        "Use one of `hydra list cpod-model`, or add an entry to `cpod-models` of the repo's own library.",
        closest(found, known),
    )  # fmt: skip


def unknown_flag(at: Located, flag: str, trainer: str, known: Iterable[str]) -> Diagnostic:
    """A flag that the trainer does not take."""
    return Diagnostic(
        UNKNOWN_FLAG, at, f"The trainer `{trainer}` takes no `{flag}`.", "Remove it, or correct its name.",
        closest(flag, known),
    )  # fmt: skip


def own_flag(at: Located, flag: str, instead: str) -> Diagnostic:
    """A flag that Hydra sets."""
    return Diagnostic(UNKNOWN_FLAG, at, f"`{flag}` is set by Hydra.", f"Remove it. {instead}")


def absolute_rate(at: Located, rate: str) -> Diagnostic:
    """A rate under a misleading name."""
    return Diagnostic(
        ABSOLUTE_RATE, at, f"`{rate}` is taken for the learning rate itself, not for a multiple of one.",
        "Write `learning_rate`. cpodoperator drops `learning_rate_multiplier`, and trained with its default so far.",
    )  # fmt: skip


def small_volume(at: Located, field: str, mib: int) -> Diagnostic:
    """A size that was meant in another unit."""
    return Diagnostic(
        SMALL_VOLUME, at, f"`{field}` counts MiB, and {mib} MiB hold hardly any model.",
        f"If GiB were meant, write {mib * 1024}.",
    )  # fmt: skip


def unplaced_storage(at: Located, kind: str, name: str, field: str) -> Diagnostic:
    """A record without a claim and without a repository."""
    return Diagnostic(
        UNPLACED_STORAGE, at, f"The {kind} `{name}` says neither on which claim its data lies nor of which repository it is.",
        f"Add `pvc:`, or `{field}:` with `organisation/name`.",
    )  # fmt: skip


def half_a_pair(at: Located, wrong: str, do: str) -> Diagnostic:
    """A field that needs another one."""
    return Diagnostic(HALF_A_PAIR, at, wrong, do)


def unknown_product(
    at: Located, product: str, cluster: str, known: Iterable[str], setting: Setting | None
) -> Diagnostic:
    """A GPU that the cluster does not have. `setting`: what names it, where the document does not."""
    known = sorted(known)
    origin = f", {setting.who}" if setting else ""
    has = f"It has {_listed(known)}: name one of them" if known else "It has none: add one under `accelerators`"
    where = f", in {setting.where}" if setting and known else ""
    return Diagnostic(
        UNKNOWN_PRODUCT, at, f"Cluster `{cluster}` has no GPU `{product}`{origin}.", f"{has}{where}.",
        closest(product, known),
    )  # fmt: skip


def unchecked_product(at: Located, product: str, cluster: str) -> Diagnostic:
    """A GPU that the cluster may have."""
    return Diagnostic(
        UNCHECKED_PRODUCT, at,
        f"Cluster `{cluster}` lists no accelerators: nothing checks whether there is a GPU `{product}`.",
        "Add its pools under `accelerators` of the cluster's spec.",
    )  # fmt: skip


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
