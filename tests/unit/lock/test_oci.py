"""Container registries: tokens, logins, and digests that are those of the content."""

from __future__ import annotations

import json
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from compiler.lock.registry_login import login_of
from compiler.lock.resolver_problems import Unresolved
from compiler.lock.resolvers.oci import image_of, scheme_of
from tests.unit.lock.asking import alone, ask, want
from tests.unit.lock.servers import INDEX, Asked, InTurn, Registry, Reply, Server, as_json, registry, serving

LOGIN = b64encode(b"me:pass-word").decode()


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    alone(monkeypatch, tmp_path)


@pytest.fixture
def public() -> Iterator[tuple[Server, Registry]]:
    with registry() as both:
        yield both


@pytest.fixture
def private() -> Iterator[tuple[Server, Registry]]:
    with registry(private=True, users={"me": "pass-word"}) as both:
        yield both


def log_in(home: Path, settings: Mapping[str, Any] | str, name: str = ".docker/config.json") -> Path:
    path = home / name
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_text(settings if isinstance(settings, str) else json.dumps(settings), "utf-8")
    return path


def helper(home: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> Path:
    """A program for credentials, `docker-credential-safe`, on the PATH."""
    path = home / "bin" / "docker-credential-safe"
    path.parent.mkdir()
    path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{path.parent}:/usr/bin:/bin")
    return path


def test_a_tag_is_the_digest_of_its_index(public: tuple[Server, Registry]) -> None:
    server, behaviour = public
    digest = behaviour.push("acme/app", "v1")
    behaviour.push("acme/app", "latest", annotations={"a": "b"})
    assert ask(want("oci", f"{server.host}/acme/app", "v1")) == digest
    assert ask(want("oci", f"{server.host}/acme/app:v1")) == digest
    assert ask(want("oci", f"{server.host}/acme/app")) == behaviour.push("acme/app", "latest", annotations={"a": "b"})


def test_an_anonymous_token_is_fetched_for_the_one_repository(public: tuple[Server, Registry]) -> None:
    server, behaviour = public
    behaviour.push("acme/app", "v1")
    ask(want("oci", f"{server.host}/acme/app", "v1"))
    assert [(one.method, one.path) for one in server.log] == [
        ("HEAD", "/v2/acme/app/manifests/v1"),
        ("GET", "/token"),
        ("HEAD", "/v2/acme/app/manifests/v1"),
    ]
    assert server.log[1].query == {"service": "registry, of tests", "scope": "repository:acme/app:pull"}
    assert server.secrets() == ["", "", "Bearer token-0-of-the-registry"]


@pytest.mark.parametrize("variable", ["HOME", "DOCKER_CONFIG", "REGISTRY_AUTH_FILE"])
def test_a_login_is_given_only_for_the_token(
    private: tuple[Server, Registry], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str
) -> None:
    server, behaviour = private
    digest = behaviour.push("acme/app", "v1")
    below = {"HOME": ".docker/config.json", "DOCKER_CONFIG": "config.json", "REGISTRY_AUTH_FILE": ""}[variable]
    log_in(tmp_path, {"auths": {server.host: {"auth": LOGIN}}}, f"there/{below}")
    monkeypatch.setenv(variable, str(tmp_path / "there"))
    assert ask(want("oci", f"{server.host}/acme/app", "v1")) == digest
    assert server.secrets() == ["", f"Basic {LOGIN}", "Bearer token-0-of-the-registry"]


def test_an_identity_token_is_exchanged(private: tuple[Server, Registry], tmp_path: Path) -> None:
    server, behaviour = private
    digest = behaviour.push("acme/app", "v1")
    log_in(tmp_path, {"auths": {server.host: {"auth": LOGIN, "identitytoken": "pass-word"}}})
    assert ask(want("oci", f"{server.host}/acme/app", "v1")) == digest
    assert server.log[1].method == "POST"
    assert b"grant_type=refresh_token" in server.log[1].body
    assert "pass-word" not in server.log[1].target


def test_a_program_for_credentials_is_asked(
    private: tuple[Server, Registry], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    server, behaviour = private
    digest = behaviour.push("acme/app", "v1")
    path = helper(tmp_path, monkeypatch, 'cat >"$0.asked"; echo \'{"Username": "me", "Secret": "pass-word"}\'')
    log_in(tmp_path, {"credHelpers": {server.host: "safe"}})
    assert ask(want("oci", f"{server.host}/acme/app", "v1")) == digest
    assert Path(f"{path}.asked").read_text("utf-8") == server.host


@pytest.mark.parametrize("script", ["exit 1", "echo no", "echo '[]'", "echo '{\"Username\": 1}'", "echo '{}'"])
def test_a_program_that_knows_nothing_is_no_login(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str) -> None:
    helper(tmp_path, monkeypatch, script)
    log_in(tmp_path, {"credsStore": "safe"})
    assert login_of("ghcr.io", {"HOME": str(tmp_path), "PATH": f"{tmp_path}/bin:/bin"}) is None


@pytest.mark.parametrize("name", ["../../bin/sh", "missing", "a b", ""])
def test_programs_that_are_none_are_not_run(tmp_path: Path, name: str) -> None:
    log_in(tmp_path, {"credsStore": name})
    assert login_of("ghcr.io", {"HOME": str(tmp_path), "PATH": "/bin"}) is None


def test_a_program_of_the_working_directory_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "docker-credential-" / "safe"
    path.parent.mkdir()
    path.write_text('#!/bin/sh\necho \'{"Username": "me", "Secret": "x"}\'\n', "utf-8")
    path.chmod(0o755)
    log_in(tmp_path, {"credsStore": "/safe"})
    monkeypatch.chdir(tmp_path)
    assert login_of("ghcr.io", {"HOME": str(tmp_path), "PATH": "/bin"}) is None


@pytest.mark.parametrize("key", ["docker.io", "https://index.docker.io/v1/"])
def test_the_login_of_docker_hub_has_a_name_of_its_own(tmp_path: Path, key: str) -> None:
    log_in(tmp_path, {"auths": {key: {"auth": LOGIN}}})
    login = login_of("docker.io", {"HOME": str(tmp_path)})
    assert login is not None
    assert (login.user, login.password) == ("me", "pass-word")


@pytest.mark.parametrize("entry", [{}, {"auth": "%"}, {"auth": "bWU="}, {"auth": 7}, [], "x", {"auth": "/w=="}])
def test_a_login_that_cannot_be_read_is_none(tmp_path: Path, entry: Any) -> None:
    log_in(tmp_path, {"auths": {"ghcr.io": entry}})
    assert login_of("ghcr.io", {"HOME": str(tmp_path)}) is None


@pytest.mark.parametrize("text", ["{", "[]", "", "\x00"])
def test_a_file_of_logins_that_is_broken_is_told(tmp_path: Path, text: str) -> None:
    log_in(tmp_path, text)
    with pytest.raises(Unresolved, match="cannot be read"):
        login_of("ghcr.io", {"HOME": str(tmp_path)})


def test_a_registry_with_passwords_alone(tmp_path: Path) -> None:
    with registry(basic=True, users={"me": "pass-word"}) as (server, behaviour):
        digest = behaviour.push("acme/app", "v1")
        found = ask(want("oci", f"{server.host}/acme/app", "v1"))
        assert found.endswith(f"\nLog in: `docker login {server.host}`.")
        log_in(tmp_path, {"auths": {server.host: {"auth": LOGIN}}})
        assert ask(want("oci", f"{server.host}/acme/app", "v1")) == digest


def test_what_is_private_says_how_to_log_in(private: tuple[Server, Registry], tmp_path: Path) -> None:
    server, behaviour = private
    behaviour.push("acme/app", "v1")
    found = ask(want("oci", f"{server.host}/acme/app", "v1")).replace(server.host, "HOST")
    assert found == (
        "HYD671\n`HOST` refuses the request (401 Unauthorized: incorrect username or password).\n"
        "Correct the name, or log in where it is private: `docker login HOST`."
    )
    log_in(tmp_path, {"auths": {server.host: {"auth": b64encode(b"me:wrong-word").decode()}}})
    found = ask(want("oci", f"{server.host}/acme/app", "v1"))
    assert "Log in anew" in found
    assert "wrong-word" not in found


def test_an_image_that_there_is_not(public: tuple[Server, Registry]) -> None:
    server, _ = public
    assert ask(want("oci", f"{server.host}/acme/app", "v9")).replace(server.host, "HOST") == (
        "HYD670\nThere is no image `HOST/acme/app:v9` (404 Not Found: manifest unknown).\nCorrect the name or the tag."
    )


@pytest.mark.parametrize("how", ["no HEAD", "no digest", "a digest that is none"])
def test_without_a_digest_the_manifest_itself_is_counted(public: tuple[Server, Registry], how: str) -> None:
    server, behaviour = public
    digest = behaviour.push("acme/app", "v1")
    behaviour.head = how != "no HEAD"
    said = {"no digest": {}, "a digest that is none": {"Docker-Content-Digest": "sha256:abc"}}

    def answer(asked: Asked) -> Reply:
        reply = behaviour(asked)
        if how in said and asked.method == "HEAD" and reply.status == 200:
            return reply._replace(headers={"Content-Type": INDEX, **said[how]})
        return reply

    server.answers = answer
    assert ask(want("oci", f"{server.host}/acme/app", "v1")) == digest
    assert server.log[-1].method == "GET"


def test_a_digest_that_is_not_that_of_the_content_is_not_taken(public: tuple[Server, Registry]) -> None:
    server, behaviour = public
    behaviour.head = False
    behaviour.push("acme/app", "v1")
    wrong = {"Content-Type": INDEX, "Docker-Content-Digest": f"sha256:{'0' * 64}"}

    def answer(asked: Asked) -> Reply:
        reply = behaviour(asked)
        return (
            reply._replace(headers=wrong)
            if reply.status == 200 and asked.method == "GET" and reply.body[:2] == b'{"' and "manifests" in asked.path
            else reply
        )

    server.answers = answer
    assert (
        ask(want("oci", f"{server.host}/acme/app", "v1"))
        .replace(server.host, "HOST")
        .startswith("HYD674\nThe manifest of `HOST/acme/app:v1` has not the digest that `HOST` gives it.")
    )


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, b"<html>", {"Content-Type": "text/html"}),
        Reply(200, b"{}"),
        Reply(200, b"not json", {"Content-Type": INDEX}),
        Reply(200, b"x" * (5 << 20), {"Content-Type": INDEX}),
        Reply(200, b"{}", {"Content-Type": "application/vnd.docker.distribution.manifest.v1+prettyjws"}),
        Reply(401),
        as_json({}, 401, WWW_Authenticate="Negotiate"),
        as_json({}, 401, WWW_Authenticate='Bearer realm="http://tokens.invalid/token"'),
        as_json({}, 401, WWW_Authenticate='Bearer realm="file:///etc/passwd"'),
        as_json({}, 401, WWW_Authenticate='Bearer realm="http://[::1"'),
        as_json({}, 418),
    ],
)
def test_answers_of_what_is_no_registry(reply: Reply) -> None:
    with serving(InTurn(reply)) as server:
        assert ask(want("oci", f"{server.host}/acme/app", "v1")).startswith("HYD674\n")


@pytest.mark.parametrize("challenge", ["a" * 60_000, 'a="' * 20_000, "a=" * 30_000])
def test_a_long_challenge_is_read_in_no_time(challenge: str) -> None:
    start = time.monotonic()
    with serving(InTurn(as_json({}, 401, WWW_Authenticate=f"Bearer {challenge}"))) as server:
        assert ask(want("oci", f"{server.host}/acme/app", "v1")).startswith("HYD674\n")
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("token", [as_json({}), as_json([]), as_json({"token": 7}), Reply(200, b"<html>")])
def test_a_token_that_is_none(public: tuple[Server, Registry], token: Reply) -> None:
    server, behaviour = public
    server.answers = lambda asked: token if asked.path == "/token" else behaviour(asked)
    assert ask(want("oci", f"{server.host}/acme/app", "v1")).startswith("HYD674\n")


@pytest.mark.parametrize(
    ("location", "revision", "meant"),
    [
        ("alpine", "3.20", ("docker.io", "library/alpine", "3.20")),
        ("docker.io/alpine", "", ("docker.io", "library/alpine", "latest")),
        ("docker.io/library/alpine:3.20", "3.20", ("docker.io", "library/alpine", "3.20")),
        ("vllm/vllm-openai", "v1", ("docker.io", "vllm/vllm-openai", "v1")),
        ("localhost:5000/a/b", "v1", ("localhost:5000", "a/b", "v1")),
        ("[::1]:5000/a", "v1", ("[::1]:5000", "a", "v1")),
    ],
)
def test_names_of_images(location: str, revision: str, meant: tuple[str, str, str]) -> None:
    assert image_of(location, revision) == meant


@pytest.mark.parametrize("said", ["{host}/mirror", "docker.io={host}/mirror/, quay.io=other.invalid"])
def test_a_mirror_is_asked_instead(public: tuple[Server, Registry], monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    server, behaviour = public
    digest = behaviour.push("mirror/library/alpine", "3.20")
    monkeypatch.setenv("HYDRA_REGISTRY_MIRROR", said.format(host=server.host))
    assert ask(want("oci", "docker.io/library/alpine", "3.20")) == digest
    assert ask(want("oci", "alpine", "3.20")) == digest
    assert ask(want("oci", f"{server.host}/mirror/library/alpine", "3.20")) == digest


def test_docker_hub_is_asked_where_it_answers() -> None:
    assert image_of("alpine", "").server == "registry-1.docker.io"


@pytest.mark.parametrize("name", ["ghcr.io/A/b", "ghcr.io/a/../b", "ghcr.io/a?x", "ghcr.io/", "gh cr.io/a", "u@h.io/a"])
def test_names_that_are_none_are_not_asked(name: str) -> None:
    assert ask(want("oci", name, "v1")).startswith("HYD676\n")


def test_encryption_is_left_out_only_on_this_machine_and_where_a_host_is_listed() -> None:
    listed = {"HYDRA_INSECURE_REGISTRIES": "registry.acme.io:5000, other.acme.io"}
    plain = ("localhost", "localhost:5000", "127.0.0.1:5000", "[::1]:5000", "registry.acme.io:5000", "other.acme.io")
    assert {scheme_of(host, listed) for host in plain} == {"http"}
    safe = ("registry.acme.io", "ghcr.io", "localhost.acme.io", "127.0.0.1.acme.io", "10.0.0.1:5000")
    assert {scheme_of(host, listed) for host in safe} == {"https"}
