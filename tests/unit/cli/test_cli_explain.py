"""`hydra explain`."""

from __future__ import annotations

import doctest
import json
import re
from pathlib import Path
from typing import get_args

import pytest

from compiler import explaining
from compiler.explaining import UnknownTargetError, UnknownWorkloadError, target_of
from compiler.pipeline import Request, plans
from compiler.planning.training.values import Subject
from compiler.report.plan import sections
from compiler.report.plan.views.trainings import ASPECTS
from tests.unit.cli.trainings import BROKEN, LARGE, hydra_in, trainings

NAMES = ("bot/finetunes/tuned", "search/finetunes/tuned", "bot/finetunes/adapted", "FineTune/nlp/llama.v2")
KNOWN = dict.fromkeys(NAMES, ASPECTS)


@pytest.mark.parametrize("module", [explaining, sections], ids=lambda module: module.__name__)
def test_examples_in_docstrings(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "of", "aspect", "inner"),
    [
        ("finetunes.adapted", "bot/finetunes/adapted", "", ()),
        ("bot/finetunes/tuned", "bot/finetunes/tuned", "", ()),
        ("search:finetunes.tuned.memory", "search/finetunes/tuned", "memory", ()),
        ("FineTune.llama.v2.batch", "FineTune/nlp/llama.v2", "batch", ()),
        (
            "bot/finetunes/tuned.deepspeed.zero_optimization.stage",
            "bot/finetunes/tuned",
            "deepspeed",
            ("zero_optimization", "stage"),
        ),
    ],
)
def test_targets(text: str, of: str, aspect: str, inner: tuple[str, ...]) -> None:
    assert target_of(text, KNOWN) == (of, aspect, inner)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "finetunes.tuned.memory",
            "`finetunes.tuned` is the name of 2 workloads. Say `bot/finetunes/tuned.memory` or "
            "`search/finetunes/tuned.memory`.",
        ),
        ("finetunes.adpted", "No workload is called `finetunes.adpted`. Did you mean `finetunes.adapted`?"),
        (
            "finetunes.adpted.deepspeed",
            "No workload is called `finetunes.adpted`. Did you mean `finetunes.adapted`?",
        ),
        ("finetunes.adapted.memry", "`finetunes.adapted` has no `memry` to explain. Did you mean `memory`?"),
        ("finetunes.adapted.batch.size", "`batch` is explained as a whole: leave out `.size`."),
        (
            "zzz",
            "No workload is called `zzz`. There are `FineTune.llama.v2`, `finetunes.adapted`, `bot/finetunes/tuned` "
            "and `search/finetunes/tuned`.",
        ),
    ],
)
def test_what_is_no_target(text: str, said: str) -> None:
    with pytest.raises(UnknownTargetError, match=f"^{re.escape(said)}$"):
        target_of(text, KNOWN)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("nlp/llama.v2", "FineTune/nlp/llama.v2"),
        ("bot/finetunes/adpted", "bot/finetunes/adapted"),
        ("bot/finetunes/adpted.memory", "bot/finetunes/adapted"),
    ],
)
def test_what_is_written_with_slashes_is_answered_with_slashes(text: str, meant: str) -> None:
    with pytest.raises(UnknownWorkloadError, match=f"Did you mean `{re.escape(meant)}`"):
        target_of(text, KNOWN)


def test_nothing_behind_the_dot() -> None:
    with pytest.raises(UnknownTargetError, match=r"^Behind the dot stands `accelerator`, .* or `storage`\.$"):
        target_of("finetunes.adapted.", KNOWN)


def test_many_workloads_are_not_listed() -> None:
    with pytest.raises(UnknownWorkloadError, match=r"^No workload is called `zzz`\. `hydra plan` shows all 30\.$"):
        target_of("zzz", {f"bot/jobs/number-{one}": ASPECTS for one in range(30)})


def test_every_subject_can_be_asked_for(tmp_path: Path) -> None:
    found = plans(Request(trainings(tmp_path)))
    given = {reason.about for _, summary in found.summaries for reason in summary.reasons}
    assert given == {subject for aspect in ASPECTS.values() for subject in aspect.subjects} == {*get_args(Subject)}


def test_everything(tmp_path: Path) -> None:
    ran = hydra_in(trainings(tmp_path), "explain", "bot/finetunes/tuned", "--cluster", "one")
    assert (ran.exit_code, ran.stderr) == (0, "")
    lines = ran.stdout.splitlines()
    assert lines[:5] == [
        "bot/finetunes/tuned on one: PyTorchJob in `nlp`",
        "  bot/hydra.yaml:10",
        "",
        "Reasons",
        "  1. 8 `a100-80gb` of one node, which has 8.",
    ]
    assert [line for line in lines if re.fullmatch(r"[A-Z]\w+", line)] == [
        "Reasons",
        "Hyperparameters",
        "Memory",
        "Storage",
    ]
    assert (
        "\nPods, and what each asks for\n  Master  1 pod  8 cards  64 cores  256Gi memory  32Gi shared\n" in ran.stdout
    )
    assert re.search(r"^  learningRate +1\.0e-05 +bot/hydra\.yaml:8$", ran.stdout, re.MULTILINE)
    assert re.search(r"^  saveSteps +200 +library hyperparameters/full$", ran.stdout, re.MULTILINE)
    assert re.search(r"^  bot-tuned +\d+Gi$", ran.stdout, re.MULTILINE)


def test_the_reasons_are_those_of_the_plan_in_order(tmp_path: Path) -> None:
    repo = trainings(tmp_path)
    plan = json.loads(hydra_in(repo, "plan", "--format", "json").stdout)[0]
    told = " ".join(hydra_in(repo, "explain", "bot:finetunes.tuned", "--cluster", "one").stdout.split())
    assert " ".join(f"{number}. {reason}" for number, reason in enumerate(plan["reasons"], start=1)) in told


def test_deepspeed_with_what_led_to_it(tmp_path: Path) -> None:
    repo = trainings(tmp_path)
    ran = hydra_in(repo, "explain", "bot:finetunes.tuned.deepspeed", "--cluster", "one")
    head, _, text = ran.stdout.partition("\nDeepSpeed\n")
    config = json.loads(text)
    assert config["train_batch_size"] == 32
    assert config["bf16"] == {"enabled": True}
    assert "  deepspeed        auto         what holds where nothing is said\n" in head
    assert "Without DeepSpeed, micro batch 1 would take up to" in head
    assert "parameters are trained" not in head
    assert "Memory" not in head


def test_something_inside_of_deepspeed(tmp_path: Path) -> None:
    repo = trainings(tmp_path)
    ran = hydra_in(repo, "explain", "bot:finetunes.tuned.deepspeed.bf16.enabled", "--cluster", "one")
    assert ran.stdout.endswith("\nDeepSpeed.bf16.enabled\ntrue\n")
    ran = hydra_in(repo, "explain", "bot:finetunes.tuned.deepspeed.bf16.enabld")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "`deepspeed.bf16` has no `enabld`. Did you mean `enabled`?" in ran.stderr
    ran = hydra_in(repo, "explain", "bot:finetunes.tuned.deepspeed.bf16.enabled.x")
    assert ran.exit_code == 2
    assert "`deepspeed.bf16.enabled` has no `x`." in ran.stderr


def test_without_deepspeed(tmp_path: Path) -> None:
    ran = hydra_in(trainings(tmp_path), "explain", "finetunes.adapted.deepspeed", "--cluster", "one")
    assert ran.exit_code == 0
    assert ran.stdout.endswith("\nThere is no DeepSpeed configuration: it runs without.\n")


def test_where_it_is_asked_for(tmp_path: Path) -> None:
    zero1 = LARGE.replace("method: full", "method: lora\n    deepspeed: zero1").replace("count: 1", "count: 2")
    ran = hydra_in(trainings(tmp_path, search=zero1), "explain", "finetunes.large.deepspeed")
    assert ran.exit_code == 0
    assert re.search(r"^  deepspeed +zero1 +search/hydra\.yaml:17$", ran.stdout, re.MULTILINE)


def test_one_hyperparameter(tmp_path: Path) -> None:
    repo = trainings(tmp_path)
    ran = hydra_in(repo, "explain", "bot:finetunes.tuned.hyperparameters.learningRate", "--cluster", "one")
    assert ran.stdout.endswith("\nHyperparameters\n  learningRate  1.0e-05  bot/hydra.yaml:8\n")
    ran = hydra_in(repo, "explain", "bot:finetunes.tuned.hyperparameters.learningrate")
    assert ran.exit_code == 2
    assert "`bot/finetunes/tuned` has no hyperparameter `learningrate`. Did you mean `learningRate`?" in ran.stderr


@pytest.mark.parametrize("aspect", ASPECTS)
def test_every_aspect_says_something(aspect: str, tmp_path: Path) -> None:
    ran = hydra_in(trainings(tmp_path), "explain", f"bot:finetunes.tuned.{aspect}")
    assert (ran.exit_code, ran.stderr) == (0, "")
    one, two = ran.stdout.split("\nbot/finetunes/tuned on two", 1)
    assert len(one.splitlines()) > 3
    assert one.replace(" on one", "").splitlines()[1:] == two.splitlines()[1:]


def test_a_job(tmp_path: Path) -> None:
    repo = trainings(tmp_path)
    ran = hydra_in(repo, "explain", "jobs.own", "--cluster", "one")
    assert ran.exit_code == 0
    assert "The job says its replicas: 3 Worker with 8 cards of `a100-80gb` each." in ran.stdout
    assert "  bot-own  50Gi\n" in ran.stdout
    for aspect in ("deepspeed", "hyperparameters", "memory"):
        ran = hydra_in(repo, "explain", f"jobs.own.{aspect}", "--cluster", "one")
        assert (ran.exit_code, ran.stderr) == (0, "")
        assert ran.stdout.endswith("Nothing is decided about that: the program that the job runs does.\n") or (
            "Run " in ran.stdout
        )


def test_a_workload_without_a_plan_has_its_findings_and_no_others(tmp_path: Path) -> None:
    repo = trainings(tmp_path, search=LARGE + BROKEN)
    ran = hydra_in(repo, "explain", "finetunes.large")
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ran.stderr.startswith("HYD901 error: ")
    assert "HYD306" not in ran.stderr
    assert ran.stderr.endswith("`search/finetunes/large` has no plan on `two`: see above.\n")
    ran = hydra_in(repo, "explain", "finetunes.broken")
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ran.stderr.startswith("HYD306 error: ")
    assert "HYD901" not in ran.stderr


def test_mistakes_elsewhere_do_not_count(tmp_path: Path) -> None:
    ran = hydra_in(trainings(tmp_path, search=LARGE), "explain", "finetunes.adapted")
    assert (ran.exit_code, ran.stderr) == (0, "")


def test_an_unknown_workload_is_wrong_use_unless_a_mistake_may_be_why(tmp_path: Path) -> None:
    ran = hydra_in(trainings(tmp_path), "explain", "finetunes.adopted")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "No workload is called `finetunes.adopted`. Did you mean `finetunes.adapted`" in ran.stderr
    ran = hydra_in(trainings(tmp_path, search="  other: {method: [}\n"), "explain", "finetunes.other")
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ran.stderr.startswith("HYD1")
    assert ran.stderr.endswith(" What is wrong in the repo may be the cause.\n")


def test_hostile_targets_are_shown_safely(tmp_path: Path) -> None:
    ran = hydra_in(trainings(tmp_path), "explain", "x\x1b[2J")
    assert ran.exit_code == 2
    assert "No workload is called `x\\x1b[2J`." in ran.stderr
