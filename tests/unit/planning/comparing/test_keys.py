"""An API key goes to its own service, and is written nowhere, whatever a server does with it."""

from __future__ import annotations

import html
import json
import urllib.parse
from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.planning.comparing.server import Pod, Server, Talk
from tests.unit.planning.comparing.test_compare import echo, prompt_of

Serve = Callable[[Callable[[Talk, dict[str, Any]], None]], Server]

KEY = 'sk-live/<0>&"4711"\\fin'
OTHER = "sk-other-0815"


def forms(key: str) -> set[str]:
    return {key, json.dumps(key)[1:-1], html.escape(key), urllib.parse.quote(key, ""), key.replace("/", "\\/")}


def test_a_key_goes_to_its_own_service_alone(pod: Pod, serve: Serve) -> None:
    first, second, third = serve(echo), serve(echo), serve(echo)
    pod.service("first", first, "HYDRA_KEY_0")
    pod.service("second", second, "HYDRA_KEY_1")
    pod.service("third", third)
    pod.ask("one")
    assert pod.go(HYDRA_KEY_0=KEY + "\n", HYDRA_KEY_1=OTHER)[0] == 0
    seen = [{one.key for one in server.requests} for server in (first, second, third)]
    assert seen == [{f"Bearer {KEY}"}, {f"Bearer {OTHER}"}, {""}]


def answer_with_it(talk: Talk, body: dict[str, Any]) -> None:
    talk.say(f"your key is {KEY}, and {OTHER}", finish=KEY, reasoning_content=KEY)


def stream_it_in_pieces(talk: Talk, body: dict[str, Any]) -> None:
    talk.stream(["your key is ", *KEY, {"reasoning": KEY[:5]}, {"reasoning": KEY[5:]}])


def stream_it_as_an_error(talk: Talk, body: dict[str, Any]) -> None:
    talk.stream(["x", {"error": {"message": f"bad key {KEY}"}}], done=False)


def refuse_with_it(talk: Talk, body: dict[str, Any]) -> None:
    talk.refuse(404, f"wrong key {KEY}")


def refuse_with_it_at_the_cut(talk: Talk, body: dict[str, Any]) -> None:
    talk.refuse(404, "x" * (495 - len(KEY) // 2) + KEY * 3)


def refuse_with_nothing_else(talk: Talk, body: dict[str, Any]) -> None:
    talk.raw((KEY * 6000).encode(), 404)


def echo_the_head(talk: Talk, body: dict[str, Any]) -> None:
    talk.raw(f"<h1>{html.escape(str(talk.headers))}</h1>".encode(), 500, Content_Type="text/html")


def escape_it_in_broken_json(talk: Talk, body: dict[str, Any]) -> None:
    talk.raw(json.dumps({"message": KEY})[:-1].replace("/", "\\/").encode(), 500)


def answer_with_it_at_the_cut(talk: Talk, body: dict[str, Any]) -> None:
    talk.stream(["x" * (200_000 - len(KEY) // 2), KEY, "y"])


def break_the_protocol_with_it(talk: Talk, body: dict[str, Any]) -> None:
    talk.wfile.write(f"{KEY}\r\n\r\n".encode())
    talk.close_connection = True


@pytest.mark.parametrize(
    "does",
    [
        answer_with_it,
        stream_it_in_pieces,
        stream_it_as_an_error,
        refuse_with_it,
        refuse_with_it_at_the_cut,
        refuse_with_nothing_else,
        echo_the_head,
        escape_it_in_broken_json,
        answer_with_it_at_the_cut,
        break_the_protocol_with_it,
    ],
)
def test_a_server_that_gives_the_key_away_does_not_make_it_known(
    pod: Pod, serve: Serve, does: Callable[[Talk, dict[str, Any]], None]
) -> None:
    server = serve(lambda talk, body: does(talk, body) if prompt_of(body) == "leak" else echo(talk, body))
    pod.service("chat", server, "HYDRA_KEY_0")
    pod.service("also", serve(echo), "HYDRA_KEY_1")
    pod.told["attempts"] = 2
    pod.ask("leak", "good")
    status, output = pod.go(HYDRA_KEY_0=KEY, HYDRA_KEY_1=OTHER)
    assert status == 0
    assert "Traceback" not in output
    everything = output + pod.written()
    for key in (*forms(KEY), *forms(OTHER)):
        assert key not in everything
        assert not everything.rstrip().endswith(key[:8])
    for shown in [text for one in pod.column("chat") for text in (one.get("text", ""), one.get("error", ""))]:
        assert not any(shown.endswith(KEY[:length]) for length in range(4, len(KEY) + 1))


def test_no_half_of_a_long_key_is_left_where_a_response_is_cut(pod: Pod, serve: Serve) -> None:
    key = "sk-" + "".join(map(str, range(1000, 1300)))
    pod.service("chat", serve(lambda talk, _: talk.raw(key.encode() * 100, 404)), "HYDRA_KEY_0")
    pod.ask("one")
    status, output = pod.go(HYDRA_KEY_0=key)
    assert status == 1
    assert key[:20] not in output + pod.written()
    assert pod.column("chat", ".partial")[0]["error"].startswith("404: ***")


def test_a_redirect_is_not_followed(pod: Pod, serve: Serve) -> None:
    elsewhere = serve(echo)
    moved = serve(
        lambda talk, body: talk.raw(b"", 307, Location=f"http://localhost:{elsewhere.server_port}/v1/chat/completions")
    )
    pod.service("chat", moved, "HYDRA_KEY_0")
    pod.ask("one")
    assert pod.go(HYDRA_KEY_0=KEY)[0] == 1
    assert pod.column("chat", ".partial")[0]["error"] == "a redirect (307), which is not followed"
    assert not elsewhere.requests


def test_no_proxy_of_the_environment_sees_the_key(pod: Pod, serve: Serve) -> None:
    proxy = serve(echo)
    pod.service("chat", serve(echo), "HYDRA_KEY_0")
    pod.ask("one")
    assert pod.go(HYDRA_KEY_0=KEY, http_proxy=proxy.url, HTTP_PROXY=proxy.url, all_proxy=proxy.url)[0] == 0
    assert not proxy.requests


@pytest.mark.parametrize("value", [None, "", "two\nlines", "schl\u00fcssel"])
def test_a_key_that_no_header_carries_is_an_error_that_does_not_show_it(
    pod: Pod, serve: Serve, value: str | None
) -> None:
    server = serve(echo)
    pod.service("chat", server, "HYDRA_KEY_0")
    pod.ask("one")
    status, output = pod.go(**({} if value is None else {"HYDRA_KEY_0": value}))
    assert status == 1
    assert "HYDRA_KEY_0" in output
    assert not value or not any(part in output for part in value.split())
    assert "Traceback" not in output
    assert not server.requests


def test_a_refused_key_is_not_waited_for(pod: Pod, serve: Serve) -> None:
    server = serve(echo)
    server.lists = lambda talk: talk.refuse(401, f"wrong key {KEY}")
    pod.service("chat", server, "HYDRA_KEY_0")
    pod.told["wait_seconds"] = 600
    pod.ask("one")
    status, output = pod.go(HYDRA_KEY_0=KEY)
    assert status == 1
    assert "chat: it refuses the key (401)" in output
    assert KEY not in output + pod.written()
