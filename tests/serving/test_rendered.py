"""What is rendered for services answers: their applications under a real Ray, and a comparison that asks them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

pytestmark = pytest.mark.serving

pytest.importorskip("ray.serve", reason="Ray Serve is not installed: `make test-serving`")
pytest.importorskip("transformers", reason="Transformers is not installed: `make test-serving`")

from compiler.planning.comparing.compare import read_questions  # noqa: E402
from tests.serving.browser import Browser  # noqa: E402
from tests.serving.client import get, post  # noqa: E402
from tests.serving.local_ray import LocalRay  # noqa: E402
from tests.serving.ray_schema import check_serve_config  # noqa: E402
from tests.serving.rendered import REPO, HereNode, Service, code_of, elsewhere, storage_at  # noqa: E402
from tests.serving.taught import Messages, greedy, save_taught  # noqa: E402
from tests.training import node as machine  # noqa: E402
from tests.training.cluster import Cluster  # noqa: E402
from tests.training.operator import Job  # noqa: E402
from tests.training.runs import marker, run_directory  # noqa: E402
from tests.training.volumes import Storage  # noqa: E402

ARTEFACTS = Path(__file__).parents[2] / "build" / "artefacts"
NAMES = {"one": "pair-one", "two": "pair-two"}
KNOWN = {
    "one": ["It uses port 8000.", "Four.", "Run systemctl restart server, and read its log."],
    "two": ["The server uses port 9000.", "Four.", "Run systemctl restart server, then wait a minute."],
}
"""What the models of the services answer to the questions of the comparison."""

TOKENS = 24


class Bench(NamedTuple):
    """The services of the repo, and what they read."""

    storage: Storage
    services: Mapping[str, Service]
    models: Mapping[str, Path]
    """The weights of each service."""

    questions: Sequence[Messages]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """The claims, with the model that is said to lie there; the other one lies elsewhere until it is loaded."""
    root = tmp_path_factory.mktemp("bench")
    storage = storage_at(root)
    questions = [one["messages"] for one in read_questions(REPO / "pair" / "questions.jsonl")]
    models = {"one": storage.claims / "tiny-models" / "tiny-qwen", "two": root / "source"}
    for name, directory in models.items():
        save_taught(directory, list(zip(questions, KNOWN[name], strict=True)))
    services = {name: Service(called, storage, root / "pods") for name, called in NAMES.items()}
    return Bench(storage, services, models, questions)


@pytest.fixture(scope="module")
def loaded(bench: Bench) -> Path:
    """The marker of the model that a preload makes, once it is loaded."""
    (gate,) = bench.services["two"].worker.spec["initContainers"]
    place = next(one["value"] for one in gate["env"] if one["name"] == "HYDRA_MARKER")
    written = bench.storage.claims / "pair-loaded" / Path(place).relative_to("/mnt/model")
    if not written.exists():
        shutil.copytree(bench.models["two"], written.parent / "data")
        written.write_text("{}\n")
    return written


@pytest.fixture(scope="module")
def urls(bench: Bench, loaded: Path, local_ray: LocalRay) -> Iterator[Mapping[str, str]]:
    """The addresses of both services, which run."""
    assert loaded.exists()
    one, two = (bench.services[name].worker.placed() for name in NAMES)
    first, second = (bench.services[name].serve for name in NAMES)
    with (
        local_ray.serving(first, one.files, one.environment) as here,
        local_ray.serving(second, two.files, two.environment) as there,
    ):
        yield {"one": here, "two": there}


@pytest.fixture(scope="module")
def isolated() -> None:
    """A machine that runs containers."""
    obstacle = machine.obstacle()
    if obstacle:
        pytest.skip(obstacle)


class Compared(NamedTuple):
    """A comparison that ran twice."""

    first: Job
    again: Job
    run: Path
    """Its directory."""


@pytest.fixture(scope="module")
def compared(
    isolated: None, bench: Bench, urls: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Compared:
    """The rendered Job in its container, where only the addresses of the services are those of this machine."""
    addresses = {bench.services[name].address: urls[name] for name in NAMES}
    cluster = Cluster(HereNode(), tmp_path_factory.mktemp("comparison"), elsewhere(addresses))
    first = cluster.run("Job", "pair-candidates", 120)
    again = cluster.run("Job", "pair-candidates", 30)
    return Compared(first, again, run_directory(cluster.claim("pair-candidates")))


@pytest.mark.parametrize("name", NAMES)
def test_ray_takes_the_configuration(bench: Bench, name: str) -> None:
    assert check_serve_config(bench.services[name].serve) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_replica_fits_on_a_worker_as_ray_counts_it(bench: Bench, name: str) -> None:
    """Without `num-cpus` the operator takes the container's limit, in whole cores."""
    service = bench.services[name]
    (application,) = yaml.safe_load(service.serve)["applications"]
    (deployment,) = application["deployments"]
    assert "num-cpus" not in service.workers["rayStartParams"]
    there = int(service.worker.container["resources"]["limits"]["cpu"])
    wanted = deployment["ray_actor_options"]["num_cpus"]
    # One, and not two of them.
    assert wanted <= there < 2 * wanted


@pytest.mark.parametrize("name", NAMES)
def test_the_head_builds_the_application_without_the_weights(isolated: None, bench: Bench, name: str) -> None:
    service = bench.services[name]
    head = service.head
    assert not [volume for volume in head.spec["volumes"] if "persistentVolumeClaim" in volume]
    (application,) = yaml.safe_load(service.serve)["applications"]
    module, _, function = application["import_path"].partition(":")
    program = f"import json, sys, {module}; print({module}.__file__, {module}.{function}(json.loads(sys.argv[1])))"
    command = ["python3", "-c", program, json.dumps(application["args"])]
    with head.running(head.container, command) as (container, log):
        code = code_of(container, 120)
    assert code == 0, log.read_text()
    assert log.read_text().splitlines()[-1].startswith(f"/mnt/application/{module}.py ")


def test_a_worker_waits_until_its_model_is_loaded(isolated: None, bench: Bench, request: Any) -> None:
    worker = bench.services["two"].worker
    (gate,) = worker.spec["initContainers"]
    with worker.running(gate) as (container, log):
        with pytest.raises(TimeoutError):
            code_of(container, 1)
        assert "waiting for pair/models/loaded" in log.read_text()
        request.getfixturevalue("loaded")
        assert code_of(container, 20) == 0
    assert "pair/models/loaded is ready" in log.read_text()


def test_a_model_that_is_there_is_not_waited_for(bench: Bench) -> None:
    assert "initContainers" not in bench.services["one"].worker.spec


@pytest.mark.parametrize(("name", "context"), [("one", 512), ("two", 128)])
def test_a_service_lists_its_model_by_its_own_name(urls: Mapping[str, str], name: str, context: int) -> None:
    (model,) = get(f"{urls[name]}/v1/models").json["data"]
    assert (model["id"], model["max_model_len"]) == (name, context)
    assert get(f"{urls[name]}/health").status == 200


@pytest.mark.parametrize("name", NAMES)
def test_a_service_answers_with_its_own_model_as_transformers_does(
    urls: Mapping[str, str], bench: Bench, name: str
) -> None:
    question = bench.questions[0]
    asked = {"model": name, "messages": question, "max_tokens": TOKENS, "temperature": 0}
    answer = post(f"{urls[name]}/v1/chat/completions", asked).json
    (choice,) = answer["choices"]
    assert answer["model"] == name
    assert choice["finish_reason"] == "stop"
    assert choice["message"]["content"] == greedy(bench.models[name], question, TOKENS) == KNOWN[name][0]


@pytest.mark.parametrize("name", NAMES)
def test_a_service_completes_text(urls: Mapping[str, str], name: str) -> None:
    asked = {"model": name, "prompt": "Which port", "max_tokens": 4, "temperature": 0}
    answer = post(f"{urls[name]}/v1/completions", asked).json
    assert answer["choices"][0]["text"]
    assert answer["usage"]["completion_tokens"] == 4


def test_the_contexts_are_those_that_the_specs_ask_for(urls: Mapping[str, str], bench: Bench) -> None:
    asked = {"messages": bench.questions[0], "max_tokens": 120, "temperature": 0}
    status = {name: post(f"{urls[name]}/v1/chat/completions", {**asked, "model": name}).status for name in NAMES}
    assert status == {"one": 200, "two": 400}


def test_a_comparison_asks_both_and_is_asked_once(compared: Compared) -> None:
    assert [pod.codes for pod in compared.first.pods] == [[0]], compared.first.log
    assert marker(compared.run, "ready.json") == {"of": "pair/comparisons/candidates", "run": compared.run.name}
    assert [pod.codes for pod in compared.again.pods] == [[0]], compared.again.log
    assert "stands, nothing to ask" in compared.again.log
    assert "ready, asking" not in compared.again.log


def test_every_question_has_both_answers(compared: Compared) -> None:
    report = json.loads((compared.run / "answers.json").read_text("utf-8"))
    assert [(one["name"], one["model"], one["answered"]) for one in report["services"]] == [
        ("one", "one", 3),
        ("two", "two", 3),
    ]
    assert [one["id"] for one in report["questions"]] == ["port", "sum", "3"]
    for number, question in enumerate(report["questions"]):
        assert [one["service"] for one in question["answers"]] == ["one", "two"]
        assert [one["text"] for one in question["answers"]] == [KNOWN[name][number] for name in NAMES]
        assert all(one["first_token_seconds"] is not None for one in question["answers"])
    assert [one["holds_reference"] for one in report["questions"][0]["answers"]] == [True, False]


def test_the_page_is_for_people(compared: Compared, browser: Browser) -> None:
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    picture = ARTEFACTS / "comparison.png"
    picture.unlink(missing_ok=True)
    page = (compared.run / "index.html").as_uri()
    browser.run("--window-size=1280,1400", f"--screenshot={picture}", page)
    assert picture.read_bytes().startswith(b"\x89PNG")
    shown = browser.run("--dump-dom", page)
    for text in ("candidates", "Which port does the server use?", "1 answered alike"):
        assert text in shown
