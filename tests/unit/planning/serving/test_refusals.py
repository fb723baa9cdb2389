"""What cannot be, should not be, or is worth knowing: one code each, at its place, with what to do."""

from __future__ import annotations

import pytest

from compiler.diagnostics import InFile, Severity
from compiler.library.facts import ModelFacts
from compiler.planning.serving.decide import decide
from compiler.planning.serving.problems import CODES, diagnostic_of
from compiler.planning.serving.values import Ask, Limits
from tests.unit.planning.serving.asks import GIB, ask, codes, planned, pool, ways

Q7 = {"layers": 28, "hidden": 3584, "intermediate": 18944, "heads": 28, "kvHeads": 4, "vocab": 152064, "context": 32768}
L70, Q72 = "llama-3.3-70b-instruct", "qwen2.5-72b-instruct"
H100 = pool("h100-80gb")


def without(*names: str) -> Ask:
    return ask()._replace(
        facts=ModelFacts.model_validate({key: value for key, value in Q7.items() if key not in names})
    )


ERRORS: tuple[tuple[str, Ask, str, str], ...] = (
    ("does not fit", ask(L70, cards=1), "HYD520", "accelerator"),
    ("fits nowhere", ask(L70, pool=pool("t4", 2, 1)), "HYD520", "accelerator"),
    ("too long for the cards", ask(Q72, cards=2, context=32768, pool=H100), "HYD520", "accelerator"),
    (
        "a cache that is reserved", ask(context=32768, concurrency=64, cards=1, limits=Limits(pages=False)),
        "HYD520", "accelerator",
    ),
    ("heads that are cut", ask(tensor=8), "HYD522", "parallelism.tensor"),
    ("groups that are cut", ask(Q72, dtype="awq-int4", tensor=2), "HYD522", "parallelism.tensor"),
    ("more than a node", ask(L70, tensor=16), "HYD522", "parallelism.tensor"),
    ("uneven", ask("deepseek-r1", cards=9, pool=H100), "HYD523", "accelerator.count"),
    ("three that contradict", ask(cards=8, tensor=4, pipeline=4), "HYD523", "parallelism"),
    ("no number of stages", ask(cards=8, tensor=4, limits=Limits(pipeline=False)), "HYD523", "accelerator.count"),
    ("more stages than layers", ask(pipeline=29), "HYD523", "parallelism.pipeline"),
    ("a replica beyond the cluster", ask(cards=65), "HYD524", "accelerator.count"),
    ("replicas beyond the cluster", ask(replicas=65), "HYD524", "replicas.max"),
    ("beyond the model's context", ask(context=65536), "HYD526", "context"),
    ("no context", without("context"), "HYD527", "model"),
    ("no vocabulary", without("vocab"), "HYD527", "model"),
    ("no heads", without("heads"), "HYD527", "model"),
    ("not split by the runtime", ask(tensor=2, limits=Limits(tensor=False)), "HYD529", "parallelism.tensor"),
    ("no stages by the runtime", ask(pipeline=2, limits=Limits(pipeline=False)), "HYD529", "parallelism.pipeline"),
    ("processors are not split", ask(tensor=2, pool=pool("cpu", 8, 1, 32, 64)), "HYD529", "parallelism.tensor"),
)  # fmt: skip


@pytest.mark.parametrize(("wanted", "code", "way"), [case[1:] for case in ERRORS], ids=[case[0] for case in ERRORS])
def test_errors(wanted: Ask, code: str, way: str) -> None:
    decided = decide(wanted)
    errors = [one for one in decided.faults if CODES[one.code].severity is Severity.ERROR]
    assert decided.plan is None
    assert [(one.code, ".".join(one.about)) for one in errors] == [(code, way)]
    assert errors[0].wrong.endswith(".")
    assert errors[0].do.endswith(".")


WARNINGS: tuple[tuple[str, Ask, str], ...] = (
    ("tight cards", ask(Q72, cards=2, context=8192, pool=H100), "HYD521"),
    ("no room for graphs", ask(utilization=0.99), "HYD521"),
    ("fewer sequences", ask(cards=1, context=32768, concurrency=64), "HYD528"),
    ("fewer on the whole pool", ask(context=32768, concurrency=999, pool=pool("l4", 4, 4)), "HYD528"),
    ("unknown nodes", ask("qwen2.5-0.5b-instruct", pool=pool("cpu", 8, 1, None, None)), "HYD530"),
)


@pytest.mark.parametrize(("wanted", "code"), [case[1:] for case in WARNINGS], ids=[case[0] for case in WARNINGS])
def test_warnings_and_notes(wanted: Ask, code: str) -> None:
    decided = decide(wanted)
    assert codes(decided) == [code]
    assert CODES[code].severity < Severity.ERROR
    assert decided.plan is not None


def test_every_code_is_documented_and_becomes_a_diagnostic() -> None:
    tested = {case[2] for case in (*ERRORS, *WARNINGS)}
    assert tested == set(CODES)
    for one in CODES.values():
        assert one.why
        assert one.bad
        assert one.good
    fault = decide(ask(tensor=8)).faults[0]
    diagnostic = diagnostic_of(fault, InFile("hydra.yaml"))
    assert (diagnostic.code.id, diagnostic.do) == ("HYD522", "Take 1 or 2 or 4, or leave it to be decided.")


def test_nothing_is_said_of_what_is_fine() -> None:
    assert codes(decide(ask(replicas=63, context=16384, concurrency=16))) == []


def test_a_refusal_shows_the_table_and_the_cheapest_changes() -> None:
    decided = decide(ask(Q72, cards=2, context=32768, pool=H100))
    notes = decided.faults[0].notes
    assert notes[0].split() == ["GiB", "a", "card", "low", "expected", "high"]
    assert [note.split("  ")[0] for note in notes[1:8]] == [
        "weights", "cache", "activations", "overhead", "all", "to be used", "the card has",
    ]  # fmt: skip
    assert ways(decided)[0].startswith("1. `quantization: fp8`: 2 x `h100-80gb`")
    assert any("`count: 4`" in one for one in ways(decided))


def test_a_card_without_8_bit_floats_is_offered_a_4_bit_version() -> None:
    assert ways(decide(ask(L70, cards=1)))[0].startswith("1. a 4-bit version of the model (AWQ): 1 x `a100-80gb`")


def test_another_pool_is_a_way_out() -> None:
    found = ways(decide(ask(L70, pool=pool("l4", 2, 1), others=(pool(),))))
    assert any("`accelerator: {type: a100-80gb}`: 4 x `a100-80gb`" in one for one in found)


def test_numbers_of_cards_that_can_be_are_named() -> None:
    assert decide(ask("deepseek-r1", cards=9, pool=H100)).faults[0].do.startswith("Ask for 8 or 12,")


def test_the_reasons_have_the_numbers() -> None:
    plan = planned(ask(L70, concurrency=2))
    about = [one.about for one in plan.reasons]
    assert about[0] == "accelerator"
    assert list(dict.fromkeys(about)) == [
        "accelerator", "runtime", "weights", "parallelism", "context", "cache", "replicas", "pod",
    ]  # fmt: skip
    text = " ".join(one.text for one in plan.reasons)
    assert "72.0 of 80.0 GiB" in text
    assert "On 2 cards, 2 x 131072 tokens would take up to" in text
    assert "it divides 64 query heads and 8 key-value heads" in text
    assert "131072 tokens, the model's own" in text


def test_a_context_is_shortened_to_what_fits() -> None:
    plan = planned(ask("qwen2.5-7b-instruct", pool=pool("l4", 1, 1, 16, 64), concurrency=2))
    assert plan.context % 1024 == 0
    assert 8192 <= plan.context < 32768
    assert any("the model's own, 32768, does not fit 1 card." in one.text for one in plan.reasons)


def test_small_cards_leave_room_for_graphs() -> None:
    assert planned(ask("qwen2.5-0.5b-instruct", pool=pool("t4", 4, 1, 8, 32))).utilization == 0.83


def test_what_a_pod_asks_for_stays_within_its_part_of_the_node() -> None:
    plan = planned(ask(pool=pool("l4", 16, 4, 16, 128)))
    assert (plan.memory.host, plan.cpu) == (24 * GIB, 3)
    eight = planned(ask("deepseek-r1", pool=pool("h200-141gb", 8, 8, 96, 1024)))
    assert eight.memory.host <= 1024 * GIB * 9 // 10
    assert eight.shm == 32 * GIB


def test_processors_have_their_node_for_weights_and_cache() -> None:
    plan = planned(ask("qwen2.5-0.5b-instruct", pool=pool("cpu", 8, 1, 32, 64), context=4096, concurrency=8))
    assert (plan.tensor, plan.utilization, plan.shm, plan.cpu) == (1, 1.0, 0, 8)
    assert plan.sequences == 8
    assert plan.memory.total.high <= plan.memory.host < plan.memory.total.high + GIB
