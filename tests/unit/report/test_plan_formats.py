"""The formats of plans, letter by letter, on made-up plans."""

from __future__ import annotations

import json
from typing import Any

import pytest

from compiler.diagnostics import Code, Diagnostic, Placed, Severity, Span
from compiler.planning.summary import PodSummary, Summary
from compiler.planning.training.values import Memory, Reason, TrainingPlan
from compiler.report.base import findings
from compiler.report.plan import FORMATS
from compiler.report.plan.base import Entry
from compiler.report.plan.views import views
from compiler.report.plan.views.trainings import VIEW
from tests.unit.report.plans import GIB, NOWHERE, gib, page_of

PARTS = {"weights": gib(10, 10, 10), "adapter": gib(0.1, 0.1, 0.1), "logits": gib(5, 10, 15)}
PLAN = TrainingPlan(
    nodes=2, per_node=8, strategy="zero2", micro_batch=4, accumulation=1, global_batch=64, precision="bf16",
    memory=Memory(PARTS, gib(15.1, 20.1, 25.1), 80 * GIB, 256 * GIB),
    deepspeed={"zero_optimization": {"stage": 2}}, trainable=7_615_616_512, cpu=64, shm=32 * GIB,
    reasons=(Reason("accelerator", "16 `a100-80gb` are 2 full nodes with 8 each."),),
)  # fmt: skip
FULL = Summary(
    "bot/finetunes/full", "PyTorchJob", "nlp", NOWHERE, "a100-80gb",
    (PodSummary("Worker", 2, 8, "64", "256Gi", "32Gi"),), (("bot-full", "360Gi"),), PLAN, PLAN.reasons,
)  # fmt: skip
JOB = Summary(
    "bot/jobs/own",
    "MPIJob",
    "nlp",
    NOWHERE,
    "h100",
    (PodSummary("Launcher", 1, 0, "1", "2Gi", None), PodSummary("Worker", 2, 1, "8", "64Gi", "4Gi")),
    reasons=(Reason("accelerator", "The job says so."),),
)
CODE = Code("HYD901", Severity.ERROR, "", "")
SMALL = Code("HYD999", Severity.WARNING, "", "")
REFUSED = Entry(
    "prod",
    "bot/finetunes/large",
    "nlp",
    VIEW,
    None,
    findings(
        [
            Diagnostic(SMALL, Placed(Span("hydra.yaml", 1, 1, 1, 2)), "It is odd.", "Look."),
            Diagnostic(CODE, Placed(Span("hydra.yaml", 2, 1, 2, 2)), "It does not <fit>.", "Take less."),
        ],
        "repo/",
    ),
)


def entry(told: Summary | Entry) -> Entry:
    return told if isinstance(told, Entry) else Entry("prod", told.workload, told.namespace, VIEW, told)


def written(form: str, *told: Summary | Entry, width: int = 80, ascii_only: bool = False) -> str:
    return page_of(form, *(entry(one) for one in told), width=width, ascii_only=ascii_only)


def test_the_formats() -> None:
    assert FORMATS == ("json", "markdown", "text")
    with pytest.raises(ValueError, match="'xml'"):
        written("xml")


TEXT = """\
bot/finetunes/full on prod: PyTorchJob
  accelerators  16 x a100-80gb, 2 nodes with 8 each
  strategy      zero2, bf16
  batch         64 = 4 x 1 step x 16
  trained       7,615,616,512 parameters
  each pod      64 cores and 256Gi of main memory, 32Gi of it shared
  storage       bot-full 360Gi

  GiB a card           low  expected      high
  weights             10.0      10.0      10.0  ████
  adapter              0.1       0.1       0.1      ▏
  logits               5.0      10.0      15.0      ████
  all                 15.1      20.1      25.1  ██████▓▓░░·····················│
  the card has        80.0

bot/jobs/own on prod: MPIJob
  accelerators  2 x h100, 2 pods with 1 each
  Launcher      1 pod with 1 core and 2Gi of main memory
  Worker        2 pods, each with 1 card, 8 cores and 64Gi of main memory, 4Gi
                of it shared

bot/finetunes/large on prod: no plan
  HYD901        It does not <fit>.

  █ low  ▓ expected  ░ high  · free  │ end of the card
"""


def test_text() -> None:
    assert written("text", FULL, JOB, REFUSED) == TEXT
    assert written("text") == ""


def test_text_in_ascii() -> None:
    drawn = written("text", FULL, JOB, REFUSED, ascii_only=True)
    assert drawn.isascii()
    assert drawn == TEXT.translate(str.maketrans("█▓░·│▏", "#=-.|'"))


def test_text_without_room_has_no_bars() -> None:
    drawn = written("text", FULL, width=57)
    assert "  weights             10.0      10.0      10.0\n" in drawn
    assert "free" not in drawn
    assert max(map(len, drawn.splitlines())) <= 57


def test_a_training_that_may_not_fit_ends_behind_the_card() -> None:
    tight = PLAN._replace(memory=PLAN.memory._replace(card=16 * GIB))
    drawn = written("text", FULL._replace(plan=tight))
    assert "  all                 15.1      20.1      25.1  ███████████████████▓│▓▓▓▓▓░░░░░░\n" in drawn
    assert "  the card has        16.0\n" in drawn


@pytest.mark.parametrize("card", [1, GIB, 25 * GIB, 80 * GIB, 1 << 62])
@pytest.mark.parametrize("width", [57, 58, 59, 60, 80, 200, 10_000])
def test_a_bar_never_leaves_its_room(card: int, width: int) -> None:
    memory = PLAN.memory._replace(card=card)
    drawn = written("text", FULL._replace(plan=PLAN._replace(memory=memory)), width=width)
    table = drawn.split("\n\n")[1]
    assert max(map(len, table.splitlines())) <= width


MARKDOWN = """\
| Workload | Cluster | Accelerators | Strategy | Batch | GiB a card | Each pod | Storage |
| --- | --- | --- | --- | --- | --- | --- | --- |
| `bot/finetunes/full` | prod | 16 x a100-80gb, 2 nodes with 8 each | zero2, bf16 | 64 = 4 x 1 step x 16 | 15.1 to 25.1 of 80.0 | 64 cores and 256Gi of main memory, 32Gi of it shared | bot-full 360Gi |
| `bot/jobs/own` | prod | 2 x h100, 2 pods with 1 each |  |  |  | Launcher: 1 pod with 1 core and 2Gi of main memory; Worker: 2 pods, each with 1 card, 8 cores and 64Gi of main memory, 4Gi of it shared |  |
| `bot/finetunes/large` | prod | **no plan** |  |  |  |  |  |

Without a plan:

* `bot/finetunes/large` on prod: HYD901 It does not &lt;fit>.

<details><summary><code>bot/finetunes/full</code> on prod</summary>

1. 16 `a100-80gb` are 2 full nodes with 8 each.

| GiB a card | low | expected | high |
| --- | ---: | ---: | ---: |
| weights | 10.0 | 10.0 | 10.0 |
| adapter | 0.1 | 0.1 | 0.1 |
| logits | 5.0 | 10.0 | 15.0 |
| all | 15.1 | 20.1 | 25.1 |
| the card has | 80.0 |  |  |

</details>

<details><summary><code>bot/jobs/own</code> on prod</summary>

1. The job says so.

</details>
"""


def test_markdown() -> None:
    assert written("markdown", FULL, JOB, REFUSED) == MARKDOWN


def test_markdown_of_hostile_text() -> None:
    drawn = written("markdown", JOB._replace(kind="x", accelerator="a|b<script>\n"))
    assert "| 2 x a\\|b&lt;script>\\n, 2 pods with 1 each |" in drawn


def pod(**fields: Any) -> PodSummary:
    return PodSummary("Worker", 1, 0, None, None, None)._replace(**fields)


@pytest.mark.parametrize(
    ("pods", "lines"),
    [
        ((pod(number=3),), ["accelerators  none, 3 pods"]),
        ((pod(cards=1),), ["accelerators  1 x h100, 1 pod"]),
        ((pod(cpu="1"),), ["accelerators  none, 1 pod", "each pod      1 core"]),
        ((pod(shm="1Gi"),), ["accelerators  none, 1 pod", "each pod      1Gi of shared memory"]),
        (
            (pod(cpu="4", shm="1Gi"), pod(role="PS", number=2)),
            ["accelerators  none, 3 pods", "Worker        1 pod with 4 cores and 1Gi of shared memory", "PS            2 pods"],
        ),
    ],
)  # fmt: skip
def test_pods(pods: tuple[PodSummary, ...], lines: list[str]) -> None:
    drawn = written("text", JOB._replace(pods=pods))
    assert [line.strip() for line in drawn.splitlines()[1:-1]] == lines


def test_a_mistake_in_what_a_workload_names() -> None:
    alone = REFUSED._replace(findings=())
    assert "Something that it names is wrong." in written("text", alone)
    assert "`bot/finetunes/large` on prod: Something that it names is wrong.\n" in written("markdown", alone)


OF_OTHERS = {key for view in {*views().values()} - {VIEW} for key in view.fields(None)}


def test_json() -> None:
    full, job, refused = json.loads(written("json", FULL, JOB, REFUSED))
    assert {key: value for key, value in full.items() if key not in OF_OTHERS} == {
        "cluster": "prod",
        "workload": "bot/finetunes/full",
        "kind": "PyTorchJob",
        "accelerator": "a100-80gb",
        "gpus": 16,
        "nodes": 2,
        "strategy": "zero2",
        "microBatch": 4,
        "accumulation": 1,
        "globalBatch": 64,
        "memoryGiB": {"low": 15.1, "expected": 20.1, "high": 25.1, "card": 80.0},
        "reasons": ["16 `a100-80gb` are 2 full nodes with 8 each."],
        "namespace": "nlp",
        "precision": "bf16",
        "trainable": 7615616512,
        "parts": {
            "weights": {"low": 10.0, "expected": 10.0, "high": 10.0},
            "adapter": {"low": 0.1, "expected": 0.1, "high": 0.1},
            "logits": {"low": 5.0, "expected": 10.0, "high": 15.0},
        },
        "pods": [
            {"role": "Worker", "count": 2, "gpus": 8, "cpu": "64", "memory": "256Gi", "sharedMemory": "32Gi"},
        ],
        "hostMemoryGiB": 256.0,
        "storage": [{"claim": "bot-full", "size": "360Gi"}],
        "findings": [],
    }
    assert all(full[key] in (None, []) for key in OF_OTHERS)
    assert (job["accelerator"], job["gpus"], job["nodes"], job["memoryGiB"]) == ("h100", 2, 2, None)
    assert [(one["role"], one["gpus"], one["sharedMemory"]) for one in job["pods"]] == [
        ("Launcher", 0, None), ("Worker", 1, "4Gi"),
    ]  # fmt: skip
    assert list(refused) == list(full)
    said = {key: value for key, value in refused.items() if value is not None and value != []}
    assert said.keys() == {"cluster", "workload", "namespace", "findings"}
    assert [(one["code"], one["message"], one["span"]["file"]) for one in said["findings"]] == [
        ("HYD999", "It is odd.", "repo/hydra.yaml"), ("HYD901", "It does not <fit>.", "repo/hydra.yaml"),
    ]  # fmt: skip


@pytest.mark.parametrize("form", FORMATS)
def test_no_plans(form: str) -> None:
    assert written(form) == ("[]\n" if form == "json" else "")
