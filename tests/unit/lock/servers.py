"""Servers on this machine that speak the protocols of hubs, registries, proxies and git, well or badly."""

from __future__ import annotations

import json
import ssl
import threading
import time
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit
from urllib.request import ProxyHandler, build_opener

from compiler.lock.asking import Patience
from tests.certificates import certificates

PATIENT = Patience(connect=10, read=20, whole=30, tries=3, pause=0.01, longest=1.5)
"""For servers that answer, on a machine that does other things as well."""

QUICK = Patience(connect=2, read=0.5, whole=1, tries=3, pause=0.01, longest=1.5)
INDEX = "application/vnd.oci.image.index.v1+json"


class Asked(NamedTuple):
    """A request, as a server gets it."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return {key: values[0] for key, values in parse_qs(urlsplit(self.target).query).items()}


class Reply(NamedTuple):
    """What a server answers. `length` is what it says of the body; a wrong one makes a truncated answer."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = {}
    length: int | None = None
    pause: float = 0.0
    drip: float = 0.0


Answering = Callable[[Asked], Reply]


def as_json(value: Any, status: int = 200, **headers: str) -> Reply:
    said = {name.replace("_", "-"): text for name, text in headers.items()}
    return Reply(status, json.dumps(value).encode(), {"Content-Type": "application/json", **said})


class Server:
    """A server that notes what it is asked. `answers` may be changed while it runs."""

    def __init__(self, answers: Answering) -> None:
        self.answers = answers
        self.log: list[Asked] = []
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.host = f"127.0.0.1:{self.http.server_port}"
        self.url = f"http://{self.host}"

    def secrets(self) -> list[str]:
        """The credentials that came, a request each; empty where none did."""
        return [one.headers.get("Authorization", "") for one in self.log]


@contextmanager
def serving(answers: Answering, *, encrypted: bool = False) -> Iterator[Server]:
    server = Server(answers)
    if encrypted:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates().server)
        server.http.socket = context.wrap_socket(server.http.socket, server_side=True)
        server.url = f"https://{server.host}"
    thread = threading.Thread(target=server.http.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.http.shutdown()
        server.http.server_close()


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            asked = Asked(self.command, self.path, dict(self.headers.items()), self.rfile.read(length))
            server.log.append(asked)
            reply = server.answers(asked)
            time.sleep(reply.pause)
            try:
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.body) if reply.length is None else reply.length))
                self.end_headers()
                for part in (reply.body[at : at + 1] for at in range(len(reply.body))) if reply.drip else (reply.body,):
                    if self.command != "HEAD":
                        self.wfile.write(part)
                    time.sleep(reply.drip)
            except OSError:
                pass

        do_GET = do_HEAD = do_POST = answer  # noqa: N815 - the base class has it so

        def log_message(self, *args: Any) -> None:
            pass

    return Handler


class InTurn:
    """Answers one after the other; the last one for ever."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)

    def __call__(self, _: Asked) -> Reply:
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


class Registry:
    """A registry as the distribution spec has it, which gives tokens for its own repositories."""

    def __init__(self, *, users: Mapping[str, str] | None = None, private: bool = False, basic: bool = False) -> None:
        self.users = users or {}
        self.private = private
        self.basic = basic
        self.manifests: dict[tuple[str, str], bytes] = {}
        self.tokens: dict[str, str] = {}
        self.head = True
        self.origin = ""

    def push(self, name: str, tag: str, **more: Any) -> str:
        body = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [], **more}).encode()
        self.manifests[name, tag] = body
        return f"sha256:{sha256(body).hexdigest()}"

    def __call__(self, asked: Asked) -> Reply:
        if asked.path == "/token":
            return self.token(asked)
        _, name, _, tag = (part.strip("/") for part in _split(asked.path))
        if not self.admits(asked.headers.get("Authorization", ""), name):
            scheme = "Basic" if self.basic else "Bearer"
            rest = f'realm="{self.origin}/token",service="registry, of tests",scope="repository:{name}:pull"'
            return as_json(_errors("UNAUTHORIZED", "authentication required"), 401, WWW_Authenticate=f"{scheme} {rest}")
        if asked.method == "HEAD" and not self.head:
            return Reply(405)
        body = self.manifests.get((name, unquote(tag)))
        if body is None or not self.accepted(asked):
            return as_json(_errors("MANIFEST_UNKNOWN", "manifest unknown"), 404)
        return Reply(200, body, {"Content-Type": INDEX, "Docker-Content-Digest": f"sha256:{sha256(body).hexdigest()}"})

    def admits(self, authorization: str, name: str) -> bool:
        kind, _, secret = authorization.partition(" ")
        if kind == "Basic":
            return self.basic and self.knows(secret)
        return not self.basic and self.tokens.get(secret) == f"repository:{name}:pull"

    def accepted(self, asked: Asked) -> bool:
        return INDEX in asked.headers.get("Accept", "")

    def token(self, asked: Asked) -> Reply:
        said = {key: values[0] for key, values in parse_qs(asked.body.decode()).items()} or asked.query
        kind, _, secret = asked.headers.get("Authorization", "").partition(" ")
        known = (kind == "Basic" and self.knows(secret)) or said.get("refresh_token") in self.users.values()
        if said.get("service") != "registry, of tests" or (self.private and not known) or (kind and not known):
            return as_json(_errors("UNAUTHORIZED", "incorrect username or password"), 401)
        token = f"token-{len(self.tokens)}-of-the-registry"
        self.tokens[token] = said["scope"]
        return as_json({"access_token" if asked.method == "POST" else "token": token})

    def knows(self, secret: str) -> bool:
        user, _, password = b64decode(secret).decode().partition(":")
        return self.users.get(user) == password


def _split(path: str) -> tuple[str, str, str, str]:
    name, _, tag = path.removeprefix("/v2/").rpartition("/manifests/")
    return ("v2", name, "manifests", tag)


def _errors(code: str, message: str) -> dict[str, Any]:
    return {"errors": [{"code": code, "message": message, "detail": None}]}


@contextmanager
def registry(**settings: Any) -> Iterator[tuple[Server, Registry]]:
    behaviour = Registry(**settings)
    with serving(behaviour) as server:
        behaviour.origin = server.url
        yield server, behaviour


def proxy(hosts: Mapping[str, str]) -> Answering:
    """A proxy for http that knows some hosts by the address that they have here."""

    def answer(asked: Asked) -> Reply:
        parts = urlsplit(asked.target)
        if parts.netloc not in hosts:
            return Reply(502, b"no such host")
        target = asked.target.replace(f"http://{parts.netloc}", hosts[parts.netloc])
        with build_opener(ProxyHandler({})).open(target) as response:
            return Reply(response.status, response.read(), {"Content-Type": "application/json"})

    return answer
