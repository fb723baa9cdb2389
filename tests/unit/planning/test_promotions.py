"""Which run is served: the one in the lock, else the one of the last commit, else the current one."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from compiler.emission.served import Served
from compiler.linking.artifact import Key
from compiler.linking.program import Program
from compiler.linking.promotion import Promotion
from compiler.linking.workload import Finetune, Reference
from compiler.planning.finetuning.runs import run_of_finetune
from compiler.planning.promotions import current_run, promoted, run_served, served
from compiler.planning.runs import run_of
from compiler.source.document import Origin
from tests.unit.planning.test_finetunes import of

CHAT = "bot/services/chat"
LORA = "bot/finetunes/lora"
OLD = Promotion(LORA, "6h8828fk56", "merged")
OTHER = Promotion(LORA, "7h8828fk56", "model")


class Consumer(NamedTuple):
    """Something that serves."""

    key: Key
    of: str
    origin: Origin
    references: tuple[Reference, ...]
    held: bool = True


def program(root: Path, *roles: str, held: bool = True, **patch: Any) -> Program:
    """A program whose fine-tuning is served in some roles."""
    linked = of(root, **{"output": {"merge": True}, **patch})
    lora = linked.finetune("lora")
    references = tuple(Reference(role, "model", "lora", lora.key, lora.origin) for role in roles or ("model",))
    chat: Any = Consumer(("bot", "chat"), CHAT, lora.origin, references, held)
    links = {**linked.program.links, **{(CHAT, one.role): lora for one in references}}
    return linked.program._replace(workloads=(*linked.program.workloads, chat), links=links)


def finetune(linked: Program) -> Finetune:
    (one,) = (one for one in linked.workloads if isinstance(one, Finetune))
    return one


def committed(promotion: Promotion, consumer: str = CHAT) -> list[Served]:
    return [Served("prod", consumer, promotion)]


def test_what_was_never_committed_serves_the_current_run(tmp_path: Path) -> None:
    linked = program(tmp_path)
    staged = promoted(linked, {}, [])
    current = Promotion(LORA, run_of_finetune(finetune(linked), linked), "merged")
    assert (staged.value.promotions, staged.found) == ({}, [])
    assert run_served(staged.value, CHAT, finetune(linked)) == current
    assert served(staged.value) == (Served("prod", CHAT, current),)


def test_what_is_committed_is_held_where_another_run_is_asked_for(tmp_path: Path) -> None:
    staged = promoted(program(tmp_path), {}, committed(OLD))
    assert staged.value.promotions == {(CHAT, LORA): OLD}
    assert [one.code.id for one in staged.found] == ["HYD561"]
    assert served(staged.value) == (Served("prod", CHAT, OLD),)


def test_what_is_committed_and_current_needs_no_entry(tmp_path: Path) -> None:
    linked = program(tmp_path)
    same = current_run(finetune(linked), linked)._replace(result="adapter", base="2222222222")
    staged = promoted(linked, {}, committed(same))
    assert (staged.value.promotions, staged.found) == ({}, [])
    assert served(staged.value)[0].promotion.result == "merged"


def test_the_lock_comes_before_the_commit(tmp_path: Path) -> None:
    assert promoted(program(tmp_path), {(CHAT, LORA): OTHER}, committed(OLD)).value.promotions == {(CHAT, LORA): OTHER}


def test_an_entry_of_the_current_run_stays_without_a_word(tmp_path: Path) -> None:
    linked = program(tmp_path)
    entry = {(CHAT, LORA): current_run(finetune(linked), linked)}
    staged = promoted(linked, entry, committed(OLD))
    assert (staged.value.promotions, staged.found) == (entry, [])


@pytest.mark.parametrize("key", [("bot/services/other", LORA), (CHAT, "bot/finetunes/other")])
def test_entries_and_records_of_others_do_not_count(key: tuple[str, str], tmp_path: Path) -> None:
    other = OLD._replace(of=key[1])
    staged = promoted(program(tmp_path), {key: other}, committed(other, key[0]))
    assert (staged.value.promotions, staged.found) == ({}, [])


def test_what_is_not_held_serves_nothing(tmp_path: Path) -> None:
    staged = promoted(program(tmp_path, held=False), {(CHAT, LORA): OLD}, committed(OLD))
    assert (staged.value.promotions, served(staged.value)) == ({}, ())


def test_an_adapter_knows_the_data_of_its_base(tmp_path: Path) -> None:
    linked = program(tmp_path, output={"merge": False})
    current = current_run(finetune(linked), linked)
    (base,) = (one for one in linked.artifacts if one.of == "bot/models/base")
    assert current[2:] == ("adapter", run_of(base).digest)


def test_beside_a_model_a_merged_adapter_is_an_adapter_and_told_once(tmp_path: Path) -> None:
    linked = program(tmp_path, "adapter-0", "adapter-1", output={"merge": True})
    ((_, _, promotion),) = served(linked)
    assert (promotion.result, bool(promotion.base)) == ("adapter", True)
    assert current_run(finetune(linked), linked).result == "merged"


def test_a_full_fine_tuning_is_a_model(tmp_path: Path) -> None:
    linked = program(tmp_path, method="full")
    assert current_run(finetune(linked), linked)[2:] == ("model", "")


def test_of_two_sides_of_a_merge_the_later_counts(tmp_path: Path) -> None:
    both = [*committed(OTHER), *committed(OLD)]
    assert promoted(program(tmp_path), {}, both).value.promotions == {(CHAT, LORA): OLD}
