"""Laws of serving plans, over random models, pools and asks."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from compiler.library.facts import ModelFacts
from compiler.planning.serving.cache import cache_of
from compiler.planning.serving.decide import decide
from compiler.planning.serving.memory import activations_of, budget_of, load_of
from compiler.planning.serving.problems import CODES
from compiler.planning.serving.remedies import families
from compiler.planning.serving.splits import obstacle, splits, tensors
from compiler.planning.serving.values import Ask, Decided, Limits
from compiler.planning.serving.weights import weights_of
from compiler.planning.training.values import Card, Pool

GIB = 1 << 30
LAWS = settings(max_examples=150, deadline=None)


@st.composite
def models(draw: st.DrawFn) -> ModelFacts:
    """Models of every size and kind of attention, dense or with experts."""
    heads = draw(st.sampled_from((2, 4, 12, 28, 32, 64)))
    size = draw(st.sampled_from((16, 64, 128)))
    layers = draw(st.integers(1, 96))
    fields: dict[str, Any] = {
        "layers": layers,
        "hidden": heads * size,
        "intermediate": draw(st.sampled_from((1, 777, 4096, 11008, 29568))),
        "heads": heads,
        "kvHeads": draw(st.sampled_from([one for one in (1, 2, 4, 8) if heads % one == 0])),
        "headSize": size,
        "vocab": draw(st.integers(100, 260_000)),
        "context": draw(st.sampled_from((512, 4096, 32768, 131_072))),
        "tiedEmbeddings": draw(st.booleans()),
        "visionParameters": draw(st.sampled_from((0, 400_000_000))),
    }
    kind = draw(st.sampled_from(("plain", "windowed", "latent", "linear")))
    if kind == "windowed":
        fields |= {"slidingWindow": 512, "slidingWindowLayers": draw(st.integers(0, layers))}
    if kind == "linear":
        fields |= {"linearAttentionLayers": draw(st.integers(0, layers))}
    if kind == "latent":
        fields["mla"] = {"kvLoraRank": 512, "qkNopeHeadSize": 128, "qkRopeHeadSize": 64, "vHeadSize": 128}
    if draw(st.booleans()):
        experts = draw(st.integers(2, 64))
        fields |= {
            "experts": experts, "expertsPerToken": draw(st.integers(1, experts)),
            "moeIntermediate": draw(st.sampled_from((1, 768, 1408))), "denseLayers": draw(st.integers(0, layers)),
        }  # fmt: skip
    return ModelFacts.model_validate(fields)


@st.composite
def pools(draw: st.DrawFn) -> Pool:
    """Pools of cards of every size, of processors too."""
    memory = draw(st.sampled_from((0, 15, 24, 40, 80, 141))) * GIB
    card = Card(
        "card",
        memory,
        bf16=True,
        link_gb_s=draw(st.sampled_from((None, 32, 450))),
        resource=None,
        fp8=draw(st.booleans()),
    )
    node = draw(st.sampled_from((None, 64, 1024)))
    return Pool(
        card,
        draw(st.integers(1, 64)),
        draw(st.integers(1, 8)),
        draw(st.sampled_from((None, 1, 96))),
        node and node * GIB,
    )


@st.composite
def asks(draw: st.DrawFn) -> Ask:
    """Services that a spec may ask for, sensible or not."""
    limits = Limits(
        tensor=draw(st.booleans()), pipeline=draw(st.booleans()), nodes=draw(st.booleans()), pages=draw(st.booleans())
    )
    return Ask(
        facts=draw(models()),
        dtype=draw(st.sampled_from(("bfloat16", "float32", "float8_e4m3fn", "awq-int4", "mxfp4"))),
        pool=draw(pools()),
        limits=draw(st.sampled_from((Limits(), limits))),
        cards=draw(st.sampled_from((None, None, 1, 2, 3, 8, 12, 70))),
        tensor=draw(st.sampled_from((None, None, 1, 2, 8))),
        pipeline=draw(st.sampled_from((None, None, 1, 2, 5))),
        context=draw(st.sampled_from((None, None, 1, 512, 4096, 32768))),
        concurrency=draw(st.sampled_from((1, 1, 16, 1000))),
        cache_bits=draw(st.sampled_from((None, 8, 16))),
        utilization=draw(st.sampled_from((None, None, 0.5, 0.95))),
        batched_tokens=draw(st.sampled_from((512, 8192))),
        sequences=draw(st.sampled_from((None, 8, 1024))),
        adapters=draw(st.sampled_from(((), (8, 64)))),
        replicas=draw(st.sampled_from((1, 1, 4))),
        others=tuple(_named(pool, number) for number, pool in enumerate(draw(st.lists(pools(), max_size=2)))),
    )


def _named(pool: Pool, number: int) -> Pool:
    """The pool under a name of its own, as a cluster's pools have: ways out are told apart by it."""
    return pool._replace(card=pool.card._replace(id=f"other-{number}"))


def tight(decided: Decided) -> bool:
    return any(one.code == "HYD521" for one in decided.faults)


@LAWS
@given(asks())
def test_every_ask_has_a_plan_or_a_reason(one: Ask) -> None:
    decided = decide(one)
    errors = [fault for fault in decided.faults if CODES[fault.code].severity == 3]
    assert (decided.plan is None) == bool(errors)
    for fault in decided.faults:
        assert fault.about
        assert fault.wrong.endswith(".")
        assert fault.do.endswith(".")


@LAWS
@given(asks())
def test_a_plan_is_consistent(one: Ask) -> None:
    plan = decide(one).plan
    assume(plan is not None)
    assert plan is not None
    assert plan.nodes * plan.per_node == plan.cards == plan.tensor * plan.pipeline
    assert plan.cards * one.replicas <= one.pool.cards
    assert plan.per_node <= one.pool.per_node
    assert one.cards in {None, plan.cards}
    assert one.tensor in {None, plan.tensor}
    assert one.pipeline in {None, plan.pipeline}
    assert one.context in {None, plan.context}
    assert plan.context <= one.facts.need("context")
    assert obstacle(one, plan.tensor) is None
    assert plan.pipeline <= one.facts.need("layers")
    assert plan.memory.total == tuple(map(sum, zip(*plan.memory.parts.values(), strict=True)))


@LAWS
@given(asks())
def test_what_is_decided_fits_at_the_high_estimate(one: Ask) -> None:
    decided = decide(one)
    assume(decided.plan is not None and not tight(decided))
    assert decided.plan is not None
    assert decided.plan.memory.total.high <= budget_of(one)
    assert decided.plan.sequences >= 1


@LAWS
@given(asks())
def test_fewer_cards_would_not_have_held_as_much(one: Ask) -> None:
    plan = decide(one).plan
    assume(plan is not None)
    assert plan is not None
    for split in splits(one):
        if split.cards < plan.cards:
            load = load_of(one, split.tensor, split.pipeline)
            assert load.at(one.concurrency, plan.context).high > budget_of(one)


@LAWS
@given(asks())
def test_more_cards_for_a_layer_never_take_more_of_one(one: Ask) -> None:
    sizes = [size for size in (1, 2, 4, 8) if size in tensors(one._replace(tensor=None))]
    for fewer, more in pairwise(sizes):
        # Kernels for 4-bit floats round a card's width up.
        slack = 1.1 if one.dtype == "mxfp4" else 1
        assert weights_of(one, more, 1).expected <= weights_of(one, fewer, 1).expected * slack
        assert activations_of(one, more).expected <= activations_of(one, fewer).expected
        assert cache_of(one, more, 1).sequence(4096) <= cache_of(one, fewer, 1).sequence(4096)


@LAWS
@given(asks(), st.integers(1, 64))
def test_more_stages_never_take_more_cache(one: Ask, stages: int) -> None:
    assume(stages < one.facts.need("layers"))
    assert cache_of(one, 1, stages + 1).sequence(4096) <= cache_of(one, 1, stages).sequence(4096)


@LAWS
@given(asks(), st.sampled_from((2, 8, 15)))
def test_every_way_out_fits(one: Ask, gib: int) -> None:
    small = Pool(Card("small", gib * GIB, bf16=True, link_gb_s=None, resource=None, fp8=True), 16, 4)
    wanted = one._replace(
        pool=small, limits=Limits(), cards=1, tensor=None, pipeline=None, context=one.facts.context, replicas=1
    )
    decided = decide(wanted)
    if decided.plan is not None or decided.faults[-1].code != "HYD520":
        return
    named = [note.split(". ", 1)[1] for note in decided.faults[-1].notes if note[:1].isdigit()]
    changes = {label: changed for family in families(wanted) for label, changed in family}
    for note in named:
        label = next(known for known in changes if note.startswith(f"{known}: "))
        again = decide(changes[label])
        assert again.plan is not None
        assert not tight(again)
    event(f"{len(named)} ways out")


@LAWS
@given(asks())
def test_the_same_ask_has_the_same_answer(one: Ask) -> None:
    assert decide(one) == decide(one._replace(batched_tokens=one.batched_tokens))
