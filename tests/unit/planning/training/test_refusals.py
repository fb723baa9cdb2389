"""What cannot be, should not be, or is worth knowing: one code each, at its place, with what to do."""

from __future__ import annotations

from typing import Any

import pytest

from compiler.diagnostics import InFile, Severity
from compiler.library.facts import ModelFacts
from compiler.planning.training.decide import decide
from compiler.planning.training.problems import CODES, diagnostic_of
from compiler.planning.training.values import Ask
from tests.unit.planning.training.asks import GIB, ask, codes, planned, pool

Q7 = {"layers": 28, "hidden": 3584, "intermediate": 18944, "heads": 28, "kvHeads": 4, "vocab": 152064}


def without(*names: str) -> ModelFacts:
    return ModelFacts.model_validate({key: value for key, value in Q7.items() if key not in names})


CASES: tuple[tuple[str, Ask, str, str], ...] = (
    ("does not fit", ask("llama-3.3-70b-instruct", method="full", cards=1), "HYD901", "accelerator"),
    ("a fixed micro batch is too large", ask(micro_batch=64, global_batch=512), "HYD901", "accelerator"),
    ("a fixed strategy is too large", ask(method="full", deepspeed="none"), "HYD901", "accelerator"),
    ("more than there are", ask(cards=65, pool=pool(cards=64)), "HYD903", "accelerator.count"),
    ("uneven", ask(cards=11), "HYD904", "accelerator.count"),
    ("no multiple of the cards", ask(global_batch=100), "HYD905", "hyperparameters.globalBatchSize"),
    ("fewer than the cards", ask(global_batch=4), "HYD905", "hyperparameters.globalBatchSize"),
    ("no multiple of the micro batch", ask(micro_batch=3), "HYD905", "hyperparameters.globalBatchSize"),
    ("bf16 on a V100", ask(precision="bf16", pool=pool("v100-32gb")), "HYD906", "hyperparameters.precision"),
    ("fp16 on processors", ask(precision="fp16", pool=pool("cpu", 8, 1), cards=1), "HYD906", "hyperparameters.precision"),
    ("no layers", ask()._replace(facts=without("layers")), "HYD908", "model"),
    ("no heads", ask()._replace(facts=without("kvHeads")), "HYD909", "model"),
    ("no vocabulary", ask(method="full")._replace(facts=without("vocab")), "HYD908", "model"),
    ("unknown modules", ask(lora_targets=("q_proj", "v_porj")), "HYD909", "lora.targets"),
    ("modules of another architecture", ask(lora_targets=("kv_b_proj",)), "HYD909", "lora.targets"),
    ("integers", ask(method="full")._replace(dtype="awq-int4"), "HYD910", "method"),
    ("ZeRO-3 on 4 bit", ask(method="qlora", deepspeed="zero3"), "HYD911", "deepspeed"),
    ("offload from processors", ask(pool=pool("cpu", 8, 1), cards=1, deepspeed="zero3-offload"), "HYD911", "deepspeed"),
    ("an optimizer without processors", ask(optimizer="adamw_8bit", deepspeed="zero3-offload"), "HYD911", "deepspeed"),
    ("a reward model without DeepSpeed", ask(stage="rm", method="full", deepspeed="none"), "HYD911", "deepspeed"),
    ("the same on one card", ask(stage="rm", method="freeze", cards=1, deepspeed="none"), "HYD911", "deepspeed"),
    ("experts with ZeRO-1", ask("qwen3-30b-a3b", deepspeed="zero1"), "HYD911", "deepspeed"),
    ("experts with ZeRO-2", ask("qwen3-30b-a3b", method="full", deepspeed="zero2"), "HYD911", "deepspeed"),
    ("all experts without DeepSpeed", ask("qwen3-30b-a3b", method="freeze", deepspeed="none"), "HYD911", "deepspeed"),
    (
        "experts with ZeRO-2, literally", ask("qwen3-30b-a3b", deepspeed={"zero_optimization": {"stage": 2}}),
        "HYD911", "deepspeed.zero_optimization.stage",
    ),
    (
        "what cannot be loaded", ask("qwen2.5-14b-instruct", method="full", cards=64, deepspeed="zero2", pool=pool("l40s")),
        "HYD901", "accelerator",
    ),
    ("too many layers", ask(method="freeze", freeze_layers=29), "HYD922", "freeze.layers"),
)  # fmt: skip


@pytest.mark.parametrize(("wanted", "code", "way"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_refusals(wanted: Ask, code: str, way: str) -> None:
    decided = decide(wanted)
    errors = [one for one in decided.faults if CODES[one.code].severity is Severity.ERROR]
    assert decided.plan is None
    assert [(one.code, ".".join(one.about)) for one in errors] == [(code, way)]
    assert errors[0].wrong.endswith(".")
    assert errors[0].do.endswith(".")


@pytest.mark.parametrize(
    ("wanted", "way_out"),
    [
        (ask(cards=16, global_batch=2**31 - 1), f"Take {2**31 - 16}."),
        (ask(global_batch=8, micro_batch=2**31 - 1), "Lower the micro batch size."),
    ],
)
def test_no_batch_is_advised_that_a_spec_may_not_say(wanted: Ask, way_out: str) -> None:
    assert [one.do for one in decide(wanted).faults if one.code == "HYD905"] == [way_out]


WARNINGS: tuple[tuple[str, Ask, str], ...] = (
    ("tight", ask(micro_batch=8), "HYD902"),
    ("a tight strategy", ask(method="full", cards=4, deepspeed="zero2", sequence=16384, global_batch=4), "HYD902"),
    ("a part of a node", ask(cards=4), "HYD918"),
    ("spread", ask(cards=12, global_batch=48), "HYD919"),
    ("slow", ask(method="full", cards=2), "HYD920"),
    ("unknown nodes", ask(method="full", deepspeed="zero3-offload", pool=pool(gib=None)), "HYD921"),
    ("long sequences", ask(sequence=65536, cards=8, global_batch=8, pool=pool("h200-141gb")), "HYD923"),
)  # fmt: skip


@pytest.mark.parametrize(("wanted", "code"), [case[1:] for case in WARNINGS], ids=[case[0] for case in WARNINGS])
def test_warnings_and_notes(wanted: Ask, code: str) -> None:
    decided = decide(wanted)
    assert code in codes(decided)
    assert CODES[code].severity < Severity.ERROR
    if code != "HYD923":
        assert decided.plan is not None


def test_every_code_is_documented_and_becomes_a_diagnostic() -> None:
    assert len(CODES) == 23
    for one in CODES.values():
        assert one.why
        assert one.bad
        assert one.good
    fault = decide(ask(global_batch=100)).faults[0]
    diagnostic = diagnostic_of(fault, InFile("hydra.yaml"))
    assert (diagnostic.code.id, diagnostic.wrong, diagnostic.do) == (fault.code, fault.wrong, "Take 96 or 104.")


def test_batches_and_cards_next_to_those_asked_for_are_listed() -> None:
    assert "96 or 104" in decide(ask(global_batch=100)).faults[0].do
    assert decide(ask(global_batch=4)).faults[0].do == "Take 8."
    assert "10 or 12" in decide(ask(cards=11)).faults[0].do
    assert "64" in decide(ask(cards=100)).faults[0].do


def test_independent_mistakes_are_reported_together() -> None:
    decided = decide(ask(method="freeze", freeze_layers=99, cards=11, precision="bf16", pool=pool("v100-32gb")))
    assert codes(decided) == ["HYD904", "HYD922", "HYD906"]


def test_a_refusal_shows_the_table_and_three_ways_out_that_work() -> None:
    others = (pool("h200-141gb", 8), pool("l4", 8, 1))
    wanted = ask(method="full", cards=1, pool=pool("rtx-4090", 4, 1, 32, 64), sequence=2048, others=others)
    notes = decide(wanted).faults[-1].notes
    assert notes[0].split() == ["GiB", "a", "card", "low", "expected", "high"]
    assert any(note.startswith("gradients") for note in notes)
    ways = [note for note in notes if note[0].isdigit()]
    assert len(ways) == 3
    assert ways[0].startswith("1. `method: qlora`: without DeepSpeed")
    assert planned(wanted._replace(method="qlora")).memory.total.high <= 24564 << 20


@pytest.mark.parametrize(
    ("fields", "way"),
    [
        ({"micro_batch": 64, "global_batch": 512}, "`microBatchSize` left out"),
        ({"method": "full", "deepspeed": "none"}, "`deepspeed: auto`"),
        ({"cards": 1, "checkpointing": False, "pool": pool("a100-40gb", 8, 8)}, "`gradientCheckpointing: true`"),
    ],
)
def test_what_a_spec_fixes_is_given_up_first(fields: dict[str, Any], way: str) -> None:
    ways = [note for note in decide(ask(**fields)).faults[-1].notes if note[0].isdigit()]
    assert ways[0].startswith(f"1. {way}:")


def test_another_pool_of_the_cluster_is_a_way_out() -> None:
    wanted = ask(
        "llama-3.3-70b-instruct", method="qlora", cards=1, pool=pool("l4", 1, 1, 32, 64), sequence=256, others=(pool(),)
    )
    ways = [note for note in decide(wanted).faults[-1].notes if note[0].isdigit()]
    assert ways
    assert ways[0].startswith("1. `accelerator: {type: a100-80gb, count: 1}`")


def test_reasons_have_the_numbers_in_their_order() -> None:
    reasons = planned(ask(method="full", cards=16)).reasons
    assert [one.text.split(" ")[0] for one in reasons] == [
        "16",
        "Computed",
        "7,615,616,512",
        "Without",
        "With",
        "Buckets",
        "Micro",
        "Logits",
        "256",
    ]
    assert "4 x 1 step x 16 = 64" in reasons[6].text


def test_what_a_training_does_not_run_with_is_a_reason() -> None:
    reward = planned(ask("qwen2.5-0.5b-instruct", stage="rm", method="full", cards=1))
    assert reward.strategy == "zero2"
    assert any(one.text.startswith("A reward model with `method: full` fails") for one in reward.reasons)
    experts = planned(ask("qwen3-30b-a3b", method="full", cards=32, pool=pool("h200-141gb")))
    assert sum(one.text.startswith("A mixture of experts") for one in experts.reasons) == 2


def test_placement_of_cards() -> None:
    assert [(planned(ask(cards=cards, global_batch=336)).nodes) for cards in (1, 8, 12, 16, 24)] == [1, 1, 2, 2, 3]


def test_cores_and_memory_stay_within_the_node() -> None:
    plan = planned(ask(pool=pool(cpu=32, gib=128)))
    assert plan.cpu == 28
    assert plan.memory.host <= 128 * GIB * 9 // 10
    assert plan.shm == 16 * GIB
