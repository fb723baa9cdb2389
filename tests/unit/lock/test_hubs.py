"""Hugging Face and ModelScope: what is asked, with what, and what the answers mean."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.lock.asking import alone, ask, want
from tests.unit.lock.servers import Asked, InTurn, Reply, Server, as_json, serving

COMMIT = "a09a35458c702b33eeacc393d103063234e8bc28"
LLAMA = "meta-llama/Llama-3.1-8B"
GATED = as_json(
    {"error": "Access is restricted"}, 403, X_Error_Code="GatedRepo", X_Error_Message="Access is restricted."
)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Server]:
    with serving(InTurn(as_json({"id": "x", "sha": COMMIT, "siblings": []}))) as server:
        alone(monkeypatch, tmp_path, HF_ENDPOINT=f"{server.url}/", MODELSCOPE_ENDPOINT=server.url)
        yield server


def refusal(server: Server, reply: Reply, system: str = "huggingface") -> str:
    server.answers = InTurn(reply)
    return ask(want(system, LLAMA, "v1")).replace(server.host, "HUB")


@pytest.mark.parametrize(
    ("location", "revision", "path"),
    [
        ("Qwen/Qwen2.5-7B", "main", "/api/models/Qwen/Qwen2.5-7B/revision/main"),
        ("Qwen/Qwen2.5-7B", "", "/api/models/Qwen/Qwen2.5-7B/revision/main"),
        ("gpt2", "refs/pr/1", "/api/models/gpt2/revision/refs%2Fpr%2F1"),
        ("datasets/org/name", "v2", "/api/datasets/org/name/revision/v2"),
        ("datasets/squad", "main", "/api/datasets/squad/revision/main"),
    ],
)
def test_what_is_asked_of_hugging_face(hub: Server, location: str, revision: str, path: str) -> None:
    assert ask(want("huggingface", location, revision)) == COMMIT
    assert hub.log[0].target == path
    assert hub.secrets() == [""]


@pytest.mark.parametrize("name", ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"])
def test_the_token_of_the_environment_is_used(hub: Server, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, " hf_secret\n")
    assert ask(want("huggingface", "a/b")) == COMMIT
    assert hub.secrets() == ["Bearer hf_secret"]


@pytest.mark.parametrize("variable", ["HF_TOKEN_PATH", "HF_HOME", "XDG_CACHE_HOME", "HOME"])
def test_the_token_of_a_login_is_used(
    hub: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str
) -> None:
    below = {"HF_TOKEN_PATH": "", "HF_HOME": "token", "XDG_CACHE_HOME": "huggingface/token"}
    path = tmp_path / "there" / below.get(variable, ".cache/huggingface/token")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("hf_file\n", "utf-8")
    monkeypatch.setenv(variable, str(tmp_path / "there"))
    assert ask(want("huggingface", "a/b")) == COMMIT
    assert hub.secrets() == ["Bearer hf_file"]


def test_a_token_that_cannot_be_one_is_told_and_not_shown(hub: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_se\u0107ret")
    found = ask(want("huggingface", "a/b"))
    assert found.startswith("HYD671\nWhat `HF_TOKEN` holds cannot be a token.")
    assert "ret" not in found
    assert hub.log == []


@pytest.mark.parametrize("address", ["hub.acme.io", "ftp://hub.acme.io", "https://", "https://hub/?a=b", "http://[::1"])
def test_an_address_that_is_none_is_told(hub: Server, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("HF_ENDPOINT", address)
    assert ask(want("huggingface", "a/b")).startswith("HYD676\n`HF_ENDPOINT` is not the address of a hub.")


def test_a_gated_model_says_how_to_get_in(hub: Server) -> None:
    assert refusal(hub, GATED).startswith(
        f"HYD671\n`{LLAMA}` is open only to who was let in (403 Forbidden: Access is restricted).\nAsk for access"
    )


def test_without_a_token_the_hub_does_not_tell_what_is_private(hub: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = as_json({"error": "Invalid username or password."}, 401, X_Error_Code="RepoNotFound")
    assert refusal(hub, nobody) == (
        "HYD671\n`HUB` refuses the request (401 Unauthorized: Invalid username or password).\n"
        "Correct the name, or set `HF_TOKEN` where it is private: the hub does not tell."
    )
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    assert refusal(hub, nobody).startswith(f"HYD670\n`HUB` knows no `{LLAMA}`")
    assert refusal(hub, as_json({}, 401)).endswith("Use a token in `HF_TOKEN` that is valid and may read it.")


def test_what_does_not_exist_is_told(hub: Server) -> None:
    assert refusal(hub, as_json({"error": "Repository not found"}, 404, X_Error_Code="RepoNotFound")).startswith(
        f"HYD670\n`HUB` knows no `{LLAMA}` (404 Not Found: Repository not found).\nCorrect the name"
    )
    assert refusal(hub, as_json({"error": "Invalid rev id: v1"}, 404, X_Error_Code="RevisionNotFound")) == (
        f"HYD670\n`{LLAMA}` on `HUB` has no revision `v1`.\nUse a branch, a tag or a commit that it has."
    )


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, b"<html>Log in to the network</html>"),
        as_json([]),
        as_json({}),
        as_json({"sha": "main"}),
        as_json({"sha": 7}),
        as_json({"sha": COMMIT.upper()}),
        as_json({}, 418),
        Reply(204),
    ],
)
def test_an_answer_that_names_no_commit_is_not_taken(hub: Server, reply: Reply) -> None:
    assert refusal(hub, reply).startswith("HYD674\n")


class Modelscope:
    """The commits of a hub of ModelScope, as modelscope 1.30.0 reads them."""

    def __call__(self, asked: Asked) -> Reply:
        if asked.path not in ("/api/v1/models/a/b/commits", "/api/v1/datasets/a/b/commits"):
            return as_json({"Code": 10010205001, "Message": "the model does not exist", "Success": False}, 404)
        commits = [{"Id": COMMIT, "ShortId": COMMIT[:8]}] if asked.query["Ref"] in {"master", "v1"} else []
        return as_json({"Code": 200, "Data": {"Commit": commits}, "Success": True, "TotalCount": len(commits)})


@pytest.mark.parametrize(("location", "revision"), [("a/b", ""), ("a/b", "v1"), ("datasets/a/b", "master")])
def test_what_is_asked_of_modelscope(hub: Server, location: str, revision: str) -> None:
    hub.answers = Modelscope()
    assert ask(want("modelscope", location, revision)) == COMMIT
    assert hub.log[0].query == {"Ref": revision or "master", "PageNumber": "1", "PageSize": "1"}


def test_the_token_of_modelscope_is_a_header_and_a_cookie(hub: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.answers = Modelscope()
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", "ms-secret")
    assert ask(want("modelscope", "a/b")) == COMMIT
    assert hub.secrets() == ["Bearer ms-secret"]
    assert hub.log[0].headers["Cookie"] == "m_session_id=ms-secret"


def test_the_host_of_modelscope_may_stand_alone(hub: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MODELSCOPE_ENDPOINT")
    monkeypatch.setenv("MODELSCOPE_DOMAIN", "hub.invalid")
    assert "`hub.invalid` is not known here" in ask(want("modelscope", "a/b"))
    hub.answers = Modelscope()
    monkeypatch.setenv("MODELSCOPE_DOMAIN", hub.url)
    assert ask(want("modelscope", "a/b")) == COMMIT


def test_what_modelscope_lacks_is_told(hub: Server) -> None:
    hub.answers = Modelscope()
    assert ask(want("modelscope", "a/c", "v1")).startswith("HYD670\n")
    assert "(404 Not Found: the model does not exist)" in ask(want("modelscope", "a/c", "v1"))
    assert ask(want("modelscope", "a/b", "v2")).replace(hub.host, "HUB") == (
        "HYD670\n`a/b` on `HUB` has no revision `v2`.\nUse a branch or a tag that it has."
    )


@pytest.mark.parametrize("status", [401, 403])
def test_what_modelscope_refuses_is_told(hub: Server, status: int) -> None:
    found = refusal(hub, as_json({"Code": 1, "Message": "not allowed"}, status), "modelscope")
    assert found.startswith(f"HYD671\n`HUB` refuses the request ({status} ")
    assert "`MODELSCOPE_API_TOKEN`" in found


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, b"<html>"),
        as_json([]),
        as_json({"Code": 500, "Message": "fault"}),
        as_json({"Code": 200, "Data": {"Commit": {"Id": COMMIT}}}),
        as_json({"Code": 200, "Data": {"Commit": [7]}}),
        as_json({"Code": 200, "Data": {"Commit": [{"Id": "abc"}]}}),
        as_json({}, 418),
    ],
)
def test_an_answer_of_modelscope_that_names_no_commit_is_not_taken(hub: Server, reply: Reply) -> None:
    assert refusal(hub, reply, "modelscope").startswith("HYD674\n")
