"""Services and comparisons in the formats of plans, letter by letter, on made-up plans."""

from __future__ import annotations

import json

import pytest

from compiler.linking.serving import Comparison, Scale, Service
from compiler.linking.workload import Finetune
from compiler.planning.serving.values import Reason, ServingPlan
from compiler.planning.summary import PodSummary, Summary
from compiler.planning.training.values import Memory
from compiler.planning.working import planners
from compiler.report.plan import FORMATS
from compiler.report.plan.base import Entry
from compiler.report.plan.views import views
from tests.unit.report.plans import GIB, NOWHERE, gib, page_of

PARTS = {"weights": gib(14, 14, 14), "cache": gib(16, 16, 16), "activations": gib(1, 2, 4)}
PLAN = ServingPlan(
    tensor=1, pipeline=1, nodes=1, per_node=1, context=16384, utilization=0.9,
    memory=Memory(PARTS, gib(31, 32, 34), 80 * GIB, 48 * GIB),
    cache_tokens=1_054_688, token_bytes=57344, cpu=8, shm=4 * GIB,
)  # fmt: skip
CHAT = Summary(
    "bot/services/chat", "InferenceService", "nlp", NOWHERE, "a100-80gb",
    (PodSummary("predictor", 4, 1, "8", "48Gi", "4Gi"),),
    reasons=(Reason("context", "A context of 16384 tokens, as asked for."),),
    serving=PLAN, scale=Scale(1, 4, "concurrency", 16), runtime="vllm",
    endpoints=("http://bot-chat-predictor.nlp.svc.cluster.local/v1", "https://chat-nlp.models.acme.io/v1"),
)  # fmt: skip
LARGE = PLAN._replace(tensor=8, pipeline=2, nodes=2, per_node=8, cache_tokens=16_400)
THINKER = Summary(
    "bot/services/thinker", "RayService", "nlp", NOWHERE, "h100-80gb",
    (PodSummary("head", 1, 0, "2", "8Gi", None), PodSummary("worker", 2, 8, "64", "192Gi", "68Gi")),
    serving=LARGE, scale=Scale(), runtime="vllm",
    endpoints=("http://bot-thinker-serve-svc.nlp.svc.cluster.local:8000/v1",),
)  # fmt: skip
BOTH = Summary(
    "bot/comparisons/both", "Job", "nlp", NOWHERE, None,
    (PodSummary("asks", 1, 0, "1", "512Mi", None),), (("bot-both", "10Gi"),),
    asks=("bot/services/chat", "bot/services/thinker"), writes="bot-both/runs/6h8828fk56",
)  # fmt: skip
TYPES = {"services": Service, "comparisons": Comparison, "finetunes": Finetune}


def entry(summary: Summary) -> Entry:
    view = views()[TYPES[summary.workload.split("/")[1]]]
    return Entry("prod", summary.workload, summary.namespace, view, summary)


def written(form: str, *told: Summary, width: int = 80, ascii_only: bool = False) -> str:
    return page_of(form, *map(entry, told), width=width, ascii_only=ascii_only)


TEXT = """\
bot/services/chat on prod: InferenceService
  runtime       vllm, as InferenceService
  accelerators  1 x a100-80gb a replica
  replicas      1 to 4, counted by 16 requests at once
  parallelism   tensor 1, pipeline 1
  context       16384 tokens
  cache         1,054,688 tokens, 64 full sequences
  each pod      8 cores and 48Gi of main memory, 4Gi of it shared
  endpoints     http://bot-chat-predictor.nlp.svc.cluster.local/v1
                https://chat-nlp.models.acme.io/v1

  GiB a card           low  expected      high
  weights             14.0      14.0      14.0  █████
  cache               16.0      16.0      16.0       ███████
  activations          1.0       2.0       4.0              ▏
  all                 31.0      32.0      34.0  ████████████░···············│
  server's share      72.0  90% of the card
  the card has        80.0

bot/services/thinker on prod: RayService
  runtime       vllm, as RayService
  accelerators  16 x h100-80gb, 2 nodes with 8 each
  replicas      1
  parallelism   tensor 8, pipeline 2
  context       16384 tokens
  cache         16,400 tokens, 1 full sequence
  each head     2 cores and 8Gi of main memory
  each worker   64 cores and 192Gi of main memory, 68Gi of it shared
  endpoints     http://bot-thinker-serve-svc.nlp.svc.cluster.local:8000/v1

  GiB a card           low  expected      high
  weights             14.0      14.0      14.0  █████
  cache               16.0      16.0      16.0       ███████
  activations          1.0       2.0       4.0              ▏
  all                 31.0      32.0      34.0  ████████████░···············│
  server's share      72.0  90% of the card
  the card has        80.0

bot/comparisons/both on prod: Job
  asks          bot/services/chat
                bot/services/thinker
  writes to     bot-both/runs/6h8828fk56
  each pod      1 core and 512Mi of main memory
  storage       bot-both 10Gi

  █ low  ▓ expected  ░ high  · free  │ end of the server's share
"""


def test_text() -> None:
    assert written("text", CHAT, THINKER, BOTH) == TEXT


def test_text_in_ascii() -> None:
    drawn = written("text", CHAT, THINKER, BOTH, ascii_only=True)
    assert drawn == TEXT.translate(str.maketrans("█▓░·│▏", "#=-.|'"))


def test_every_workload_that_is_planned_can_be_told_of() -> None:
    assert views().keys() == planners().keys()


@pytest.mark.parametrize(
    ("scale", "text"),
    [
        (Scale(2, 2), "2"),
        (Scale(2, 2, "cpu", 80), "2"),
        (Scale(0, 3), "0 to 3"),
        (Scale(1, 4, "rps", 5), "1 to 4, counted by 5 requests a second"),
        (Scale(1, 4, "cpu", 80), "1 to 4, counted by 80 percent of the cores"),
        (Scale(1, 4, "memory", 70), "1 to 4, counted by 70 percent of the memory"),
    ],
)
def test_replicas(scale: Scale, text: str) -> None:
    assert f"\n  replicas      {text}\n" in written("text", CHAT._replace(scale=scale))


def test_a_target_of_replicas_that_nothing_counts_is_not_told() -> None:
    (fixed,) = json.loads(written("json", CHAT._replace(scale=Scale(2, 2, "cpu", 80))))
    assert fixed["replicas"] == {"min": 2, "max": 2, "metric": None, "target": None}


def test_a_long_address_is_left_in_one_piece() -> None:
    long = f"https://{'-'.join(['chat'] * 30)}.models.acme.io/v1"
    assert f"  endpoints     {long}\n" in written("text", CHAT._replace(endpoints=(long,)))


def test_a_service_that_may_not_fit_ends_behind_its_share_and_within_the_card() -> None:
    memory = PLAN.memory._replace(total=gib(60, 70, 78))
    drawn = written("text", CHAT._replace(serving=PLAN._replace(memory=memory)))
    assert "  all                 60.0      70.0      78.0  ███████████████████████▓▓▓▓░│░░\n" in drawn


@pytest.mark.parametrize("utilization", [0.5, 0.9, 0.925, 1.0])
@pytest.mark.parametrize("width", [57, 60, 80, 200])
def test_a_bar_never_leaves_its_room(utilization: float, width: int) -> None:
    drawn = written("text", CHAT._replace(serving=PLAN._replace(utilization=utilization)), width=width)
    assert max(map(len, drawn.split("\n\n")[1].splitlines())) <= width
    assert (f"  {utilization * 100:g}% of the card" in drawn) == (utilization < 1)


def test_processors_are_not_divided() -> None:
    pods = (PodSummary("predictor", 4, 0, "8", "48Gi", None),)
    told = CHAT._replace(accelerator="cpu", pods=pods, serving=PLAN._replace(utilization=1.0))
    drawn = written("text", told)
    assert "share" not in drawn.split("\n\n")[1]
    assert drawn.endswith("│ end of the card\n")
    (one,) = json.loads(written("json", told))
    assert (one["gpus"], one["replicaGpus"], one["nodes"]) == (0, 0, 4)


def test_of_a_server_of_ones_own_only_what_it_gets_is_told() -> None:
    unknown = PLAN._replace(memory=Memory({}, gib(0, 0, 0), 80 * GIB, 0), context=0, cache_tokens=0, token_bytes=0)
    told = CHAT._replace(serving=unknown, runtime="container")
    assert written("text", told).splitlines()[1:] == [
        "  runtime       container, as InferenceService",
        "  accelerators  1 x a100-80gb a replica",
        "  replicas      1 to 4, counted by 16 requests at once",
        "  each pod      8 cores and 48Gi of main memory, 4Gi of it shared",
        "  endpoints     http://bot-chat-predictor.nlp.svc.cluster.local/v1",
        "                https://chat-nlp.models.acme.io/v1",
        "",
    ]
    (one,) = json.loads(written("json", told))
    assert one["runtime"] == "container"
    unknown_too = ("memoryGiB", "parts", "tensorParallel", "context", "sequences", "utilization")
    assert {one[key] for key in unknown_too} == {None}
    assert "| container | 1 x a100-80gb | 1 to 4, counted by 16 requests at once |  |  |  | 8 cores" in (
        written("markdown", told)
    )


def test_a_model_without_a_cache() -> None:
    assert "\n  cache         none\n" in written("text", CHAT._replace(serving=PLAN._replace(token_bytes=0)))


MARKDOWN = """\
| Workload | Cluster | Runtime | Accelerators of a replica | Replicas | Context | Cache | GiB a card | Each pod | Endpoints |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
| `bot/services/chat` | prod | vllm | 1 x a100-80gb | 1 to 4, counted by 16 requests at once | 16384 tokens | 1,054,688 tokens, 64 full sequences | 31.0 to 34.0 of 72.0 | 8 cores and 48Gi of main memory, 4Gi of it shared | http://bot-chat-predictor.nlp.svc.cluster.local/v1, https://chat-nlp.models.acme.io/v1 |
| `bot/services/large` | prod | **no plan** |  |  |  |  |  |  |  |

| Workload | Cluster | Asks | Writes to | Each pod | Storage |
| --- | --- | --- | --- | --- | --- |
| `bot/comparisons/both` | prod | `bot/services/chat`, `bot/services/thinker` | bot-both/runs/6h8828fk56 | 1 core and 512Mi of main memory | bot-both 10Gi |

Without a plan:

* `bot/services/large` on prod: Something that it names is wrong.

<details><summary><code>bot/services/chat</code> on prod</summary>

1. A context of 16384 tokens, as asked for.

| GiB a card | low | expected | high |
| --- | ---: | ---: | ---: |
| weights | 14.0 | 14.0 | 14.0 |
| cache | 16.0 | 16.0 | 16.0 |
| activations | 1.0 | 2.0 | 4.0 |
| all | 31.0 | 32.0 | 34.0 |
| server's share, 90% of the card | 72.0 |  |  |
| the card has | 80.0 |  |  |

</details>
"""


def test_markdown_has_a_table_for_each_kind_in_whatever_order_they_come() -> None:
    refused = Entry("prod", "bot/services/large", "nlp", views()[Service], None)
    assert page_of("markdown", entry(CHAT), entry(BOTH), refused) == MARKDOWN


def test_markdown_of_several_roles() -> None:
    assert (
        "| each head: 2 cores and 8Gi of main memory; each worker: 64 cores and 192Gi of main memory, 68Gi of it shared |"
        in written("markdown", THINKER)
    )


def test_json() -> None:
    chat, thinker, both = json.loads(written("json", CHAT, THINKER, BOTH))
    assert chat == {
        "cluster": "prod",
        "workload": "bot/services/chat",
        "kind": "InferenceService",
        "accelerator": "a100-80gb",
        "gpus": 4,
        "nodes": 4,
        "strategy": None,
        "microBatch": None,
        "accumulation": None,
        "globalBatch": None,
        "memoryGiB": {"low": 31.0, "expected": 32.0, "high": 34.0, "card": 80.0},
        "reasons": ["A context of 16384 tokens, as asked for."],
        "namespace": "nlp",
        "precision": None,
        "trainable": None,
        "parts": {
            "weights": {"low": 14.0, "expected": 14.0, "high": 14.0},
            "cache": {"low": 16.0, "expected": 16.0, "high": 16.0},
            "activations": {"low": 1.0, "expected": 2.0, "high": 4.0},
        },
        "pods": [
            {"role": "predictor", "count": 4, "gpus": 1, "cpu": "8", "memory": "48Gi", "sharedMemory": "4Gi"},
        ],
        "hostMemoryGiB": None,
        "storage": [],
        "findings": [],
        "runtime": "vllm",
        "replicas": {"min": 1, "max": 4, "metric": "concurrency", "target": 16},
        "replicaGpus": 1,
        "replicaNodes": 1,
        "tensorParallel": 1,
        "pipelineParallel": 1,
        "context": 16384,
        "cacheTokens": 1_054_688,
        "sequences": 64,
        "utilization": 0.9,
        "endpoints": ["http://bot-chat-predictor.nlp.svc.cluster.local/v1", "https://chat-nlp.models.acme.io/v1"],
        "asks": [],
        "writes": None,
    }
    assert list(chat) == list(thinker) == list(both)
    assert [thinker[key] for key in ("gpus", "nodes", "replicaGpus", "replicaNodes")] == [16, 2, 16, 2]
    assert (both["asks"], both["writes"]) == (["bot/services/chat", "bot/services/thinker"], "bot-both/runs/6h8828fk56")
    assert (both["gpus"], both["accelerator"], both["runtime"], both["endpoints"]) == (0, None, None, [])


def test_every_field_is_documented() -> None:
    from compiler.report.plan.formats import json as form

    (told,) = json.loads(written("json", CHAT))
    assert [key for key in told if f'"{key}"' not in (form.__doc__ or "")] == []
    assert list(told) == list(form.FIRST)


@pytest.mark.parametrize("form", FORMATS)
def test_hostile_text_is_shown_safely(form: str) -> None:
    told = CHAT._replace(runtime="a|b<script>\x1b[2J\n", endpoints=("http://x\x1b/",))
    drawn = written(form, told)
    assert "\x1b" not in drawn
    assert form != "markdown" or "| a\\|b&lt;script>\\x1b[2J\\n |" in drawn
