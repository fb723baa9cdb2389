"""All that is wanted, a few at a time: in order, told as it goes, and not spoilt by one that fails."""

from __future__ import annotations

import pkgutil
import threading
import time
from pathlib import Path

import pytest

import compiler.lock.resolvers as package
from compiler.lock import resolving
from compiler.lock.resolvers.registry import resolvers
from compiler.lock.resolving import resolve
from tests.unit.lock.asking import alone, want
from tests.unit.lock.servers import QUICK, Asked, InTurn, Reply, as_json, serving


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    alone(monkeypatch, tmp_path)


def test_a_system_is_a_file() -> None:
    shared = {"base", "registry"}
    assert set(resolvers()) == {one.name for one in pkgutil.iter_modules(package.__path__)} - shared
    assert set(resolvers()) == {"git", "huggingface", "modelscope", "oci"}


def test_answers_come_in_the_order_of_the_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(asked: Asked) -> Reply:
        number = int(asked.path.split("/")[4])
        return as_json({"sha": f"{number:040x}"}, 404 if number == 7 else 200)._replace(pause=0.05 * (number % 3))

    told: list[str] = []
    with serving(answer) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        found = resolve(
            [want("huggingface", f"org/{number}") for number in range(20)], tell=told.append, patience=QUICK
        )
    assert [one.value for one in found] == [f"{number:040x}" if number != 7 else None for number in range(20)]
    assert [one.why.code.id for one in found if one.why] == ["HYD670"]
    assert told[0] == "0 of 20 resolved, asking for huggingface:org/0@"
    assert any(line.startswith("1") for line in told)


def test_some_are_asked_at_once_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    lock, now, most = threading.Lock(), [0], [0]

    def answer(asked: Asked) -> Reply:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        time.sleep(0.03)
        with lock:
            now[0] -= 1
        return as_json({"sha": "1" * 40})

    with serving(answer) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        resolve([want("huggingface", f"org/{number}") for number in range(40)], tell=lambda _: None, patience=QUICK)
    assert 1 < most[0] <= resolving.AT_ONCE


def test_a_machine_without_a_network_learns_it_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(InTurn(Reply())) as gone:
        pass
    monkeypatch.setenv("HF_ENDPOINT", gone.url)
    start = time.monotonic()
    found = resolve(
        [want("huggingface", f"org/{number}") for number in range(200)], tell=lambda _: None, patience=QUICK
    )
    assert {one.why.code.id for one in found if one.why} == {"HYD672"}
    assert len([one for one in found if one.why]) == 200
    assert time.monotonic() - start < 20


def test_a_server_that_hangs_does_not_hold_up_for_each_name(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(InTurn(Reply(pause=30))) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        start = time.monotonic()
        resolve([want("huggingface", f"org/{number}") for number in range(100)], tell=lambda _: None, patience=QUICK)
        assert time.monotonic() - start < 20


def test_whoever_interrupts_does_not_wait_for_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: str) -> None:
        raise KeyboardInterrupt

    with serving(InTurn(Reply(pause=30))) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        start = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            resolve([want("huggingface", "a/b")], tell=interrupt, patience=QUICK)
        assert time.monotonic() - start < 10


def test_nothing_wanted_is_nothing_asked() -> None:
    assert resolve([], tell=lambda _: pytest.fail("nothing is done")) == []
