"""What is asked of a training plan, and what is decided: plain values, bytes unless a name says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from compiler.library.facts import Dtype, ModelFacts

Strategy = Literal["none", "zero1", "zero2", "zero3", "zero3-offload"]
Precision = Literal["bf16", "fp16", "fp32"]
Method = Literal["lora", "qlora", "full", "freeze"]
Stage = Literal["pt", "sft", "rm", "dpo", "kto"]


class Card(NamedTuple):
    """An accelerator, as far as training depends on it."""

    id: str
    """What specs call it: `a100-80gb`."""

    memory: int
    """Memory of one card that a process may use. 0 for processors, which use the node's."""

    bf16: bool
    link_gb_s: int | None
    """Bandwidth to the other cards of its node, GB/s in one direction; None where it is not known."""

    resource: str | None
    """The extended resource, `nvidia.com/gpu`; None for processors."""

    fp8: bool = False
    """Whether it computes with 8-bit floats."""


class Pool(NamedTuple):
    """Equal nodes of a cluster."""

    card: Card
    cards: int
    """In the cluster."""

    per_node: int
    """Cards in one node."""

    node_cpu: int | None = None
    """Cores of one node."""

    node_memory: int | None = None
    """Main memory of one node."""


class Ask(NamedTuple):
    """A training, as a spec asks for it. What is None is to be decided."""

    facts: ModelFacts
    dtype: Dtype
    """What the weights are stored in."""

    stage: Stage
    method: Method
    cards: int
    """Cards over all nodes."""

    pool: Pool
    sequence: int
    """Tokens of a sequence."""

    global_batch: int
    """Sequences of an optimizer step."""

    micro_batch: int | None = None
    """Sequences of one card at once, where the spec fixes them."""

    deepspeed: str | Mapping[str, Any] = "auto"
    precision: Precision | None = None
    checkpointing: bool = True
    """Whether activations are computed again in the backward pass."""

    optimizer: str = "adamw_torch"
    max_grad_norm: float = 1.0
    lora_rank: int = 8
    lora_targets: str | tuple[str, ...] = "all"
    freeze_layers: int = 2
    others: tuple[Pool, ...] = ()
    """Further pools of the cluster, for the ways out where this one is too small."""

    fp16_safe: bool = True
    """Whether the model's activations stay within fp16's range, 65504. Gemma's do not."""

    learning_rate: float | None = None
    """Of adapters under DeepSpeed, whose configuration then has their optimizer; None leaves it to the trainer."""

    weight_decay: float = 0.0
    """Of the same optimizer."""


class Range(NamedTuple):
    """An amount of memory that is known within bounds, in bytes."""

    low: int
    expected: int
    high: int


class Memory(NamedTuple):
    """Memory of one card, by part, and of one node."""

    parts: Mapping[str, Range]
    """`weights`, `gradients`, `optimizer`, `master`, `adapter`, `buckets`, `activations`, `logits`, `overhead`..., in that order; parts of no size are left out."""

    total: Range
    card: int
    """What the card has; for processors, the node's memory per process."""

    host: int
    """Main memory of one node that training needs, loading and offloaded states included."""


Subject = Literal["accelerator", "precision", "trained", "strategy", "batch", "memory", "pod"]


class Reason(NamedTuple):
    """Why something was decided as it was."""

    about: Subject
    text: str
    """One sentence, with the numbers."""


class TrainingPlan(NamedTuple):
    """How a training runs."""

    nodes: int
    per_node: int
    """Cards, and so processes, of one node."""

    strategy: Strategy
    micro_batch: int
    accumulation: int
    global_batch: int
    precision: Precision
    memory: Memory
    deepspeed: Mapping[str, Any] | None
    """The whole DeepSpeed configuration, without one `auto`; None without DeepSpeed."""

    trainable: int
    """Parameters that are trained."""

    cpu: int
    """Cores of one pod."""

    shm: int
    """Shared memory of one pod; 0 is none."""

    reasons: tuple[Reason, ...] = ()
    """Why, in the order of the decisions, with the numbers."""

    @property
    def world(self) -> int:
        """Processes over all nodes."""
        return self.nodes * self.per_node


class Fault(NamedTuple):
    """Something about an ask that cannot be, should not be, or is worth knowing. It becomes a diagnostic at its place."""

    code: str
    """Id of a code of `compiler.planning.training.problems`."""

    about: tuple[str, ...]
    """The way to the value below the fine-tuning: `("accelerator",)`, `("deepspeed", "zero_optimization", "stage")`,
    `("hyperparameters", "globalBatchSize")`."""

    wrong: str
    do: str
    notes: tuple[str, ...] = ()
    """Lines of a table, ways out."""

    candidates: tuple[str, ...] = ()


class Decided(NamedTuple):
    """What planning comes to: a plan, or why there is none; warnings and notes beside a plan."""

    plan: TrainingPlan | None
    faults: tuple[Fault, ...] = ()
