"""Counting parameters: each term of the formula by itself, and what happens where a number is missing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.library.facts import LatentAttention, MissingFact, ModelFacts, exact
from compiler.planning.parameters import count, prediction_parameters

DENSE = ModelFacts(layers=2, hidden=8, intermediate=16, heads=4, kv_heads=2, head_size=2, vocab=100)
EXPERTS = DENSE.model_copy(update={"experts": 4, "experts_per_token": 1, "moe_intermediate": 3})


def changed(base: ModelFacts, **facts: object) -> int:
    """By how much the total changes."""
    return count(base.model_copy(update=facts)).total - count(base).total


def test_a_dense_model_by_part() -> None:
    parts = count(DENSE)
    assert (parts.embeddings, parts.head, parts.norms) == (800, 800, 5 * 8)
    assert parts.attention == 2 * (8 * 4 * 2 + 2 * 8 * 2 * 2 + 4 * 2 * 8)
    assert parts.feed_forward == 2 * 3 * 8 * 16
    assert (parts.experts, parts.shared, parts.routers, parts.pooler, parts.vision, parts.unused) == (0,) * 6
    assert parts.active == parts.total


@pytest.mark.parametrize(
    ("facts", "difference"),
    [
        ({"tied_embeddings": True}, -800),
        ({"output_head": False}, -800),
        ({"head_bias": True}, 100),
        ({"qkv_bias": True}, 2 * (4 + 2 * 2) * 2),
        ({"output_bias": True}, 2 * 8),
        ({"qk_norm": True}, 2 * 2 * 2),
        ({"attention_sinks": True}, 2 * 4),
        ({"mlp_bias": True}, 2 * (2 * 16 + 8)),
        ({"gated_mlp": False}, -2 * 8 * 16),
        ({"gated_mlp": False, "mlp_bias": True}, 2 * (16 + 8 - 8 * 16)),
        ({"norm_bias": True}, 5 * 8),
        ({"norms_per_layer": 4}, 4 * 8),
        ({"norms_per_layer": 1}, -2 * 8),
        ({"pooler": True}, 8 * 8 + 8),
        ({"position_rows": 10}, 80),
        ({"token_type_rows": 2}, 16),
        ({"extra_embedding_rows": 3}, 24),
        ({"vision_parameters": 1234}, 1234),
        ({"cross_attention_layers": 1}, 2 * 2 + 2),
        ({"linear_attention_layers": 1}, 5 * 8 * 8 + 8 - 2 * 8 * 2 * (4 + 2)),
        ({"kv_heads": 4}, 2 * 2 * 8 * 2 * 2),
        ({"prediction_layers": 1, "experts": None}, 0),
        ({"context": 1 << 20, "sliding_window": 8, "sliding_window_layers": 1}, 0),
    ],
    ids=str,
)
def test_a_fact_changes_the_count_by_its_term(facts: dict[str, object], difference: int) -> None:
    assert changed(DENSE, **facts) == difference


@pytest.mark.parametrize(
    ("facts", "difference"),
    [
        ({"dense_layers": 1}, 3 * 8 * 16 - 4 * 3 * 8 * 3 - 4 * 8),
        ({"shared_intermediate": 5}, 2 * 3 * 8 * 5),
        ({"shared_intermediate": 5, "shared_gate": True}, 2 * (3 * 8 * 5 + 8)),
        ({"router_bias": True}, 2 * 4),
        ({"expert_bias": True}, 2 * 4 * (2 * 3 + 8)),
        ({"experts_per_token": 2}, 0),
        ({"intermediate": None}, 0),
    ],
    ids=str,
)
def test_a_fact_about_experts_changes_the_count_by_its_term(facts: dict[str, object], difference: int) -> None:
    assert changed(EXPERTS, **facts) == difference


def test_active_parameters_leave_out_the_experts_that_a_token_does_not_use() -> None:
    assert count(EXPERTS).total - count(EXPERTS).active == 2 * 3 * 3 * 8 * 3


def test_latent_attention() -> None:
    sizes = LatentAttention(kv_lora_rank=5, qk_nope_head_size=2, qk_rope_head_size=1, v_head_size=3)
    latent = DENSE.model_copy(update={"mla": sizes, "head_size": None})
    shared = 8 * (5 + 1) + 5 + 5 * 4 * (2 + 3) + 4 * 3 * 8
    assert count(latent).attention == 2 * (8 * 4 * 3 + shared)
    compressed = latent.model_copy(update={"mla": sizes.model_copy(update={"q_lora_rank": 6})})
    assert count(compressed).attention == 2 * (8 * 6 + 6 + 6 * 4 * 3 + shared)


def test_a_prediction_layer_has_an_embedding_and_a_head_of_its_own() -> None:
    assert prediction_parameters(EXPERTS) == 0
    layer = 192 + 4 * (3 * 8 * 3 + 8) + 2 * 8
    one = EXPERTS.model_copy(update={"prediction_layers": 1})
    assert prediction_parameters(one) == layer + 2 * 8 * 8 + 3 * 8 + 2 * 100 * 8
    assert count(one) == count(EXPERTS)


@pytest.mark.parametrize("fact", ["layers", "hidden", "intermediate", "heads", "kv_heads", "head_size", "vocab"])
def test_a_number_that_is_missing_is_named(fact: str) -> None:
    with pytest.raises(MissingFact) as raised:
        count(DENSE.model_copy(update={fact: None}))
    assert raised.value.fact == {"kv_heads": "kvHeads", "head_size": "headSize"}.get(fact, fact)


@given(st.integers(1, 8), st.integers(1, 8), st.booleans())
def test_a_layer_more_costs_the_same_wherever_it_comes(layers: int, more: int, gated: bool) -> None:
    def total(number: int) -> int:
        return count(DENSE.model_copy(update={"layers": number, "gated_mlp": gated})).total

    assert total(layers + more) - total(layers) == more * (total(2) - total(1))


@pytest.mark.parametrize(
    ("written", "number"),
    [("7.6B", 7_600_000_000), ("125M", 125_000_000), ("1T", 10**12), ("0.5B", 500_000_000), ("1.5K", 1500)],
)
def test_a_short_count_is_exact(written: str, number: int) -> None:
    assert exact(written) == number
    assert ModelFacts.model_validate({"parameters": written}).parameters == number


@pytest.mark.parametrize("written", ["7.6", "B", "7b", "7,6B", "-1B", "1.2345K", "", " 7B"])
def test_what_is_no_short_count_stays(written: str) -> None:
    assert exact(written) == written


def test_facts_over_others_keep_what_they_state() -> None:
    own = ModelFacts(context=4096, qkv_bias=True)
    both = own.over(DENSE.model_copy(update={"context": 8192}))
    assert (both.context, both.qkv_bias, both.hidden) == (4096, True, 8)
