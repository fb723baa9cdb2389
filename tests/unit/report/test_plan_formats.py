"""The formats of plans, letter by letter, on made-up plans."""

from __future__ import annotations

import io
import json

import pytest

from compiler.planning.summary import Summary
from compiler.planning.training.values import Memory, Range, Reason, TrainingPlan
from compiler.report.plan import FORMATS, Page, write
from compiler.source.document import Document, Origin, SourceFile

GIB = 1 << 30
NOWHERE = Origin(Document(SourceFile("hydra.yaml", ""), 0, {}))


def gib(low: float, expected: float, high: float) -> Range:
    return Range(*(round(size * GIB) for size in (low, expected, high)))


PARTS = {"weights": gib(10, 10, 10), "adapter": gib(0.1, 0.1, 0.1), "logits": gib(5, 10, 15)}
PLAN = TrainingPlan(
    nodes=2, per_node=8, strategy="zero2", micro_batch=4, accumulation=1, global_batch=64, precision="bf16",
    memory=Memory(PARTS, gib(15.1, 20.1, 25.1), 80 * GIB, 256 * GIB),
    deepspeed={"zero_optimization": {"stage": 2}}, trainable=7_615_616_512, cpu=64, shm=32 * GIB,
    reasons=(Reason("accelerator", "16 `a100-80gb` are 2 full nodes with 8 each."),),
)  # fmt: skip
FULL = Summary(
    "bot/finetunes/full", "PyTorchJob", "nlp", NOWHERE, "a100-80gb", 16, 2, "64", "256Gi", (("bot-full", "360Gi"),),
    PLAN, PLAN.reasons,
)  # fmt: skip
JOB = Summary(
    "bot/jobs/own",
    "MPIJob",
    "nlp",
    NOWHERE,
    None,
    0,
    3,
    "1",
    "2Gi",
    reasons=(Reason("accelerator", "The job says so."),),
)


def written(form: str, *summaries: Summary, width: int = 80, ascii_only: bool = False) -> str:
    stream = io.StringIO()
    write(Page([("prod", one) for one in summaries], width, ascii=ascii_only), form, stream)
    return stream.getvalue()


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
  accelerators  none, 3 pods
  each pod      1 core and 2Gi of main memory

  █ low  ▓ expected  ░ high  · free  │ end of the card
"""


def test_text() -> None:
    assert written("text", FULL, JOB) == TEXT
    assert written("text") == ""


def test_text_in_ascii() -> None:
    drawn = written("text", FULL, JOB, ascii_only=True)
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
| `bot/jobs/own` | prod | none, 3 pods |  |  |  | 1 core and 2Gi of main memory |  |

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
    assert written("markdown", FULL, JOB) == MARKDOWN


def test_markdown_of_hostile_text() -> None:
    drawn = written("markdown", JOB._replace(kind="x", accelerator="a|b<script>\n", cards=1))
    assert "| 1 x a\\|b&lt;script>\\n, 3 pods |" in drawn


def test_json() -> None:
    full, job = json.loads(written("json", FULL, JOB))
    assert full == {
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
        "pod": {"cpu": "64", "memory": "256Gi", "sharedMemory": "32Gi"},
        "hostMemoryGiB": 256.0,
        "storage": [{"claim": "bot-full", "size": "360Gi"}],
    }
    assert (job["accelerator"], job["gpus"], job["nodes"], job["memoryGiB"]) == (None, 0, 3, None)
    assert job["pod"] == {"cpu": "1", "memory": "2Gi", "sharedMemory": None}


@pytest.mark.parametrize("form", FORMATS)
def test_no_plans(form: str) -> None:
    assert written(form) == ("[]\n" if form == "json" else "")
