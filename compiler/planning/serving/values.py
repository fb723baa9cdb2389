"""What is asked of a serving plan, and what is decided: plain values, bytes unless a name says otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from compiler.planning.training.values import Fault, Memory, Pool

if TYPE_CHECKING:
    from compiler.library.facts import Dtype, ModelFacts

Subject = Literal["accelerator", "engine", "runtime", "weights", "parallelism", "context", "cache", "replicas", "pod"]


class Reason(NamedTuple):
    """Why something was decided as it was."""

    about: Subject
    text: str
    """One sentence, with the numbers."""


class Limits(NamedTuple):
    """What a runtime can do, as far as planning depends on it."""

    utilization: float = 0.9
    """Part of a card's memory that the runtime takes, where nothing else is said."""

    tensor: bool = True
    """Whether it splits a model over the cards of a node."""

    pipeline: bool = True
    """Whether it splits a model into stages."""

    nodes: bool = True
    """Whether a replica may stand on several nodes, with this engine."""

    pages: bool = True
    """Whether the cache is taken from what is left, and sequences share it (vLLM, SGLang). Without it, the cache is
    reserved for `concurrency` sequences of full length at the start (llama.cpp)."""

    overhead: int = 0
    """Memory that the runtime needs on each card beside weights and cache, where its entry states one, in bytes."""


class Ask(NamedTuple):
    """A service, as a spec asks for it. What is None is to be decided."""

    facts: ModelFacts
    dtype: Dtype
    """What the weights are stored in."""

    pool: Pool
    limits: Limits = Limits()
    weights: int | None = None
    """Bytes of the weights as the runtime holds them, where it converts them when it loads them, or where they are a
    file of known size (GGUF). None: as they are stored."""

    cards: int | None = None
    """Cards of one replica, where the spec fixes them."""

    tensor: int | None = None
    """Tensor parallel size, where the spec fixes it."""

    pipeline: int | None = None
    """Pipeline parallel size, where the spec fixes it."""

    context: int | None = None
    """Tokens of a sequence, prompt and answer; None takes the model's own, or what fits."""

    concurrency: int = 1
    """Sequences of full length that the cache is planned for."""

    cache_bits: int | None = None
    """Bits of an element of the cache: 16, or 8. None is the activations' type, 16."""

    utilization: float | None = None
    """Part of a card's memory, where the spec fixes it."""

    batched_tokens: int = 8192
    """Tokens that one step of the runtime computes at most: what activations grow with."""

    sequences: int | None = None
    """Sequences that one step answers at most: what the logits grow with. None is the runtime's own, which is taken for
    256, and for 1024 in the high estimate of large cards."""

    adapters: tuple[int, ...] = ()
    """Ranks of the adapters that are served beside the model."""

    replicas: int = 1
    """Most replicas."""

    group: int | None = None
    """Weights that share a scale in quantised linear layers, along the input: 128 for AWQ and GPTQ."""

    others: tuple[Pool, ...] = ()
    """Further pools of the cluster, for the ways out where this one is too small."""


class ServingPlan(NamedTuple):
    """How one replica runs."""

    tensor: int
    pipeline: int
    nodes: int
    """Pods of one replica; each stands on a node."""

    per_node: int
    """Cards of one pod."""

    context: int
    """Tokens of a sequence that the runtime is told."""

    utilization: float
    memory: Memory
    """Of one card: `weights`, `adapters`, `cache`, `activations`, `overhead`. `cache` is what `concurrency` full
    sequences need. `host` is the main memory of one pod."""

    cache_tokens: int
    """Tokens that the cache holds at the expected estimate: what is left of the card's share."""

    token_bytes: int
    """Cache of one token on one card."""

    cpu: int
    """Cores of one pod."""

    shm: int
    """Shared memory of one pod; 0 is none."""

    reasons: tuple[Reason, ...] = ()

    @property
    def cards(self) -> int:
        """Cards of one replica."""
        return self.tensor * self.pipeline

    @property
    def sequences(self) -> int:
        """Sequences of full length that the cache holds."""
        return self.cache_tokens // self.context if self.context else 0


class Decided(NamedTuple):
    """What planning comes to: a plan, or why there is none; warnings and notes beside a plan."""

    plan: ServingPlan | None
    faults: tuple[Fault, ...] = ()
