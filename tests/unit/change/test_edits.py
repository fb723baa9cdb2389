"""What edits of specs do to objects, each compiled on both sides."""

from __future__ import annotations

import re

import pytest

from compiler.change.values import Verdict
from tests.unit.change.changes import outcome, viewed
from tests.unit.change.edits import EDITS, GROUPS, ROOT, Edit

SENTENCES = re.compile(r"[A-Z`].*\.", re.DOTALL)


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: f"{edit.group}: {edit.name}")
def test_an_edit_does_this_to_each_object_and_says_why(edit: Edit) -> None:
    shown = viewed(edit.before, edit.after)
    assert {one.subject.target: one.judged.verdict.label for one in shown.outcomes} == edit.verdicts
    for one in shown.outcomes:
        assert SENTENCES.fullmatch(one.judged.why), one.judged.why
        assert "None" not in re.sub(r"-> None\b|`upgradeStrategy: None`", "", one.judged.why)


def test_every_edit_has_a_name_of_its_own_and_every_verdict_an_edit() -> None:
    assert len({edit.name for edit in EDITS}) == len(EDITS)
    assert {verdict for edit in EDITS for verdict in edit.does} == {verdict.label for verdict in Verdict}
    assert {file.stem for file in ROOT.iterdir()} == {*GROUPS}


def test_what_does_nothing_is_not_shown() -> None:
    assert not viewed(EDITS[0].before, EDITS[0].before).outcomes


def named(name: str) -> Edit:
    """An edit of the table."""
    return next(edit for edit in EDITS if edit.name == name)


SAID = {
    ("A smaller claim", "PersistentVolumeClaim/nlp/bot-tickets"): ("size 50Gi -> 20Gi",),
    ("A larger claim", "PersistentVolumeClaim/nlp/bot-tickets"): ("size 50Gi -> 80Gi",),
    ("Class of a claim", "PersistentVolumeClaim/nlp/bot-tickets"): ("class cephfs -> fast",),
    ("Mount path of a dataset", "PersistentVolumeClaim/nlp/bot-tickets"): ("directory / -> /v2",),
    ("An entry renamed", "PersistentVolumeClaim/nlp/bot-shared"): ("bot-common", "`moved: {shared: common}`"),
    ("The project renamed", "PersistentVolumeClaim/nlp/bot-tickets"): ("`moved: {bot/tickets: tickets}`",),
    ("A passed-through claim renamed", "PersistentVolumeClaim/nlp/disk"): ("disk2", "Keep its name."),
    ("Revision of a model", "Job/nlp/bot-base-preload"): (
        "loading 14.2 GiB",
        "@a09a35458c702b33eeacc393d103063234e8bc28 -> hf://Qwen/Qwen2.5-7B-Instruct@bb46c15ee4bb56c5b63245ef50fd7637234d6f75",
    ),
    ("Learning rate of a base of another fine-tuning", "PyTorchJob/nlp/bot-lora"): (
        "2 GPUs",
        "learning_rate 0.0001 -> 0.0002",
    ),
    ("Learning rate of a base of another fine-tuning", "PyTorchJob/nlp/bot-careful"): ("1 GPU:", "another run"),
    ("Attempt of a fine-tuning", "PyTorchJob/nlp/bot-lora"): ("another attempt",),
    ("A question of a comparison", "Job/nlp/bot-candidates"): ("questions.jsonl changed",),
    ("Image of a job", "PyTorchJob/nlp/bot-train"): ("4 GPUs", "train:1.4 -> registry.acme.io/train:1.5"),
    ("Image of a job that leaves no marker", "PyTorchJob/nlp/bot-probe"): ("leaves no marker",),
    ("GPUs of a job", "PyTorchJob/nlp/bot-train"): (
        "nvidia.com/gpu 4 -> 8",
        "ends at once where its marker stands",
        "in progress is interrupted",
    ),
    ("Argument of a runtime", "InferenceService/nlp/bot-chat"): (
        "--max-num-seqs=64 -> --max-num-seqs=128",
        "1 GPU more",
    ),
    ("Serve config of a RayService only", "RayService/nlp/bot-assistant"): (
        "max_model_len 8192 -> 4096",
        "a single one gives no answer until its model is loaded",
    ),
    ("Applications of a RayService", "RayService/nlp/llm"): (
        "num_replicas 1 -> 2",
        "replicas that stay are not restarted",
    ),
    ("A RayJob suspended", "RayJob/nlp/tune"): ("A run in progress is ended",),
    ("GPUs of a RayService, serve config and cluster", "RayService/nlp/bot-assistant"): (
        "needs 4 GPUs more",
        "nvidia.com/gpu 2 -> 4",
        "goes to the new one",
    ),
    ("Applications and cluster of a RayService, before KubeRay 1.4", "RayService/nlp/llm"): (
        "KubeRay 1.3 sends",
        "to the old cluster too",
    ),
    ("Tolerations of a cluster, KubeRay 1.5", "RayService/nlp/bot-assistant"): (
        "Before KubeRay 1.6 tolerations count",
    ),
    ("Annotation of an InferenceService", "InferenceService/nlp/llama"): ("owner none -> nlp", "copies labels"),
    ("Image of a PyTorchJob under its name", "PyTorchJob/nlp/pretrain"): ("Ask for a new name",),
    ("Queue of a cluster", "PyTorchJob/nlp/bot-lora"): ("queue-name ml -> batch", "Kueue"),
    ("How long consumers wait", "PyTorchJob/nlp/bot-lora"): ("HYDRA_TIMEOUT 86400 -> 43200",),
}


@pytest.mark.parametrize(("edit", "target"), SAID, ids=str)
def test_a_reviewer_reads_what_differs_and_what_it_takes(edit: str, target: str) -> None:
    why = outcome(viewed(named(edit).before, named(edit).after), target).judged.why
    for said in SAID[edit, target]:
        assert said in why
