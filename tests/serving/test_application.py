"""The application for models on processors serves under a real Ray, from the text of a `serveConfigV2`."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.serving

pytest.importorskip("ray.serve", reason="Ray Serve is not installed: `make test-serving`")
pytest.importorskip("transformers", reason="Transformers is not installed: `make test-serving`")

from compiler.planning.serving.apps import app_text  # noqa: E402
from compiler.planning.serving.apps.openai_transformers import build  # noqa: E402
from tests.serving.client import get, post  # noqa: E402
from tests.serving.conftest import RUN  # noqa: E402
from tests.serving.local_ray import LocalRay  # noqa: E402
from tests.serving.ray_schema import check_serve_config  # noqa: E402

SERVE = f"""
applications:
  - name: chat
    route_prefix: /
    import_path: openai_transformers:build
    args:
      model_id: chat
      model_source: /mnt/model/{RUN}/data
      dtype: float32
      max_model_len: 512
      threads: 1
    deployments:
      - name: Model
        num_replicas: 1
        max_ongoing_requests: 8
        ray_actor_options:
          num_cpus: 4
"""
ENVIRONMENT = {"PYTHONPATH": "/mnt/serve", "HF_HUB_OFFLINE": "1"}
QUESTION = "Which port does the server use?"
ASKED: Mapping[str, Any] = {
    "model": "chat",
    "messages": [{"role": "user", "content": QUESTION}],
    "max_tokens": 8,
    "temperature": 0,
}


@pytest.fixture(scope="session")
def mounts(tiny_mount: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The claim, and the application as a ConfigMap brings it."""
    shipped = tmp_path_factory.mktemp("serve")
    (shipped / "openai_transformers.py").write_text(app_text("openai_transformers"), "utf-8")
    return {"/mnt/model": tiny_mount, "/mnt/serve": shipped}


@pytest.fixture(scope="session")
def url(local_ray: LocalRay, mounts: Mapping[str, Path]) -> Iterator[str]:
    """The address of a running service."""
    with local_ray.serving(SERVE, mounts, ENVIRONMENT) as address:
        yield address


@pytest.fixture(scope="session")
def greedy(tiny_mount: Path) -> str:
    """What Transformers itself answers to the question."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    directory = tiny_mount / RUN / "data"
    tokenizer = AutoTokenizer.from_pretrained(directory)
    chat = tokenizer.apply_chat_template(ASKED["messages"], add_generation_prompt=True, return_tensors="pt")
    made = AutoModelForCausalLM.from_pretrained(directory).generate(chat, max_new_tokens=8, do_sample=False)
    return str(tokenizer.decode(made[0][chat.shape[1] :], skip_special_tokens=True))


def streamed(events: list[str]) -> str:
    """The text of a chat that came in pieces."""
    assert events[-1] == "[DONE]"
    choices = [choice for event in events[:-1] for choice in json.loads(event)["choices"]]
    return "".join(choice["delta"].get("content", "") for choice in choices)


def test_its_configuration_is_one_that_ray_takes() -> None:
    assert check_serve_config(SERVE) == []


def test_it_is_healthy_and_names_its_model(url: str) -> None:
    assert get(f"{url}/health").status == 200
    (model,) = get(f"{url}/v1/models").json["data"]
    assert (model["id"], model["object"], model["max_model_len"]) == ("chat", "model", 512)


def test_a_chat_is_answered_as_transformers_answers_it(url: str, greedy: str) -> None:
    answer = post(f"{url}/v1/chat/completions", ASKED).json
    (choice,) = answer["choices"]
    assert answer["object"] == "chat.completion"
    assert choice["message"] == {"role": "assistant", "content": greedy}
    assert choice["finish_reason"] == "length"
    usage = answer["usage"]
    assert usage["completion_tokens"] == 8
    assert usage["total_tokens"] == usage["prompt_tokens"] + 8


def test_a_completion_goes_on_with_its_prompt(url: str) -> None:
    asked = {"model": "chat", "prompt": QUESTION, "temperature": 0}
    answer = post(f"{url}/v1/completions", asked).json
    assert answer["object"] == "text_completion"
    assert answer["choices"][0]["text"]
    assert answer["usage"]["completion_tokens"] == 16
    assert post(f"{url}/v1/completions", {**asked, "prompt": [QUESTION]}).json["choices"] == answer["choices"]


def test_a_stream_says_the_same_in_pieces(url: str, greedy: str) -> None:
    answer = post(f"{url}/v1/chat/completions", {**ASKED, "stream": True, "stream_options": {"include_usage": True}})
    assert answer.kind.startswith("text/event-stream")
    assert len(answer.events) > 4
    assert streamed(answer.events) == greedy
    first, *_, ended, usage = map(json.loads, answer.events[:-1])
    assert first["choices"][0]["delta"]["role"] == "assistant"
    assert ended["choices"][0]["finish_reason"] == "length"
    assert usage["usage"]["completion_tokens"] == 8


def test_a_seed_makes_a_sampled_answer_repeatable(url: str) -> None:
    def text(seed: int) -> str:
        asked = {**ASKED, "temperature": 1.0, "max_tokens": 24, "seed": seed}
        return str(post(f"{url}/v1/chat/completions", asked).json["choices"][0]["message"]["content"])

    assert text(1) == text(1)
    assert len({text(seed) for seed in range(4)}) > 1


def test_an_answer_ends_before_a_stop_string(url: str) -> None:
    asked = {"model": "chat", "prompt": QUESTION, "temperature": 1, "seed": 5, "max_tokens": 32}
    whole = post(f"{url}/v1/completions", asked).json["choices"][0]["text"]
    stop = whole[9:12]
    before = whole[: whole.index(stop)]
    answer = post(f"{url}/v1/completions", {**asked, "stop": [stop, "never"]}).json
    assert answer["choices"][0] == {"index": 0, "text": before, "logprobs": None, "finish_reason": "stop"}
    assert answer["usage"]["completion_tokens"] < 32


def test_health_answers_while_the_model_does(url: str) -> None:
    asked = {**ASKED, "max_tokens": 440}
    answers: list[int] = []
    busy = threading.Thread(target=lambda: answers.append(post(f"{url}/v1/chat/completions", asked).status))
    busy.start()
    seen = 0
    while busy.is_alive():
        assert get(f"{url}/health").status == 200
        seen += not answers
        time.sleep(0.02)
    busy.join()
    assert answers == [200]
    assert seen >= 5


@pytest.mark.parametrize(
    ("asked", "status", "code", "param"),
    [
        ({**ASKED, "model": "other"}, 404, "model_not_found", "model"),
        ({**ASKED, "max_tokens": 600}, 400, "context_length_exceeded", None),
        ({**ASKED, "messages": [{"role": "user", "content": QUESTION * 100}]}, 400, "context_length_exceeded", None),
        ({**ASKED, "messages": []}, 400, None, "messages"),
        ({**ASKED, "messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, 400, None, None),
        ({**ASKED, "temperature": 3}, 400, None, "temperature"),
        ({**ASKED, "max_token": 3}, 400, None, "max_token"),
        ({**ASKED, "n": 2}, 400, None, "n"),
        ({**ASKED, "tools": [{"type": "function"}]}, 400, None, "tools"),
        (b"{", 400, None, None),
        (b"[]", 400, None, None),
        (b" " * (3 << 20), 413, None, None),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_cannot_be_answered_is_refused_in_openais_shape(
    url: str, asked: Any, status: int, code: str | None, param: str | None
) -> None:
    answer = post(f"{url}/v1/chat/completions", asked)
    assert answer.status == status
    assert answer.error["type"] == "invalid_request_error"
    assert answer.error["code"] == code
    assert answer.error["message"]
    assert param is None or answer.error["param"] == param


def test_a_path_that_there_is_not_is_refused_in_openais_shape(url: str) -> None:
    assert get(f"{url}/v1/embeddings").error["message"].startswith("Not Found")


def test_fields_that_are_no_wish_do_not_hurt(url: str) -> None:
    asked = {
        **ASKED,
        "user": "u",
        "n": 1,
        "logprobs": None,
        "tools": [],
        "max_completion_tokens": 2,
        "max_tokens": None,
    }
    assert post(f"{url}/v1/chat/completions", asked).json["usage"]["completion_tokens"] == 2


def test_two_services_run_side_by_side(local_ray: LocalRay, url: str, mounts: Mapping[str, Path]) -> None:
    other = SERVE.replace("model_id: chat", "model_id: other").replace("threads: 1", "threads: 2")
    with local_ray.serving(other, mounts, ENVIRONMENT) as second:
        assert [get(f"{one}/v1/models").json["data"][0]["id"] for one in (url, second)] == ["chat", "other"]
    assert get(f"{url}/health").status == 200
    assert get(f"{second}/health").status == 404


def test_wrong_settings_stop_the_application_before_a_replica_starts() -> None:
    with pytest.raises(ValueError, match="max_model_length"):
        build({"model_id": "chat", "model_source": "/mnt/model", "max_model_length": 512})


def test_a_service_without_its_model_says_what_is_missing(local_ray: LocalRay, mounts: Mapping[str, Path]) -> None:
    wrong = SERVE.replace(f"{RUN}/data", "gone")
    with pytest.raises(RuntimeError, match="there is no directory"), local_ray.serving(wrong, mounts, ENVIRONMENT):
        pass
