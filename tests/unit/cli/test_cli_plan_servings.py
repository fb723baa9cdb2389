"""`hydra plan` and `hydra explain` of services and comparisons."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from click.testing import Result

from compiler.pipeline import Request, plans
from compiler.planning.serving.values import Subject
from compiler.report.plan.views import comparisons, servings, views
from tests.unit.cli.servings import LARGE
from tests.unit.cli.servings import servings as repo_in
from tests.unit.cli.trainings import hydra_in

OF_THE_PLANNER = {"engine"}
"""Subjects about which planning gives no reason in this repo."""


def told(repo: Path) -> dict[str, dict[str, Any]]:
    ran = hydra_in(repo, "plan", "--format", "json")
    assert ran.stderr == "", ran.stderr
    return {one["workload"]: one for one in json.loads(ran.stdout)}


def explained(repo: Path, target: str) -> Result:
    ran = hydra_in(repo, "explain", target)
    assert (ran.exit_code, ran.stderr) == (0, "")
    return ran


def rendered(repo: Path, kind: str, name: str) -> Any:
    assert hydra_in(repo, "compile").exit_code == 0
    (file,) = (repo / "rendered").rglob(f"{kind.lower()}-{name}.yaml")
    return yaml.safe_load(file.read_text())["spec"]


def test_what_is_told_of_a_service_under_kserve_is_what_is_rendered(tmp_path: Path) -> None:
    repo = repo_in(tmp_path)
    chat = told(repo)["bot/services/chat"]
    predictor = rendered(repo, "InferenceService", "bot-chat")["predictor"]
    (server,) = predictor["containers"]
    assert chat["replicas"] == {
        "min": predictor["minReplicas"], "max": predictor["maxReplicas"], "metric": "concurrency", "target": 16,
    }  # fmt: skip
    (pod,) = chat["pods"]
    assert (pod["count"], pod["gpus"]) == (4, int(server["resources"]["requests"]["nvidia.com/gpu"]))
    assert (pod["cpu"], pod["memory"]) == tuple(server["resources"]["requests"][key] for key in ("cpu", "memory"))
    line = [*server.get("command", []), *server["args"]]
    for flag, field in (
        ("--max-model-len", "context"),
        ("--tensor-parallel-size", "tensorParallel"),
        ("--gpu-memory-utilization", "utilization"),
    ):
        assert f"{flag}={chat[field]}" in line
    assert (chat["kind"], chat["gpus"], chat["nodes"], chat["replicaGpus"]) == ("InferenceService", 4, 4, 1)
    assert chat["endpoints"] == [
        "http://bot-chat-predictor.nlp.svc.cluster.local/v1", "https://chat-nlp.models.acme.io/v1",
    ]  # fmt: skip


def test_what_is_told_of_a_service_under_ray_is_what_is_rendered(tmp_path: Path) -> None:
    repo = repo_in(tmp_path)
    bursty = told(repo)["bot/services/bursty"]
    cluster = rendered(repo, "RayService", "bot-bursty")["rayClusterConfig"]
    (group,) = cluster["workerGroupSpecs"]
    head, worker = bursty["pods"]
    assert (head["role"], head["count"], head["gpus"]) == ("head", 1, 0)
    assert (worker["role"], worker["count"], worker["gpus"]) == ("worker", group["maxReplicas"], 2)
    asked = group["template"]["spec"]["containers"][0]["resources"]["requests"]
    assert (worker["cpu"], worker["memory"]) == (asked["cpu"], asked["memory"])
    assert (bursty["replicas"]["min"], bursty["gpus"], bursty["replicaGpus"], bursty["nodes"]) == (0, 6, 2, 3)


def test_a_service_on_processors_has_no_cards(tmp_path: Path) -> None:
    small = told(repo_in(tmp_path))["bot/services/small"]
    assert (small["accelerator"], small["gpus"], small["replicaGpus"], small["utilization"]) == ("cpu", 0, 0, 1.0)


def test_the_parts_of_a_card_come_to_all_of_it(tmp_path: Path) -> None:
    for one in told(repo_in(tmp_path)).values():
        if one["parts"]:
            parts = [part["expected"] for part in one["parts"].values()]
            assert sum(parts) == pytest.approx(one["memoryGiB"]["expected"], abs=0.01 * len(parts))
            assert one["memoryGiB"]["high"] <= one["memoryGiB"]["card"] * (one["utilization"] or 1)


def test_a_comparison_says_whom_it_asks_and_where_it_writes(tmp_path: Path) -> None:
    repo = repo_in(tmp_path)
    both = told(repo)["bot/comparisons/both"]
    assert (both["kind"], both["asks"]) == ("Job", ["bot/services/chat", "bot/services/bursty"])
    assert both["storage"] == [{"claim": "bot-both", "size": "100Gi"}]
    assert hydra_in(repo, "compile").exit_code == 0
    (files,) = (repo / "rendered").rglob("configmap-bot-both.yaml")
    output = json.loads(yaml.safe_load(files.read_text())["data"]["compare.json"])["output"]
    assert both["writes"] == output.replace("/mnt/output", "bot-both")


@pytest.mark.parametrize("form", ["json", "markdown", "text"])
def test_a_service_that_does_not_fit_is_an_error_beside_the_plans_of_the_others(form: str, tmp_path: Path) -> None:
    fine = hydra_in(repo_in(tmp_path / "fine"), "plan", "--format", form)
    ran = hydra_in(repo_in(tmp_path / "large", further=LARGE), "plan", "--format", form)
    assert (fine.exit_code, ran.exit_code) == (0, 1)
    assert {*fine.stdout.splitlines()} <= {*ran.stdout.splitlines()}
    assert ran.stderr.startswith("HYD520 error: ")


def test_a_service_without_a_plan_is_told_with_why(tmp_path: Path) -> None:
    repo = repo_in(tmp_path, further=LARGE)
    assert "bot/services/large on prod: no plan\n  HYD520        The model does not" in hydra_in(repo, "plan").stdout
    large = json.loads(hydra_in(repo, "plan", "--format", "json").stdout)[-1]
    assert [one["code"] for one in large["findings"]] == ["HYD520"]
    assert (large["workload"], large["kind"]) == ("bot/services/large", None)
    assert (large["endpoints"], large["replicas"]) == ([], None)
    ran = hydra_in(repo, "explain", "services.large")
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ran.stderr.endswith("`bot/services/large` has no plan on `prod`: see above.\n")


def test_every_reason_of_a_service_can_be_asked_for(tmp_path: Path) -> None:
    asked = {subject for aspect in servings.ASPECTS.values() for subject in aspect.subjects}
    assert asked == {*get_args(Subject)}
    given = {
        reason.about
        for _, summary in plans(Request(repo_in(tmp_path))).summaries
        if summary.serving is not None
        for reason in summary.reasons
    }
    assert given | OF_THE_PLANNER == asked


def test_every_row_and_field_of_an_aspect_is_there(tmp_path: Path) -> None:
    """A misspelt label or field would show nothing, and nobody would miss it."""
    planned = plans(Request(repo_in(tmp_path))).workloads
    for view in (servings.VIEW, comparisons.VIEW):
        labels = {
            label
            for one in planned
            if one.summary is not None and views()[type(one.workload)] is view
            for label, _ in view.rows(one.summary)
        }
        assert {row for aspect in view.aspects.values() for row in aspect.rows} <= labels
        assert all(part in view.sections for aspect in view.aspects.values() for part in aspect.parts)
    schema = json.loads((Path(__file__).parents[3] / "schemas" / "language" / "project.json").read_text())
    for view, name in ((servings.VIEW, "Service"), (comparisons.VIEW, "Comparison")):
        known = schema["$defs"][name]["properties"]
        assert {way[0] for aspect in view.aspects.values() for way in aspect.fields} <= {*known}


@pytest.mark.parametrize("aspect", servings.ASPECTS)
def test_every_aspect_of_a_service_says_something_of_its_own(aspect: str, tmp_path: Path) -> None:
    repo = repo_in(tmp_path)
    lines = explained(repo, f"services.chat.{aspect}").stdout.splitlines()
    assert len(lines) > 4
    assert "Nothing is decided" not in "".join(lines)
    assert len(lines) < len(explained(repo, "services.chat").stdout.splitlines())


@pytest.mark.parametrize("aspect", comparisons.ASPECTS)
def test_every_aspect_of_a_comparison_says_something(aspect: str, tmp_path: Path) -> None:
    assert len(explained(repo_in(tmp_path), f"comparisons.both.{aspect}").stdout.splitlines()) > 3


CONTEXT = """\
bot/services/chat on prod: InferenceService in `nlp`
  bot/hydra.yaml:6

Reasons
  1. A context of 16384 tokens, as asked for.

Decided
  context  16384 tokens

What was asked for
  context  16384  bot/hydra.yaml:11
"""


def test_one_aspect_with_what_was_asked_for_and_where(tmp_path: Path) -> None:
    assert explained(repo_in(tmp_path), "bot/services/chat.context").stdout == CONTEXT


def test_everything_about_a_service(tmp_path: Path) -> None:
    repo = repo_in(tmp_path)
    ran = explained(repo, "services.chat")
    heads = [line for line in ran.stdout.splitlines() if re.match(r"[A-Z]", line)]
    assert heads == ["Reasons", "Decided", "What was asked for", "Memory", "Pods, and what each asks for"]
    assert ran.stdout.endswith("  predictor  4 pods  1 card  8 cores  48Gi memory  4Gi shared\n")
    assert re.search(r"^  replicas\.target\.value +16 +bot/hydra\.yaml:12$", ran.stdout, re.MULTILINE)
    assert re.search(r"^  expose +\{\} +bot/hydra\.yaml:14$", ran.stdout, re.MULTILINE)
    assert "end of the server's share\n" in ran.stdout
    reasons = " ".join(ran.stdout.split("\n\n")[1].split())
    chat = told(repo)["bot/services/chat"]
    assert reasons == "Reasons " + " ".join(f"{number}. {one}" for number, one in enumerate(chat["reasons"], start=1))


def test_of_the_servers_own_arguments_only_the_names_are_shown(tmp_path: Path) -> None:
    ran = explained(repo_in(tmp_path), "services.chat.runtime")
    assert re.search(
        r"^  arguments +enable-prefix-caching, tool-call-parser +bot/hydra\.yaml:13$", ran.stdout, re.MULTILINE
    )
    assert "not-for-the-eyes-of-others" not in explained(repo_in(tmp_path / "again"), "services.chat").stdout


def test_a_place_in_an_override(tmp_path: Path) -> None:
    repo = repo_in(tmp_path)
    file = repo / "bot" / "hydra.yaml"
    text = file.read_text()
    file.write_text(text + "overrides:\n  prod:\n    services:\n      chat:\n        context: 8192\n")
    line = text.count("\n") + 5
    assert f"\n  context  8192  bot/hydra.yaml:{line}\n" in explained(repo, "services.chat.context").stdout


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("services.chat.contxt", "`services.chat` has no `contxt` to explain. Did you mean `context`?"),
        ("services.chat.deepspeed", "There are `runtime`, `engine`, `accelerator`, `weights`, `parallelism`,"),
        ("services.chat.context.x", "`context` is explained as a whole: leave out `.x`."),
        ("bot/services/chta.cache", "No workload is called `bot/services/chta`. Did you mean `bot/services/chat`?"),
        ("comparisons.both.memory", "There are `services`, `questions`, `pod` and `storage`."),
        ("services.chat.", "Behind the dot stands `runtime`, `engine`,"),
    ],
)
def test_what_is_not_there_gives_what_this_kind_of_workload_has(target: str, said: str, tmp_path: Path) -> None:
    ran = hydra_in(repo_in(tmp_path), "explain", target)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert said in ran.stderr
