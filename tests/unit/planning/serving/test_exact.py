"""Numbers that were computed by hand."""

from __future__ import annotations

from compiler.library.facts import ModelFacts
from compiler.planning.serving.cache import cache_of
from compiler.planning.serving.splits import Split, best, obstacle, tensors
from compiler.planning.serving.values import Ask, Limits
from compiler.planning.serving.weights import stages, weights_of
from tests.unit.planning.serving.asks import GIB, ask, parts, planned, pool

KIB = 1 << 10


def test_a_7b_model_on_an_a100() -> None:
    """Weights 14.19 GiB, 56 KiB a token; 80 x 0.9 - 14.19 - 1.5 = 56.3 GiB are 64 sequences of 16384 tokens."""
    plan = planned(ask(context=16384, concurrency=16, replicas=4))
    assert (plan.tensor, plan.pipeline, plan.nodes, plan.per_node) == (1, 1, 1, 1)
    assert (plan.context, plan.utilization) == (16384, 0.9)
    assert parts(plan)["weights"] == 14.19
    assert parts(plan)["cache"] == 16 * 16384 * 56 * KIB / GIB
    assert plan.token_bytes == 56 * KIB
    assert plan.cache_tokens // 10_000 == 105
    assert plan.sequences == 64
    assert (plan.cpu, plan.shm, plan.memory.host) == (8, 4 * GIB, 48 * GIB)


def test_key_value_heads_are_split_and_the_last_one_is_copied() -> None:
    """2 x 28 layers x 4 heads x 128 x 2 bytes; over eight cards, each of four heads lies on two of them."""
    sizes = [cache_of(ask(), tensor, 1).token(1024) // KIB for tensor in (1, 2, 4, 8)]
    assert sizes == [56, 28, 14, 14]
    assert cache_of(ask(), 1, 2).token(1024) == 28 * KIB
    assert cache_of(ask(cache_bits=8), 1, 1).token(1024) == 28 * KIB


def test_latent_attention_is_not_divided() -> None:
    """(512 + 64) x 61 layers x 2 bytes."""
    wanted = ask("deepseek-r1")
    assert [cache_of(wanted, tensor, 1).token(4096) for tensor in (1, 8)] == [70_272, 70_272]
    assert cache_of(wanted, 8, 2).token(4096) == 31 * 576 * 2


def test_windowed_layers_stop_growing() -> None:
    """gpt-oss-20b: 12 of 24 layers hold 127 tokens and one step of 2048, in blocks of 16."""
    cache = cache_of(ask("gpt-oss-20b", batched_tokens=2048), 1, 1)
    token = 2 * 8 * 64 * 2
    assert cache.sequence(1024) == 24 * token * 1024
    assert cache.sequence(131_072) == 12 * token * 131_072 + 12 * token * (2176 + 16)


def test_windowed_layers_fill_groups_of_the_others() -> None:
    """gemma-3-27b-it: 10 layers see all tokens and 52 a window, for which 60 are given out. A server said 573,440 bytes a token."""
    assert cache_of(ask("gemma-3-27b-it"), 1, 1).token(8192) == 573_440


def test_linear_attention_has_a_state_and_cross_attention_an_image() -> None:
    linear = cache_of(ask("minimax-text-01"), 8, 1)
    assert linear.full == 10 * 2 * 128 * 2
    assert linear.fixed == 70 * 8 * 128 * 128 * 4
    cross = cache_of(ask("llama-3.2-11b-vision-instruct"), 1, 1)
    assert cross.full == 32 * 2 * 8 * 128 * 2
    assert cross.fixed == 8 * 2 * 8 * 128 * 2 * 6404


def test_an_encoder_keeps_no_cache() -> None:
    plan = planned(ask("bge-m3", pool=pool("t4", 4, 1, 8, 32)))
    assert plan.token_bytes == 0
    assert plan.sequences == 1
    assert "cache" not in plan.memory.parts


def test_stages_are_even_and_what_is_over_goes_to_the_middle() -> None:
    assert [one.layers for one in stages(ask("deepseek-r1").facts, 4)] == [15, 15, 16, 15]
    assert [one.dense for one in stages(ask("deepseek-r1").facts, 4)] == [3, 0, 0, 0]


def test_the_first_stage_holds_the_embedding() -> None:
    """Llama-3.1-8B: 0.98 GiB of embedding and 8 of 32 layers with 0.406 GiB each, and 0.03 GiB of positions. A server said 4.26."""
    assert round(weights_of(ask("llama-3.1-8b-instruct"), 1, 4).expected / GIB, 2) == 4.26


def test_a_tied_head_is_held_twice_by_a_pipeline() -> None:
    wanted = ask("qwen2.5-0.5b-instruct")
    halves = [weights_of(wanted, 1, stages_).expected for stages_ in (1, 2)]
    assert halves[1] > halves[0] / 2 + 151_936 * 896 * 2 * 0.4


def test_converted_weights_have_the_size_that_the_runtime_makes_of_them() -> None:
    plain, half = (weights_of(ask(weights=size), 1, 1).expected for size in (None, 7_615_616_512))
    assert round((half - 8_388_608) / (plain - 8_388_608), 4) == 0.5


def test_tensor_parallel_sizes_that_divide() -> None:
    assert tensors(ask()) == (1, 2, 4)
    assert obstacle(ask(), 8) == "the model has 28 query heads"
    assert tensors(ask("llama-3.3-70b-instruct")) == (1, 2, 4, 8)
    assert tensors(ask("qwen2.5-72b-instruct", dtype="awq-int4")) == (1,)
    assert tensors(ask("qwen2.5-72b-instruct", dtype="awq-int4", group=32)) == (1, 2, 4)
    assert tensors(ask("qwen3-235b-a22b-fp8")) == (1, 2, 4)
    assert tensors(ask(limits=Limits(tensor=False))) == (1,)


def test_fixed_numbers_of_cards() -> None:
    deepseek = ask("deepseek-r1", pool=pool("h100-80gb"))
    assert best(deepseek, 8) == Split(8, 1, 1, 8)
    assert best(deepseek, 16) == Split(8, 2, 2, 8)
    assert best(deepseek, 12) == Split(4, 3, 3, 4)
    assert best(deepseek, 9) is None
    assert best(ask(), 8) == Split(4, 2, 1, 8)
    assert best(ask(), 16) == Split(4, 4, 4, 4)
    assert best(ask(), 3) == Split(1, 3, 1, 3)
    assert best(ask(limits=Limits(pipeline=False)), 3) is None
    assert best(ask(limits=Limits(nodes=False)), 16) is None


def test_a_model_without_the_size_of_its_heads_has_one() -> None:
    bare = ModelFacts.model_validate(
        {
            "layers": 28,
            "hidden": 3584,
            "intermediate": 18944,
            "heads": 28,
            "kvHeads": 4,
            "vocab": 152064,
            "context": 32768,
        }
    )
    plan = planned(Ask(bare, "bfloat16", pool()))
    assert plan.token_bytes == 56 * KIB
