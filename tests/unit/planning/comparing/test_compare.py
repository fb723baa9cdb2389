"""What is asked of whom, what is measured, and what is written when."""

from __future__ import annotations

import itertools
import json
import re
import signal
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from compiler.planning.comparing.compare import holds, percentiles
from compiler.planning.comparing.script import COMPARE, COMPARE_DIGEST
from tests.unit.planning.comparing.server import DIGEST, Pod, Server, Talk

Serve = Callable[[Callable[[Talk, dict[str, Any]], None]], Server]


def prompt_of(body: dict[str, Any]) -> str:
    text: str = body["messages"][-1]["content"]
    return text


def echo(talk: Talk, body: dict[str, Any]) -> None:
    talk.stream(["You said: ", prompt_of(body)], tokens=5)


def test_the_text_may_lie_in_a_config_map_that_flux_applies() -> None:
    assert not re.search(r"\$[$({]", COMPARE)
    assert COMPARE.isascii()
    assert "\t" not in COMPARE
    assert " \n" not in COMPARE
    assert len(COMPARE_DIGEST) == len(DIGEST)


def test_answers_stand_side_by_side_in_the_order_of_questions_and_services(pod: Pod, serve: Serve) -> None:
    def slow_first(talk: Talk, body: dict[str, Any]) -> None:
        time.sleep(0.3 if prompt_of(body) == "1" else 0)
        echo(talk, body)

    pod.service("slow", serve(slow_first))
    pod.service("quick", serve(echo))
    pod.ask(*map(str, range(1, 7)))
    status, output = pod.go()
    assert (status, output.splitlines()[-1]) == (0, f"hydra: {pod.run}/ready.json written")
    rows = pod.report()["questions"]
    assert [row["id"] for row in rows] == list("123456")
    for number, row in enumerate(rows, 1):
        assert [(one["service"], one["text"]) for one in row["answers"]] == [
            ("slow", f"You said: {number}"),
            ("quick", f"You said: {number}"),
        ]
    assert json.loads((pod.run / "ready.json").read_text()) == {"run": DIGEST, "of": pod.told["of"]}
    assert sorted(path.name for path in pod.run.iterdir()) == ["answers.json", "index.html", "lock", "ready.json"]
    assert pod.report()["totals"] == {"questions": 6, "answered": 12, "failed": 0}


def test_each_service_is_asked_with_its_own_model_and_all_parameters(pod: Pod, serve: Serve) -> None:
    server = serve(echo)
    pod.service("chat", server)
    pod.told["parameters"] = {"temperature": 0.5, "model": "other", "stream": False, "stop": ["\n"]}
    pod.ask("hello")
    assert pod.go()[0] == 0
    assert server.asked == [
        {
            "temperature": 0.5,
            "stop": ["\n"],
            "model": "chat-model",
            "messages": [{"role": "user", "content": "hello"}],
            "stream": True,
            "stream_options": {"include_usage": True},
        }
    ]
    assert {one.path for one in server.requests} == {"/v1/models", "/v1/chat/completions"}


def test_a_question_is_a_text_a_prompt_or_messages(pod: Pod, serve: Serve) -> None:
    server = serve(echo)
    pod.service("chat", server)
    pod.told["parallel"] = 1
    talk = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}, {"role": "user", "content": "c"}]
    pod.ask("plain", {"prompt": "two", "system": "be brief", "id": 7, "reference": 4}, {"messages": talk, "id": "x"})
    file = pod.root / "questions.jsonl"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n") + b"\n\n")
    assert pod.go()[0] == 0
    brief = [{"role": "system", "content": "be brief"}, {"role": "user", "content": "two"}]
    assert [body["messages"] for body in server.asked] == [[{"role": "user", "content": "plain"}], brief, talk]
    rows = pod.report()["questions"]
    assert [(row["id"], row.get("reference")) for row in rows] == [("1", None), ("7", "4"), ("x", None)]


@pytest.mark.parametrize(
    "line",
    ["{", "[]", "3", "{}", '{"messages": []}', '{"messages": [{"role": "user"}]}', '{"prompt": null}', "null"],
)
def test_a_line_that_is_no_question_ends_it_before_anyone_is_asked(pod: Pod, serve: Serve, line: str) -> None:
    server = serve(echo)
    pod.service("chat", server)
    pod.ask("fine")
    with (pod.root / "questions.jsonl").open("a") as file:
        file.write(line + "\n")
    status, output = pod.go()
    assert status == 1
    assert "line 2 of" in output
    assert "Traceback" not in output
    assert not server.requests


def test_no_questions_at_all_are_an_error(pod: Pod, serve: Serve) -> None:
    pod.service("chat", serve(echo))
    pod.ask()
    assert pod.go()[0] == 1
    (pod.root / "questions.jsonl").unlink()
    status, output = pod.go()
    assert status == 1
    assert "Traceback" not in output


def test_time_to_first_token_and_tokens_a_second_are_measured(pod: Pod, serve: Serve) -> None:
    pod.service("chat", serve(lambda talk, _: talk.stream(["a", "b", "c", "d"], tokens=40, pause=0.1)))
    pod.ask("one")
    assert pod.go()[0] == 0
    (answer,) = pod.column("chat")
    assert 0.1 <= answer["first_token_seconds"] < 0.3
    assert answer["first_token_seconds"] + 0.25 < answer["latency_seconds"]
    assert answer["completion_tokens"] == 40
    assert answer["prompt_tokens"] == 7
    assert answer["tokens_per_second"] == pytest.approx(40 / answer["latency_seconds"], rel=0.01)
    (service,) = pod.report()["services"]
    assert service["latency_seconds"] == dict.fromkeys(("p50", "p90", "p99"), answer["latency_seconds"])
    assert service["first_token_seconds"]["p50"] == answer["first_token_seconds"]
    assert service["tokens_per_second"] == pytest.approx(answer["tokens_per_second"], rel=0.01)


def test_percentiles_are_values_that_were_measured() -> None:
    assert percentiles([float(value) for value in range(100, 0, -1)]) == {"p50": 50.0, "p90": 90.0, "p99": 99.0}
    assert percentiles([3.0]) == {"p50": 3.0, "p90": 3.0, "p99": 3.0}
    assert percentiles([]) == {"p50": None, "p90": None, "p99": None}


def test_reasoning_is_kept_apart_and_counts_as_the_first_token(pod: Pod, serve: Serve) -> None:
    pieces = [{"reasoning_content": "let me "}, {"reasoning_content": "think"}, "42"]
    pod.service("streams", serve(lambda talk, _: talk.stream(pieces, pause=0.1)))
    pod.service("plain", serve(lambda talk, _: talk.say("42", reasoning="let me think")))
    pod.ask("one")
    assert pod.go()[0] == 0
    first, second = pod.column("streams")[0], pod.column("plain")[0]
    assert (first["text"], first["reasoning"]) == (second["text"], second["reasoning"]) == ("42", "let me think")
    assert first["first_token_seconds"] < 0.25
    assert second["first_token_seconds"] is None


def test_a_server_that_ignores_streaming_is_read_in_one_piece(pod: Pod, serve: Serve) -> None:
    pod.service("chat", serve(lambda talk, _: talk.say("whole", tokens=3, finish="length")))
    pod.ask("one")
    assert pod.go()[0] == 0
    (answer,) = pod.column("chat")
    assert (answer["text"], answer["finish"], answer["completion_tokens"]) == ("whole", "length", 3)


@pytest.mark.parametrize("refused", ["stream", "stream_options"])
def test_a_form_that_is_refused_once_is_not_tried_again(pod: Pod, serve: Serve, refused: str) -> None:
    def picky(talk: Talk, body: dict[str, Any]) -> None:
        if refused in body:
            talk.refuse(400, f"unknown field {refused}")
        elif body.get("stream"):
            talk.stream(["fine"])
        else:
            talk.say("fine")

    server = serve(picky)
    pod.service("chat", server)
    pod.told["parallel"] = 1
    pod.ask("one", "two", "three")
    assert pod.go()[0] == 0
    assert [one["text"] for one in pod.column("chat")] == ["fine"] * 3
    assert [one["attempts"] for one in pod.column("chat")] == [1] * 3
    assert sum(refused in body for body in server.asked) == (2 if refused == "stream" else 1)


def test_busy_and_broken_servers_are_asked_again(pod: Pod, serve: Serve) -> None:
    turn = itertools.count()

    def moody(talk: Talk, body: dict[str, Any]) -> None:
        match next(turn):
            case 0:
                talk.refuse(429, "slow down", Retry_After="1")
            case 1:
                talk.refuse(503, "loading")
            case 2:
                talk.connection.shutdown(socket.SHUT_RDWR)
            case 3:
                talk.stream(["half of an ans"], done=False)
            case _:
                echo(talk, body)

    pod.service("chat", serve(moody))
    pod.ask("one")
    begun = time.monotonic()
    assert pod.go()[0] == 0
    assert time.monotonic() - begun > 1, "Retry-After was not heeded"
    (answer,) = pod.column("chat")
    assert (answer["text"], answer["attempts"]) == ("You said: one", 5)
    assert answer["latency_seconds"] < 1
    assert "attempt 5" in pod.page


@pytest.mark.parametrize(("status", "times"), [(500, 3), (429, 3), (404, 1), (401, 1), (302, 1)])
def test_asking_again_is_bounded_and_an_error_does_not_stop_the_rest(
    pod: Pod, serve: Serve, status: int, times: int
) -> None:
    def one_fails(talk: Talk, body: dict[str, Any]) -> None:
        if prompt_of(body) == "bad":
            talk.refuse(status, "the model <b>fell</b> over")
        else:
            echo(talk, body)

    server = serve(one_fails)
    pod.service("chat", server)
    pod.told["attempts"] = 3
    pod.ask("good", "bad", "better")
    assert pod.go()[0] == 0
    assert sum(prompt_of(body) == "bad" for body in server.asked) == times
    good, bad, better = pod.column("chat")
    assert (good["text"], better["text"]) == ("You said: good", "You said: better")
    assert str(status) in bad["error"]
    (service,) = pod.report()["services"]
    assert (service["answered"], service["failed"], service["errors"]) == (2, 1, {bad["error"]: 1})
    assert "<b>fell" not in pod.page


def test_a_stream_that_reports_an_error_is_no_answer(pod: Pod, serve: Serve) -> None:
    def fails(talk: Talk, body: dict[str, Any]) -> None:
        if prompt_of(body) == "bad":
            talk.stream(["half", {"error": {"message": "out of memory", "code": 500}}], done=False)
        else:
            echo(talk, body)

    pod.service("chat", serve(fails))
    pod.told["attempts"] = 2
    pod.ask("bad", "good")
    assert pod.go()[0] == 0
    assert pod.column("chat")[0] == {
        "service": "chat",
        "error": "the stream reports: out of memory",
        "attempts": 2,
    }


@pytest.mark.parametrize("kind", ["silent", "drips", "drips a line", "ends late"])
def test_a_server_that_hangs_is_given_up_in_time(pod: Pod, serve: Serve, kind: str) -> None:
    def hangs(talk: Talk, body: dict[str, Any]) -> None:
        if prompt_of(body) != "hang":
            echo(talk, body)
            return
        if kind == "silent":
            time.sleep(30)
        if kind == "ends late":
            talk.begin_stream()
            talk.event({"choices": [{"delta": {"content": "x"}, "finish_reason": "stop"}]})
            time.sleep(30)
        talk.begin_stream()
        for _ in range(300):
            talk.chunk(b"x" if kind == "drips a line" else b": still here\n\n")
            time.sleep(0.1)

    pod.service("chat", serve(hangs))
    pod.told["timeout_seconds"] = 1
    pod.ask("hang", "good")
    begun = time.monotonic()
    assert pod.go()[0] == 0
    assert time.monotonic() - begun < 10
    hung, good = pod.column("chat")
    assert hung["error"] == "no whole answer within 1 s"
    assert good["text"] == "You said: good"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b"null",
        b"[" * 100_000,
        b'{"choices": []}',
        b'{"choices": [{"message": "text"}]}',
        b'{"choices": {"0": 1}}',
        b'{"choices": [1' + b"0" * 10_000 + b"]}",
        b"\xff\xfe\x00",
        b'{"error": {"error": {"message": {}}}}',
    ],
)
def test_nonsense_is_an_error_of_that_answer(pod: Pod, serve: Serve, body: bytes) -> None:
    pod.service("odd", serve(lambda talk, asked: talk.raw(body) if prompt_of(asked) == "bad" else echo(talk, asked)))
    pod.told["attempts"] = 2
    pod.ask("bad", "good")
    status, output = pod.go()
    assert status == 0
    assert "Traceback" not in output
    assert "error" in pod.column("odd")[0]


def test_odd_values_in_an_answer_are_left_out(pod: Pod, serve: Serve) -> None:
    usage = {"completion_tokens": "many", "prompt_tokens": -1}
    odd = {"choices": [{"message": {"content": None}, "finish_reason": 3}], "usage": usage}
    pod.service("odd", serve(lambda talk, _: talk.plain(odd)))
    pod.service("surrogate", serve(lambda talk, _: talk.say("half \ud800 a sign", tokens=0)))
    pod.ask("one")
    status, output = pod.go()
    assert (status, "Traceback" in output) == (0, False)
    (answer,) = pod.column("odd")
    assert (answer["text"], answer["finish"], answer["completion_tokens"]) == ("", None, None)
    assert pod.column("surrogate")[0]["text"] == "half ? a sign"
    assert "(empty)" in pod.page


def test_the_size_of_an_answer_is_bounded(pod: Pod, serve: Serve) -> None:
    def never_ends(talk: Talk, body: dict[str, Any]) -> None:
        talk.begin_stream()
        while True:
            talk.chunk(b":" * (1 << 20))

    pod.service("long", serve(lambda talk, _: talk.stream(["words " * 20_000] * 4)))
    pod.service("endless", serve(never_ends))
    pod.service("fine", serve(echo))
    pod.told["attempts"] = 1
    pod.ask("one")
    assert pod.go()[0] == 1
    (answer,) = pod.column("long", ".partial")
    assert len(answer["text"]) == 200_000
    assert answer["finish"] == "cut after 200000 characters"
    assert "longer than" in pod.column("endless", ".partial")[0]["error"]


def test_it_waits_until_a_service_lists_its_models_and_says_so(pod: Pod, serve: Serve) -> None:
    turn = itertools.count()
    late = serve(echo)
    late.lists = lambda talk: talk.refuse(503, "loading") if next(turn) < 2 else talk.plain({})
    pod.service("late", late)
    pod.ask("one")
    status, output = pod.go()
    assert status == 0
    assert f"hydra: waiting for late at {late.url}/models: it answers 503" in output
    assert output.count("waiting for") == 1
    assert [bool(one.body) for one in late.requests] == [False, False, False, True]


def test_a_service_that_never_answers_fails_the_run_and_leaves_what_there_is(pod: Pod, serve: Serve) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    pod.service("chat", serve(echo))
    pod.service("gone", f"http://127.0.0.1:{port}/v1")
    pod.told["wait_seconds"] = 1
    pod.ask("one")
    status, output = pod.go()
    assert status == 1
    assert "no answer at all from gone" in output
    assert "not ready within 1 s: no connection" in pod.column("gone", ".partial")[0]["error"]
    assert pod.column("chat", ".partial")[0]["text"] == "You said: one"
    assert sorted(path.name for path in pod.run.iterdir()) == ["answers.partial.json", "index.partial.html", "lock"]
    back = Server(echo)
    pod.services[1]["url"] = back.url
    assert pod.go()[0] == 0
    assert sorted(path.name for path in pod.run.iterdir()) == ["answers.json", "index.html", "lock", "ready.json"]
    back.shutdown()
    back.server_close()


def test_a_run_that_has_its_marker_asks_nothing(pod: Pod, serve: Serve) -> None:
    server = serve(echo)
    pod.service("chat", server)
    pod.ask("one")
    assert pod.go()[0] == 0
    before = {path: path.stat().st_mtime_ns for path in pod.run.iterdir()}
    asked = len(server.requests)
    status, output = pod.go()
    assert (status, "nothing to ask" in output) == (0, True)
    assert len(server.requests) == asked
    assert {path: path.stat().st_mtime_ns for path in pod.run.iterdir()} == before


def test_two_pods_at_once_ask_once(pod: Pod, serve: Serve) -> None:
    def slow(talk: Talk, body: dict[str, Any]) -> None:
        time.sleep(0.5)
        echo(talk, body)

    server = serve(slow)
    pod.service("chat", server)
    pod.ask("one")
    first, second = pod.start(), pod.start()
    assert [first.wait(30), second.wait(30)] == [0, 0]
    first.communicate()
    second.communicate()
    assert len(server.asked) == 1


def test_a_service_is_asked_no_more_at_once_than_allowed(pod: Pod, serve: Serve) -> None:
    running, most, guard = [0], [0], threading.Lock()

    def counted(talk: Talk, body: dict[str, Any]) -> None:
        with guard:
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.1)
        with guard:
            running[0] -= 1
        echo(talk, body)

    pod.service("chat", serve(counted))
    pod.told["parallel"] = 3
    pod.ask(*map(str, range(12)))
    assert pod.go()[0] == 0
    assert most == [3]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_at_once_without_a_marker(pod: Pod, serve: Serve, number: signal.Signals) -> None:
    server = serve(lambda talk, body: time.sleep(30))
    pod.service("chat", server)
    pod.ask("one", "two")
    process = pod.start()
    server.await_requests(3)
    begun = time.monotonic()
    process.send_signal(number)
    assert process.wait(30) == 128 + number
    assert time.monotonic() - begun < 2
    process.communicate()
    assert [path.name for path in pod.run.iterdir()] == ["lock"]


@pytest.mark.parametrize(
    ("answer", "reference", "held"),
    [
        ("The capital is **Paris**.", "paris", True),
        ("I have 14 apples", "4", False),
        ("Der Preis: 4,50 EUR", "4,50", True),
        ("anything", "...", None),
        ("", "x", False),
    ],
)
def test_a_reference_is_looked_for_by_its_words(answer: str, reference: str, held: bool | None) -> None:
    assert holds(answer, reference) is held
