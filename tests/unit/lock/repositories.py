"""Repositories of git, and the servers that come with git."""

from __future__ import annotations

import os
import subprocess
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.unit.lock.servers import Answering, Asked, Reply


def git(*arguments: str, at: Path, text: str = "") -> str:
    """Git, as nobody in particular."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        **{f"GIT_{who}_{what}": "somebody@acme.io" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
    command = ["git", "-C", str(at), *arguments]
    return subprocess.run(
        command, env=environment, input=text, capture_output=True, text=True, check=True
    ).stdout.strip()


def repository(root: Path, name: str = "data.git") -> Path:
    """A bare repository with a branch `main`, a tag `v1` with a message, and a tag and a branch `both`."""
    path = root / name
    path.mkdir(parents=True)
    git("init", "--quiet", "--bare", "--initial-branch=main", ".", at=path)
    tree = git("mktree", at=path)
    commits: list[str] = []
    for message in ("first", "second", "third"):
        parents = ["-p", commits[-1]] if commits else []
        commits.append(git("commit-tree", tree, *parents, at=path, text=message))
    git("update-ref", "refs/heads/main", commits[2], at=path)
    git("tag", "--annotate", "--message=one", "v1", commits[0], at=path)
    git("update-ref", "refs/heads/both", commits[1], at=path)
    git("tag", "both", commits[0], at=path)
    return path


@contextmanager
def daemon(root: Path) -> Iterator[str]:
    """`git daemon` for the repositories below a directory; its address."""
    port = _free_port()
    command = [
        "git",
        "daemon",
        "--export-all",
        f"--base-path={root}",
        "--listen=127.0.0.1",
        f"--port={port}",
        "--reuseaddr",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        _await(port)
        yield f"git://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, 15)
        process.wait()


def over_http(root: Path, *, user: str = "", password: str = "") -> Answering:
    """`git http-backend`, behind a login where there is a user."""

    def answer(asked: Asked) -> Reply:
        kind, _, secret = asked.headers.get("Authorization", "").partition(" ")
        if user and (kind != "Basic" or b64decode(secret).decode() != f"{user}:{password}"):
            return Reply(401, b"who are you", {"WWW-Authenticate": 'Basic realm="git"'})
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROTOCOL": asked.headers.get("Git-Protocol", ""),
            "REQUEST_METHOD": asked.method,
            "PATH_INFO": asked.path,
            "QUERY_STRING": urlsplit(asked.target).query,
            "CONTENT_TYPE": asked.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(asked.body)),
        }
        ran = subprocess.run(
            ["git", "http-backend"], env=environment, input=asked.body, capture_output=True, check=True
        )
        head, _, body = ran.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        return Reply(int(headers.pop("Status", "200").split()[0]), body, headers)

    return answer


def _free_port() -> int:
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _await(port: int) -> None:
    import socket

    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError(f"nothing listens on {port}")
