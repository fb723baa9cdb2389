"""Asking servers: patience, limits, redirects, proxies, and credentials for nobody else."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from compiler.lock.answer import Answer
from compiler.lock.asking import MOST_BYTES, Asker, host_of, seconds
from compiler.lock.resolver_problems import Unresolved
from tests.certificates import certificates
from tests.unit.lock.asking import alone
from tests.unit.lock.servers import QUICK, Answering, InTurn, Reply, Server, as_json, proxy, serving

SECRET = {"Authorization": "Bearer a-secret-token"}
FINE = as_json({"sha": "1" * 40})


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    alone(monkeypatch, tmp_path)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(InTurn(FINE)) as one:
        yield one


def failure(url: str, asker: Asker | None = None, most: int = MOST_BYTES) -> Unresolved:
    with pytest.raises(Unresolved) as caught:
        (asker or Asker(QUICK)).ask(url, most=most)
    return caught.value


def said(server: Server, answers: Answering, most: int = MOST_BYTES) -> str:
    """The code and the words for a server that answers so."""
    server.answers = answers
    why = failure(server.url, most=most)
    return f"{why.code.id} {why.wrong} {why.do}".replace(server.host, "HOST")


def test_a_server_that_is_busy_is_asked_again_when_it_says(server: Server) -> None:
    server.answers = InTurn(Reply(429, headers={"Retry-After": "1"}), FINE)
    start = time.monotonic()
    assert Asker(QUICK).ask(server.url).json() == {"sha": "1" * 40}
    assert time.monotonic() - start >= 1
    assert len(server.log) == 2


def test_a_server_that_has_a_fault_for_a_moment_is_asked_again(server: Server) -> None:
    server.answers = InTurn(Reply(503), Reply(500), FINE)
    assert Asker(QUICK).ask(server.url).status == 200


def test_a_server_that_is_busy_for_ever_is_asked_a_few_times_only(server: Server) -> None:
    found = said(server, InTurn(as_json({"message": "Slow\ndown."}, 429, Retry_After="0")))
    assert found.startswith("HYD673 `HOST` takes no more requests for now (429 Too Many Requests: Slow down).")
    assert len(server.log) == QUICK.tries


@pytest.mark.parametrize("when", ["3600", "Fri, 31 Dec 2199 23:59:59 GMT"])
def test_a_pause_that_is_too_long_is_not_waited_for(server: Server, when: str) -> None:
    assert " Try again in " in said(server, InTurn(Reply(429, headers={"Retry-After": when})))
    assert len(server.log) == 1


def test_nobody_asks_again_where_no_more_requests_are_taken(server: Server) -> None:
    server.answers = InTurn(Reply(429))
    asker = Asker(QUICK)
    assert failure(server.url, asker) is failure(f"{server.url}/another", asker)
    assert len(server.log) == QUICK.tries


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_fault_that_stays_is_told_with_the_servers_words(server: Server, status: int) -> None:
    found = said(server, InTurn(as_json({"error": "database is down"}, status)))
    assert found.startswith(f"HYD673 `HOST` has a fault ({status} ")
    assert ": database is down). Try again later." in found


def test_a_server_that_hangs_is_not_waited_for_twice(server: Server) -> None:
    server.answers = InTurn(Reply(200, pause=30))
    asker, start = Asker(QUICK), time.monotonic()
    first = failure(server.url, asker)
    assert first.wrong == f"`{server.host}` does not answer within 0.5 seconds."
    assert first.code.id == "HYD672"
    asked = len(server.log)
    assert failure(server.url, asker) is first
    assert len(server.log) == asked
    assert time.monotonic() - start < 15


def test_an_answer_that_never_ends_is_left(server: Server) -> None:
    found = said(server, InTurn(Reply(200, b"x" * 500, drip=0.05)))
    assert found.startswith("HYD672 `HOST` has not ended its answer within 1 seconds.")


def test_headers_that_never_end_are_left() -> None:
    def drip(listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                peer, _ = listener.accept()
                threading.Thread(target=headers, args=(peer,), daemon=True).start()

    def headers(peer: socket.socket) -> None:
        with suppress(OSError), peer:
            peer.sendall(b"HTTP/1.1 200 OK\r\n")
            for _ in range(90):
                time.sleep(0.1)
                peer.sendall(b"X-More: 1\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=drip, args=(listener,), daemon=True).start()
        start = time.monotonic()
        found = failure(f"http://127.0.0.1:{listener.getsockname()[1]}", Asker(QUICK._replace(connect=0.2)))
    assert found.wrong.endswith("has not ended its answer within 1.2 seconds.")
    assert time.monotonic() - start < 8


def test_an_answer_that_breaks_off_is_no_answer(server: Server) -> None:
    found = said(server, InTurn(Reply(200, b'{"sha": "11', length=500)))
    assert found == "HYD672 `HOST` broke off its answer. Try again later."


def test_an_answer_that_is_too_large_is_not_read_to_its_end(server: Server) -> None:
    found = said(server, InTurn(Reply(200, b"x" * (2 << 20))), most=1 << 20)
    assert found.startswith("HYD674 The answer of `HOST` is larger than 1 MiB.")


@pytest.mark.parametrize("body", [b"<html>", b"", b"[" * 100_000, b"\xff\xfe", b'{"a": '])
def test_an_answer_that_is_not_json_is_told(body: bytes) -> None:
    with pytest.raises(Unresolved) as caught:
        Answer(200, {}, body, "hub").json()
    assert caught.value.code.id == "HYD674"


@pytest.mark.parametrize("body", [b"<html>", b"[1]", b'{"errors": [3]}', b'{"error": {"a": 1}}', b"\xff"])
def test_words_that_are_no_message_are_left_out(body: bytes) -> None:
    assert Answer(404, {}, body, "hub").told == "404 Not Found"


def test_long_words_are_cut() -> None:
    assert len(Answer(404, {}, b'{"error": "%s"}' % (b"a" * 5000), "hub").told) < 250


def test_nobody_listens() -> None:
    with serving(InTurn(FINE)) as gone:
        pass
    why = failure(gone.url)
    assert (why.code.id, why.wrong) == ("HYD672", f"There is no connection to `{gone.host}`: Connection refused.")


def test_a_name_that_nobody_knows() -> None:
    why = failure("http://hub.invalid/api")
    assert why.wrong == "The name of `hub.invalid` is not known here."


def test_what_is_no_tls_is_told(server: Server) -> None:
    why = failure(server.url.replace("http:", "https:"))
    assert (why.code.id, why.wrong) == ("HYD672", f"There is no safe connection to `{server.host}`.")


def test_a_certificate_of_an_authority_of_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(InTurn(FINE), encrypted=True) as server:
        why = failure(server.url)
        assert why.wrong == f"There is no safe connection to `{server.host}`: unable to get local issuer certificate."
        assert "`REQUESTS_CA_BUNDLE`" in why.do
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificates().authority))
        assert Asker(QUICK).ask(server.url).status == 200


def test_encryption_is_not_given_up_on_the_way(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificates().authority))
    with serving(InTurn(Reply(302, headers={"Location": server.url})), encrypted=True) as safe:
        assert failure(safe.url).wrong == f"`{safe.host}` redirects to an address without encryption."
    assert server.log == []


@pytest.mark.parametrize("target", ["ftp://hub/x", "http://", "file:///etc/passwd", "http://[::1", "//"])
def test_addresses_that_cannot_be_asked(server: Server, target: str) -> None:
    server.answers = InTurn(Reply(302, headers={"Location": target}))
    assert failure(server.url).code.id in {"HYD676", "HYD672", "HYD674"}


def test_credentials_go_along_on_the_same_server(server: Server) -> None:
    server.answers = InTurn(Reply(307, headers={"Location": "/new-name"}), FINE)
    Asker(QUICK).ask(f"{server.url}/old-name", secret=SECRET)
    assert [one.path for one in server.log] == ["/old-name", "/new-name"]
    assert server.secrets() == ["Bearer a-secret-token"] * 2


def test_credentials_do_not_go_to_another_server(server: Server) -> None:
    with serving(InTurn(FINE)) as other:
        server.answers = InTurn(Reply(302, headers={"Location": f"{other.url}/x"}))
        assert Asker(QUICK).ask(server.url, secret={**SECRET, "Cookie": "m_session_id=a-secret-token"}).status == 200
    assert server.secrets() == ["Bearer a-secret-token"]
    assert other.secrets() == [""]
    assert "Cookie" not in other.log[0].headers


def test_credentials_do_not_come_back_after_another_server(server: Server) -> None:
    with serving(InTurn(Reply(302, headers={"Location": f"{server.url}/x"}))) as other:
        server.answers = InTurn(Reply(302, headers={"Location": other.url}), FINE)
        Asker(QUICK).ask(server.url, secret=SECRET)
    assert server.secrets() == ["Bearer a-secret-token", ""]


def test_a_circle_of_redirects_ends(server: Server) -> None:
    found = said(server, InTurn(Reply(302, headers={"Location": "/"})))
    assert found.startswith("HYD674 `HOST` redirects again and again.")


def test_a_form_with_credentials_is_not_redirected(server: Server) -> None:
    server.answers = InTurn(Reply(307, headers={"Location": "/other"}), FINE)
    assert Asker(QUICK).ask(server.url, method="POST", form={"refresh_token": "x"}).status == 307
    assert len(server.log) == 1


def test_a_server_that_repeats_credentials_is_not_quoted(server: Server) -> None:
    server.answers = lambda asked: as_json({"error": f"bad: {asked.headers['Authorization']}"}, 403)
    assert Asker(QUICK).ask(server.url, secret=SECRET).told == "403 Forbidden: bad: Bearer ***"


def test_a_proxy_is_used(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(proxy({"hub.test": server.url})) as way:
        monkeypatch.setenv("HTTP_PROXY", way.url)
        assert Asker(QUICK).ask("http://hub.test/api").json() == {"sha": "1" * 40}
        monkeypatch.setenv("NO_PROXY", "hub.test")
        assert failure("http://hub.test/api").wrong == "The name of `hub.test` is not known here."
    assert [one.target for one in way.log] == ["http://hub.test/api"]


def test_a_proxy_that_is_away_is_told_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(InTurn(FINE)) as gone:
        pass
    monkeypatch.setenv("HTTP_PROXY", f"http://me:proxy-password@{gone.host}")
    why = failure("http://hub.test/api")
    assert why.wrong == "The proxy lets no request to `hub.test` through."
    assert "proxy-password" not in f"{why.wrong} {why.do}"


def test_netrc_is_used_and_does_not_replace_a_token(
    server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password pass\n", "utf-8")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    Asker(QUICK).ask(server.url)
    Asker(QUICK).ask(server.url, secret=SECRET)
    assert server.secrets() == ["Basic bWU6cGFzcw==", "Bearer a-secret-token"]


@pytest.mark.parametrize(
    ("text", "check"),
    [
        ("7", lambda found: found == 7),
        ("Wed, 21 Oct 2015 07:28:00 GMT", lambda found: found == 0),
        ("", lambda found: found is None),
        ("soon", lambda found: found is None),
        ("-1", lambda found: found is None),
    ],
)
def test_pauses_are_read_as_seconds_or_dates(text: str, check: Callable[[float | None], bool]) -> None:
    assert check(seconds(text))


def test_a_host_is_shown_without_a_login() -> None:
    assert host_of("https://me:secret@hub.acme.io:8443/a@b") == "hub.acme.io:8443"
