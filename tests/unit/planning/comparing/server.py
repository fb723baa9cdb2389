"""A server that speaks the OpenAI protocol as a test wants it to, and a pod that runs the program of comparisons."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

from compiler.planning.comparing.script import COMPARE

DIGEST = "6h8828fk56"


class Request(NamedTuple):
    """What a server was asked."""

    path: str
    key: str
    body: dict[str, Any]


class Talk(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        self.server.noted(Request(self.path, self.headers.get("Authorization", ""), {}))
        self.server.lists(self)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.noted(Request(self.path, self.headers.get("Authorization", ""), body))
        with suppress(BrokenPipeError, ConnectionResetError):
            self.server.answers(self, body)

    def plain(self, value: Any, status: int = 200, **headers: str) -> None:
        """Answer in one piece."""
        self.raw(json.dumps(value).encode(), status, **headers)

    def raw(self, body: bytes, status: int = 200, **headers: str) -> None:
        """Answer with these bytes."""
        self.send_response(status)
        for name, text in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name.replace("_", "-"), text)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def refuse(self, status: int, message: str, **headers: str) -> None:
        """Answer with an error of OpenAI's shape."""
        self.plain({"error": {"message": message, "type": "error", "code": status}}, status, **headers)

    def say(self, text: str, tokens: int | None = None, finish: str = "stop", **more: Any) -> None:
        """Answer a question in one piece."""
        usage = {} if tokens is None else {"usage": {"prompt_tokens": 7, "completion_tokens": tokens}}
        message = {"role": "assistant", "content": text, **more}
        self.plain({"choices": [{"index": 0, "message": message, "finish_reason": finish}], **usage})

    def stream(self, pieces: Sequence[Any], tokens: int | None = None, pause: float = 0, *, done: bool = True) -> None:
        """Answer a question in pieces, as chunks. A piece that is no text is an event or a delta itself."""
        self.begin_stream()
        self.event({"choices": [{"delta": {"role": "assistant", "content": ""}, "finish_reason": None}]})
        for piece in pieces:
            time.sleep(pause)
            delta = {"content": piece} if isinstance(piece, str) else piece
            self.event(piece if "error" in delta else {"choices": [{"delta": delta, "finish_reason": None}]})
        if done:
            self.event({"choices": [{"delta": {}, "finish_reason": "stop"}]})
            if tokens is not None:
                self.event({"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": tokens}})
            self.chunk(b"data: [DONE]\n\n")
        self.chunk(b"")

    def begin_stream(self) -> None:
        """The head of an answer in pieces."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.chunk(b": a comment\n\n")

    def event(self, value: Any) -> None:
        """A server-sent event."""
        self.chunk(b"data: " + json.dumps(value).encode() + b"\n\n")

    def chunk(self, data: bytes) -> None:
        """A chunk; an empty one ends the answer."""
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def log_message(self, *_: Any) -> None:
        """Nothing: the test reads what was asked."""


class Server(ThreadingHTTPServer):
    """Answers as `answers` says, and lists its models as `lists` says."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, answers: Callable[[Talk, dict[str, Any]], None]) -> None:
        super().__init__(("127.0.0.1", 0), Talk)
        self.answers = answers
        self.lists: Callable[[Talk], None] = lambda talk: talk.plain({"object": "list", "data": []})
        self.requests: list[Request] = []
        self.changed = threading.Condition()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def noted(self, request: Request) -> None:
        """Remember what was asked."""
        with self.changed:
            self.requests.append(request)
            self.changed.notify_all()

    def await_requests(self, number: int) -> None:
        """Wait until that much was asked."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.requests) >= number, 30)

    @property
    def asked(self) -> list[dict[str, Any]]:
        """The bodies of the questions."""
        return [one.body for one in self.requests if one.body]

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_port}/v1"


class Pod:
    """A pod of a comparison: its files, its volume."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.run = root / "output" / "runs" / DIGEST
        self.services: list[dict[str, Any]] = []
        self.told: dict[str, Any] = {
            "of": "support-bot/comparisons/candidates",
            "run": DIGEST,
            "questions": str(root / "questions.jsonl"),
            "output": str(self.run),
            "parameters": {"max_tokens": 64, "temperature": 0.0, "seed": 0},
            "parallel": 4,
            "timeout_seconds": 20,
            "wait_seconds": 20,
            "backoff_seconds": 0.02,
        }
        (root / "output").mkdir()
        (root / "compare.py").write_text(COMPARE, "utf-8")

    def service(self, name: str, server: Server | str, key: str | None = None) -> None:
        """One more service that is asked."""
        url = server if isinstance(server, str) else server.url
        self.services.append({"name": name, "url": url, "model": f"{name}-model", "key": key})

    def ask(self, *questions: Any) -> None:
        """Set the questions."""
        (self.root / "questions.jsonl").write_text("".join(json.dumps(one) + "\n" for one in questions), "utf-8")

    def start(self, **environment: str) -> subprocess.Popen[str]:
        """Start the program as the pod would: nothing of the project can be imported."""
        file = self.root / "compare.json"
        file.write_text(json.dumps({**self.told, "services": self.services}), "utf-8")
        return subprocess.Popen(
            [sys.executable, "-I", self.root / "compare.py", file],
            env={"PATH": os.environ["PATH"], **environment},
            cwd=self.root,
            text=True,
            encoding="utf-8",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def go(self, **environment: str) -> tuple[int, str]:
        """Run it to its end: exit status and output."""
        process = self.start(**environment)
        output, _ = process.communicate(timeout=60)
        return process.returncode, output

    def report(self, kind: str = "") -> dict[str, Any]:
        """What it wrote."""
        value: dict[str, Any] = json.loads((self.run / f"answers{kind}.json").read_text("utf-8"))
        return value

    def column(self, name: str, kind: str = "") -> list[Mapping[str, Any]]:
        """One service's answers."""
        return [one for row in self.report(kind)["questions"] for one in row["answers"] if one["service"] == name]

    @property
    def page(self) -> str:
        """The page."""
        return (self.run / "index.html").read_text("utf-8")

    def written(self) -> str:
        """All that lies on the volume, as text."""
        return "\n".join(path.read_text("utf-8") for path in sorted(self.run.rglob("*")) if path.is_file())
