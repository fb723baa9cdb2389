"""Laws of training plans, over random models, pools, batches and methods."""

from __future__ import annotations

from typing import Any, get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.library.facts import Dtype, ModelFacts
from compiler.planning.training.decide import decide
from compiler.planning.training.problems import CODES
from compiler.planning.training.values import Ask, Card, Decided, Method, Pool, Precision, Stage, Strategy

GIB = 1 << 30
LAWS = settings(max_examples=150, deadline=None)
STRATEGIES = get_args(Strategy)


@st.composite
def models(draw: st.DrawFn) -> ModelFacts:
    """Models of every size: dense or with experts, with tied embeddings or a vision tower."""
    heads = draw(st.sampled_from((2, 4, 8, 16, 32, 64)))
    size = draw(st.sampled_from((16, 64, 128)))
    fields: dict[str, Any] = {
        "layers": draw(st.integers(1, 96)),
        "hidden": heads * size,
        "intermediate": draw(st.integers(1, 32768)),
        "heads": heads,
        "kvHeads": draw(st.sampled_from([one for one in (1, 2, 4, 8) if heads % one == 0])),
        "headSize": size,
        "vocab": draw(st.integers(100, 260_000)),
        "tiedEmbeddings": draw(st.booleans()),
        "gatedMlp": draw(st.booleans()),
        "visionParameters": draw(st.sampled_from((0, 400_000_000))),
    }
    if draw(st.booleans()):
        experts = draw(st.integers(2, 64))
        fields |= {
            "experts": experts, "expertsPerToken": draw(st.integers(1, experts)), "moeIntermediate": draw(st.integers(1, 4096)),
        }  # fmt: skip
    return ModelFacts.model_validate(fields)


@st.composite
def pools(draw: st.DrawFn) -> Pool:
    """Pools of cards of every size, of processors too, with what a node has or without."""
    memory = draw(st.sampled_from((0, 15, 24, 40, 80, 141, 192))) * GIB
    card = Card("card", memory, draw(st.booleans()) and memory > 0, draw(st.sampled_from((None, 32, 450))), None)
    node = draw(st.sampled_from((None, 64, 512, 4096)))
    return Pool(
        card,
        draw(st.integers(1, 64)),
        draw(st.integers(1, 8)),
        draw(st.sampled_from((None, 1, 8, 128))),
        node and node * GIB,
    )


@st.composite
def asks(draw: st.DrawFn, strategies: tuple[str, ...] = ("auto", *STRATEGIES)) -> Ask:
    """Trainings that a spec may ask for, sensible or not."""
    return Ask(
        facts=draw(models()),
        dtype=draw(st.sampled_from(("bfloat16", "bfloat16", *get_args(Dtype)))),
        stage=draw(st.sampled_from(get_args(Stage))),
        method=draw(st.sampled_from(get_args(Method))),
        cards=draw(st.integers(1, 70)),
        pool=draw(pools()),
        sequence=draw(st.integers(1, 32768)),
        global_batch=draw(st.sampled_from((1, 2, 8, 48, 64, 100, 128, 840, 1000))),
        micro_batch=draw(st.sampled_from((None, None, 1, 2, 7))),
        deepspeed=draw(st.sampled_from(strategies)),
        precision=draw(st.sampled_from((None, None, *get_args(Precision)))),
        checkpointing=draw(st.booleans()),
        optimizer=draw(st.sampled_from(("adamw_torch", "adamw_8bit", "adafactor", "sgd"))),
        lora_rank=draw(st.integers(1, 1024)),
        lora_targets=draw(st.one_of(st.just("all"), st.sampled_from((("q_proj",), ("nothing",))))),
        freeze_layers=draw(st.integers(1, 100)),
        others=draw(st.lists(pools(), max_size=2).map(tuple)),
    )


def fitting(one: Ask) -> Ask:
    """The same ask with as few reasons to be refused as there can be: cards of one node, a batch that they reach."""
    cards = min(one.cards, one.pool.per_node, one.pool.cards)
    return one._replace(
        cards=cards, global_batch=cards * 8, micro_batch=None, dtype="bfloat16", precision=None, optimizer="adamw_torch",
        lora_targets="all", freeze_layers=1,
    )  # fmt: skip


def is_tight(decided: Decided) -> bool:
    return any(one.code in {"HYD902", "HYD921"} for one in decided.faults)


@LAWS
@given(asks())
def test_every_ask_has_a_plan_or_a_reason(one: Ask) -> None:
    decided = decide(one)
    assert decided.plan is not None or any(CODES[fault.code].severity == 3 for fault in decided.faults)
    assert decided.plan is None or not any(CODES[fault.code].severity == 3 for fault in decided.faults)
    for fault in decided.faults:
        assert fault.about
        assert fault.wrong.endswith(".")
        assert fault.do.endswith(".")


@LAWS
@given(asks())
def test_a_plan_is_consistent(one: Ask) -> None:
    plan = decide(fitting(one)).plan
    if plan is None:
        return
    wanted = fitting(one)
    assert plan.world == wanted.cards
    assert plan.micro_batch * plan.accumulation * plan.world == plan.global_batch == wanted.global_batch
    assert plan.per_node <= wanted.pool.per_node
    assert plan.strategy in STRATEGIES
    assert wanted.deepspeed in {"auto", plan.strategy}
    assert plan.memory.total.low <= plan.memory.total.expected <= plan.memory.total.high
    parts = plan.memory.parts.values()
    assert all(0 <= part.low <= part.expected <= part.high for part in parts)
    assert plan.memory.total == tuple(map(sum, zip(*parts, strict=True)))
    assert plan.cpu >= 1
    if wanted.pool.node_memory is not None:
        assert plan.memory.host <= wanted.pool.node_memory


@LAWS
@given(asks())
def test_a_configuration_says_everything(one: Ask) -> None:
    plan = decide(fitting(one)).plan
    if plan is None or plan.deepspeed is None:
        return
    config = plan.deepspeed
    assert "auto" not in str(config)
    assert config["train_batch_size"] == plan.global_batch
    assert (
        config["train_micro_batch_size_per_gpu"] * config["gradient_accumulation_steps"] * plan.world
        == plan.global_batch
    )
    assert plan.strategy.startswith(f"zero{config['zero_optimization']['stage']}")
    again = decide(fitting(one)._replace(deepspeed=config, precision=plan.precision)).plan
    assert again is not None
    assert (again.deepspeed, again.strategy) == (config, plan.strategy)


@LAWS
@given(asks(), st.sampled_from(STRATEGIES), st.integers(1, 3))
def test_more_cards_never_need_more_memory_of_each(one: Ask, strategy: Strategy, times: int) -> None:
    """From two cards on, for one strategy and micro batch. (`zero3-offload` leaves parameters on cards that have room.)"""
    both = {
        "zero_optimization": {"stage": 3, "offload_optimizer": {"device": "cpu"}, "offload_param": {"device": "cpu"}}
    }
    pool = one.pool._replace(cards=64, per_node=1, node_memory=1 << 50)
    few = fitting(one)._replace(cards=2, pool=pool, micro_batch=1, global_batch=2 * 2**times)
    few = few._replace(deepspeed=both if strategy == "zero3-offload" else strategy)
    many = few._replace(cards=2 * 2**times)
    first, second = decide(few).plan, decide(many).plan
    if first is None:
        return
    assert second is not None
    assert all(after <= before for before, after in zip(first.memory.total, second.memory.total, strict=True))


@LAWS
@given(asks(), st.sampled_from(STRATEGIES))
def test_a_plan_is_found_whenever_a_slower_one_fits(one: Ask, strategy: Strategy) -> None:
    slower = decide(fitting(one)._replace(deepspeed=strategy, micro_batch=1))
    if slower.plan is None or is_tight(slower):
        return
    found = decide(fitting(one)._replace(deepspeed="auto"))
    assert found.plan is not None or strategy == "zero1"
    if found.plan is not None:
        assert found.plan.memory.total.high <= found.plan.memory.card
        assert not is_tight(found)


@LAWS
@given(asks())
def test_what_is_decided_fits_at_the_high_estimate(one: Ask) -> None:
    decided = decide(one._replace(deepspeed="auto", micro_batch=None))
    if decided.plan is not None:
        assert decided.plan.memory.total.high <= decided.plan.memory.card


@LAWS
@given(
    st.dictionaries(
        st.sampled_from(("zero_optimization", "bf16", "fp16", "train_batch_size", "x", "optimizer")),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(("auto", "cpu", "nvme", "")),
            lambda inner: (
                st.lists(inner, max_size=2)
                | st.dictionaries(
                    st.sampled_from(
                        ("stage", "enabled", "offload_param", "offload_optimizer", "device", "params", "type", "ratio")
                    ),
                    inner,
                    max_size=4,
                )
            ),
            max_leaves=8,
        ),
    )
)
def test_no_literal_configuration_is_a_traceback(config: dict[str, Any]) -> None:
    facts = ModelFacts.model_validate(
        {"layers": 2, "hidden": 64, "intermediate": 128, "heads": 4, "kvHeads": 2, "vocab": 395}
    )
    pool = Pool(Card("card", 80 * GIB, True, None, "x/y"), 8, 8, 8, 64 * GIB)
    decided = decide(Ask(facts, "bfloat16", "sft", "full", 2, pool, 128, 16, deepspeed=config))
    assert (decided.plan is None) == any(CODES[fault.code].severity == 3 for fault in decided.faults)
    if decided.plan is not None:
        assert "'auto'" not in str(decided.plan.deepspeed)
