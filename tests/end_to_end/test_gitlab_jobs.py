"""The jobs for GitLab: their schema, and their own scripts run with a stand-in for its API."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from tests.end_to_end.ci_repo import PROJECT, change, committed_repo, git, hydra_command, valid

GITLAB = PROJECT / "ci" / "gitlab.yml"
TOKEN = "glpat-stand-in-000000000000"


def jobs() -> dict[str, Any]:
    return dict(yaml.safe_load(GITLAB.read_text()))


def test_the_template_is_what_gitlab_takes() -> None:
    valid("vendor.gitlab-ci", jobs())


def test_python_never_looks_for_modules_in_the_repo() -> None:
    assert not re.findall(r"python3 (?!-I )", GITLAB.read_text())


class Notes(BaseHTTPRequestHandler):
    """The notes of a merge request, as GitLab's API has them. User 1 is the one whom the token belongs to."""

    notes: ClassVar[list[dict[str, Any]]] = []
    asked: ClassVar[list[str]] = []

    def answer(self, status: int, content: Any) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle_any(self) -> None:
        at = urlsplit(self.path)
        self.asked.append(f"{self.command} {at.path}")
        if self.headers["PRIVATE-TOKEN"] != TOKEN:
            return self.answer(401, {"message": "401 Unauthorized"})
        said = parse_qs(self.rfile.read(int(self.headers["Content-Length"] or 0)).decode())
        if at.path == "/api/v4/user":
            return self.answer(200, {"id": 1})
        base = "/api/v4/projects/5/merge_requests/7/notes"
        if self.command == "GET" and at.path == base:
            page = int(parse_qs(at.query)["page"][0])
            return self.answer(200, self.notes[2 * page - 2 : 2 * page])
        if self.command == "POST" and at.path == base:
            self.notes.append({"id": len(self.notes) + 1, "author": {"id": 1}, "body": said["body"][0]})
            return self.answer(201, self.notes[-1])
        self.notes[int(at.path.removeprefix(f"{base}/")) - 1]["body"] = said["body"][0]
        return self.answer(200, {})

    do_GET = do_POST = do_PUT = handle_any  # noqa: N815

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A committed repo."""
    return committed_repo(tmp_path / "repo")


@pytest.fixture
def api() -> Iterator[str]:
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    Notes.notes, Notes.asked = [], []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Notes)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/api/v4"
    server.shutdown()
    thread.join()
    server.server_close()


def run_job(repo: Path, temporary: Path, name: str, **variables: str) -> tuple[int, str]:
    """Run the script of a job of the template, but for what installs."""
    hydra_command(temporary)
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("GIT", "CI", "HYDRA"))},
        "PATH": f"{temporary / 'hydra' / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "no_proxy": "127.0.0.1",
        **{key: str(value) for key, value in jobs()["variables"].items()},
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": git(repo, "rev-list", "--max-parents=0", "HEAD"),
        "CI_PROJECT_ID": "5",
        "CI_MERGE_REQUEST_IID": "7",
        **variables,
    }
    script = "\n".join(jobs()[name]["script"])
    done = subprocess.run(
        ["sh", "-e", "-c", script], cwd=repo, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    return done.returncode, done.stdout + done.stderr


def test_a_merge_request_gets_one_note(repo: Path, tmp_path: Path, api: str) -> None:
    change(repo, "1Gi", "2Gi")
    Notes.notes += [
        {"id": 1, "author": {"id": 9}, "body": "<!-- hydra diff: . -->\nAll is well."},
        {"id": 2, "author": {"id": 1}, "body": "Hello."},
    ]
    for _ in range(2):
        code, said = run_job(repo, tmp_path, "hydra-diff", CI_API_V4_URL=api, HYDRA_TOKEN=TOKEN)
        assert code == 0, said
        assert TOKEN not in said
    assert [note["body"].splitlines()[0] for note in Notes.notes] == [
        "<!-- hydra diff: . -->",
        "Hello.",
        "<!-- hydra diff: . -->",
    ]
    assert "first-project-questions" in Notes.notes[2]["body"]
    assert Notes.notes[0]["body"].endswith("All is well.")
    assert git(repo, "status", "--porcelain") == "?? hydra-diff.md"


def test_nothing_of_the_repo_gets_at_the_token(repo: Path, tmp_path: Path, api: str) -> None:
    for name in ("json", "os"):
        (repo / f"{name}.py").write_text("open('owned', 'w')\n")
    for name in ("hydra-diff.md", "hydra-note.md", "hydra-notes.json"):
        (repo / name).symlink_to(".hydra-curl")
    code, said = run_job(repo, tmp_path, "hydra-diff", CI_API_V4_URL=api, HYDRA_TOKEN=TOKEN)
    assert code == 0, said
    assert TOKEN not in Notes.notes[0]["body"] + said
    assert not (repo / "owned").exists()
    assert not (repo / ".hydra-curl").exists()


def test_a_token_that_is_refused_fails_no_job(repo: Path, tmp_path: Path, api: str) -> None:
    code, said = run_job(repo, tmp_path, "hydra-diff", CI_API_V4_URL=api, HYDRA_TOKEN="glpat-another-000000000000")
    assert code == 0
    assert "The note was not written" in said
    assert not Notes.notes


def test_without_a_token_gitlab_is_not_asked(repo: Path, tmp_path: Path, api: str) -> None:
    code, said = run_job(repo, tmp_path, "hydra-diff", CI_API_V4_URL=api)
    assert (code, Notes.asked) == (0, []), said


def test_a_stale_tree_fails_the_check_and_is_reported(repo: Path, tmp_path: Path) -> None:
    assert run_job(repo, tmp_path, "hydra-check")[0] == 0
    change(repo, "1Gi", "2Gi", compiled=False)
    code, said = run_job(repo, tmp_path, "hydra-check")
    assert code == 1, said
    (entry,) = json.loads((repo / "hydra-findings.json").read_text())
    assert entry["check_name"] == "HYD028"
