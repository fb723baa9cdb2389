"""The sizes of a model that memory depends on, taken from its facts once."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, update_wrapper
from typing import TYPE_CHECKING, Any, Concatenate, NamedTuple, ParamSpec, TypeVar, cast

from compiler.planning.parameters import Parameters, count

if TYPE_CHECKING:
    from compiler.library.facts import ModelFacts

P = ParamSpec("P")
T = TypeVar("T")


def remembered(function: Callable[Concatenate[ModelFacts, P], T]) -> Callable[Concatenate[ModelFacts, P], T]:
    """A function of facts that counts once for each record of them: many trainings begin from one model."""
    cached: Any = lru_cache(maxsize=4096)(function)

    def call(facts: ModelFacts, /, *rest: P.args, **named: P.kwargs) -> T:
        # Pydantic models are equal by value and have no hash.
        found: T = (function if type(facts).__hash__ is None else cached)(facts, *rest, **named)
        return found

    return cast("Callable[Concatenate[ModelFacts, P], T]", update_wrapper(call, function))


class Shape(NamedTuple):
    """Sizes of a model: parameters, and elements of one token."""

    total: int
    """Parameters, a mixture's experts and the vision tower included."""

    vision: int
    """Parameters of the vision tower, which stay frozen."""

    linear: int
    """Parameters of the layers' matrices, which 4-bit quantisation takes."""

    stack: int
    """Parameters of all layers."""

    largest: int
    """Parameters of the largest single module."""

    layers: int
    hidden: int
    vocab: int
    """Rows of the output head; 0 without one."""

    token: int
    """Elements, in halves of 16 bit, that one token leaves in one layer for its backward pass: bytes at 16 bit."""


@remembered
def shape_of(facts: ModelFacts) -> Shape:
    """The sizes of a model.

    Where the size of a head is not stated, it is the hidden size over the heads, as Transformers takes it.
    Raises: MissingFact, where a number that the architecture needs is not stated.
    """
    facts = completed(facts)
    parts = count(facts)
    stack = parts.attention + parts.feed_forward + parts.experts + parts.shared + parts.routers
    hidden = facts.need("hidden")
    return Shape(
        total=parts.total if facts.parameters is None else facts.need("parameters"),
        vision=parts.vision,
        linear=stack - parts.routers,
        stack=stack,
        largest=max(parts.embeddings, hidden * _widest(facts)),
        layers=facts.need("layers"),
        hidden=hidden,
        vocab=facts.need("vocab") if facts.output_head else 0,
        token=_token(facts, parts),
    )


def completed(facts: ModelFacts) -> ModelFacts:
    """The facts, with the size of a head where it follows from the others."""
    if facts.head_size is not None or facts.mla is not None or facts.heads is None or facts.hidden is None:
        return facts
    result: ModelFacts = facts.model_copy(update={"head_size": max(1, facts.hidden // facts.heads)})
    return result


def _token(facts: ModelFacts, parts: Parameters) -> int:
    """Bytes at 16 bit that one token leaves in one layer: 16H for norms and residuals, 8nd for the attention's inputs and
    output, 8I for the feed-forward layer (4I without a gate), and 4H for each expert that the token is handed to.

    With nd = H that is 24H + 8I, met by hooks on saved tensors of Llama to 0.2 %, with an attention that does not keep
    its scores. Of a mixture, I is what one token uses. Of two kinds of layers the larger counts.
    """
    hidden = facts.need("hidden")
    inner = facts.need("intermediate") if parts.feed_forward else 0
    handed = 0
    if parts.experts:
        handed = facts.need("experts_per_token")
        inner = max(inner, handed * facts.need("moe_intermediate") + (facts.shared_intermediate or 0))
    return 16 * hidden + 8 * _attention_width(facts) + (8 if facts.gated_mlp else 4) * inner + 4 * handed * hidden


def _attention_width(facts: ModelFacts) -> int:
    """Width of all query heads together."""
    if facts.mla is not None:
        return facts.need("heads") * (facts.mla.qk_nope_head_size + facts.mla.qk_rope_head_size)
    return facts.need("heads") * facts.need("head_size")


def _widest(facts: ModelFacts) -> int:
    """The longest side of a layer's matrices that meet the residual stream."""
    return max(facts.intermediate or 0, facts.moe_intermediate or 0, facts.shared_intermediate or 0)
