"""The stand-in over HTTP, and a kubeconfig for it."""

from __future__ import annotations

import json
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from tests.api_server.cluster import TOKEN, Cluster, Sent


def handler_of(cluster: Cluster) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 1 << 16  # An answer in one packet: else each waits 40 ms for an acknowledgement.

        def respond(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            sent = Sent(self.command, parts.path, query, self.headers.get("Content-Type", ""))
            for part, seconds in cluster.delays.items():
                if part in self.path:
                    cluster.stopping.wait(seconds)
            for part, replies in cluster.replies.items():
                if part in self.path:
                    cluster.requests.append(sent)
                    status, text, headers = replies.pop(0) if len(replies) > 1 else replies[0]
                    self.give(status, text, headers)
                    return
            status, body, headers = cluster.answer(sent, self.headers.get("Authorization"), content)
            self.give(
                status, json.dumps(cluster.garble(body)).encode(), {"Content-Type": "application/json", **headers}
            )

        do_GET = do_PATCH = do_POST = do_PUT = do_DELETE = respond  # noqa: N815

        def give(self, status: int, text: bytes, headers: Mapping[str, str]) -> None:
            self.send_response(status)
            cut = any(part in self.path for part in cluster.cuts)
            for name, value in {"Content-Length": str(len(text) + cut * 100), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)
            if cut:
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            """Nothing on standard error."""

    return Handler


class Server(ThreadingHTTPServer):
    """One that says nothing about clients that have left."""

    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Nothing on standard error."""


class Running(NamedTuple):
    """A stand-in that is listening."""

    cluster: Cluster
    address: str
    kubeconfig: Path


@contextmanager
def running(folder: Path, *, certificate: tuple[Path, Path] | None = None) -> Iterator[Running]:
    """Start a stand-in, with a kubeconfig whose context is `prod`."""
    cluster = Cluster()
    server = Server(("127.0.0.1", 0), handler_of(cluster))
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    address = f"{'https' if certificate else 'http'}://127.0.0.1:{server.server_port}"
    try:
        yield Running(cluster, address, kubeconfig(folder / "kubeconfig", address))
    finally:
        cluster.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


def kubeconfig(
    file: Path,
    server: str,
    *,
    context: str = "prod",
    user: Mapping[str, Any] | None = None,
    more: Mapping[str, str] | None = None,
) -> Path:
    """A kubeconfig with one context."""
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": context,
        "contexts": [{"name": context, "context": {"cluster": "main", "user": "ci"}}],
        "clusters": [{"name": "main", "cluster": {"server": server, **(more or {})}}],
        "users": [{"name": "ci", "user": {"token": TOKEN} if user is None else dict(user)}],
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump(document), "utf-8")
    return file


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of its own for this machine, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl to make a certificate with")
    pair = folder / "server.pem", folder / "server.key"
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-out", str(pair[0]), "-keyout", str(pair[1]), *subject],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return pair
