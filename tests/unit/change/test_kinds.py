"""What changes of single objects do that no spec of the table makes."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from compiler.change.values import Around
from tests.unit.change.changes import cluster_of
from tests.unit.change.objects import (
    APPLICATION,
    CLUSTER,
    CUSTOM,
    DAEMONS,
    DEPLOYMENT,
    JOB,
    KNATIVE,
    KUSTOMIZATION,
    LLM,
    MULTI_NODE,
    RAY,
    RUNTIME,
    SEALED,
    SECRET,
    SERVICE,
    SET,
    STANDARD,
    VOLUME,
)
from tests.unit.change.subjects import ALONE, changed, edited, subject

FIRST_GROUP = "      - {groupName: a, "
NEW_GROUP = "      - {groupName: new, minReplicas: 1}\n"


class Case(NamedTuple):
    """An edit of an object."""

    name: str
    text: str
    was: str
    now: str
    verdict: str
    said: str


CASES = (
    Case("a Deployment's pods", DEPLOYMENT, "web:1", "web:2", "rolling-restart", "2 GPUs more"),
    Case("a Deployment's number", DEPLOYMENT, "replicas: 6", "replicas: 9", "in-place", "replicas 6 -> 9"),
    Case("a Deployment's strategy", DEPLOYMENT, "RollingUpdate", "Recreate", "in-place", "No pod is replaced"),
    Case("a Deployment's selector", DEPLOYMENT, "matchLabels: {app: web}", "matchLabels: {app: w}", "rejected", "app web -> w"),
    Case("a StatefulSet's pods", SET, "jupyter:1", "jupyter:2", "rolling-restart", "image jupyter:1 -> jupyter:2"),
    Case("a StatefulSet's claims", SET, "10Gi", "20Gi", "rejected", "storage 10Gi -> 20Gi"),
    Case("a StatefulSet's number", SET, "replicas: 1", "replicas: 0", "in-place", "No pod is replaced"),
    Case("a DaemonSet that waits", DAEMONS, "agent:1", "agent:2", "ignored", "until somebody deletes them"),
    Case("where a waiting Job goes", JOB, "pool: a", "pool: b", "in-place", "pool a -> b"),
    Case("what a waiting Job runs", JOB, "load:1", "load:2", "rejected", "load:1 -> load:2"),
    Case("an indexed Job that grows", JOB, "completions: 4\n  parallelism: 4", "completions: 6\n  parallelism: 6", "in-place", "4 -> 6"),
    Case("an indexed Job without its pods", JOB, "completions: 4", "completions: 6", "rejected", "completions 4 -> 6"),
    Case("a Job that is resumed", JOB, "suspend: true", "suspend: false", "new-run", "It is resumed, and runs"),
    Case("a Job that is suspended", JOB.replace("suspend: true", "suspend: false"), "suspend: false", "suspend: true", "rolling-restart", "in progress is ended"),
    Case("a service that is stopped", STANDARD, "modelFormat: vllm", 'serving.kserve.io/stop: "true"', "rolling-restart", "nobody answers"),
    Case("a Secret's value", SECRET, "swordfish", "herring", "in-place", "token changed"),
    Case("a Secret's type", SECRET, "Opaque", "kubernetes.io/tls", "rejected", "type Opaque -> kubernetes.io/tls"),
    Case("a sealed value", SEALED, "AgBswordfish", "AgBherring", "in-place", "token changed"),
    Case("a Service's address", SERVICE, "10.0.0.1", "10.0.0.2", "rejected", "10.0.0.1 -> 10.0.0.2"),
    Case("a Service's port", SERVICE, "port: 80", "port: 8080", "in-place", "port 80 -> 8080"),
    Case("an Application's path", APPLICATION, "rendered/prod", "rendered/x", "in-place", "Storage is marked to stay"),
    Case("an Application's project", APPLICATION, "project: ml", "project: x", "in-place", "next synchronisation"),
    Case("a Kustomization's interval", KUSTOMIZATION, "10m", "5m", "in-place", "interval 10m -> 5m"),
    Case("a runtime of services", RUNTIME, "vllm:1", "vllm:2", "rolling-restart", "every service that names it"),
    Case("a service on several nodes", MULTI_NODE, "[--a]", "[--b]", "rolling-restart", "48 GPUs more"),
    Case("the number of servers of a model", LLM, "replicas: 2", "replicas: 3", "in-place", "replicas 2 -> 3"),
    Case("the image of servers of a model", LLM, "vllm:1", "vllm:2", "rolling-restart", "4 GPUs more"),
    Case("a label of servers of a model", LLM, "team: nlp", "team: search", "in-place", "No pod is replaced"),
    Case("a label that reaches the pods", LLM, "queue-name: ml", "queue-name: batch", "rolling-restart", "ml -> batch"),
    Case("a revision of Knative", KNATIVE, "vllm:1", "vllm:2", "rolling-restart", "6 GPUs more"),
    Case("how many requests a revision gets", KNATIVE, "canaryTrafficPercent: 10", "canaryTrafficPercent: 50", "in-place", "10 -> 50"),
    Case("KServe's own note", KNATIVE, "modelFormat: vllm", "modelFormat: x", "in-place", "No pod is replaced"),
    Case("a service whose old pod goes first", STANDARD, "vllm:1", "vllm:2", "rolling-restart", "vllm:2."),
    Case("how pods of a service are replaced", STANDARD, "maxSurge: 0", "maxSurge: 1", "in-place", "maxSurge 0 -> 1"),
    Case("what becomes of a volume's data", VOLUME, "Retain", "Delete", "in-place", "With `Delete` the data goes"),
    Case("a volume's mode", VOLUME, "Filesystem", "Block", "rejected", "volumeMode Filesystem -> Block"),
    Case("a further group of a cluster", CLUSTER, FIRST_GROUP.replace("      ", "    "), NEW_GROUP.replace("      ", "    ") + FIRST_GROUP.replace("      ", "    "), "in-place", "new added"),
    Case("a group of a cluster that goes", CLUSTER, "groupName: b", "groupName: c", "ignored", "b removed"),
    Case("a Job that gets indexes", JOB.replace("Indexed", "NonIndexed"), "NonIndexed", "Indexed", "rejected", "completionMode NonIndexed -> Indexed"),
    Case("a kind that nobody knows", CUSTOM, "red", "blue", "in-place", "colour red -> blue"),
    Case("a group of workers that comes first", RAY, FIRST_GROUP, NEW_GROUP + FIRST_GROUP, "second-cluster", "new added"),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_change_of_an_object(case: Case) -> None:
    found = edited(case.text, case.was, case.now)
    assert (found.verdict.label, case.said in found.why) == (case.verdict, True), found.why


def test_a_volume_under_another_name_is_not_the_one_that_a_claim_is_bound_to() -> None:
    before = subject(VOLUME, target="PersistentVolume/-/archive")
    found = changed(
        before, subject(VOLUME.replace("name: archive", "name: archive-2"), target="PersistentVolume/-/archive")
    )
    assert found.verdict.label == "rejected"
    assert "archive -> archive-2" in found.why


@pytest.mark.parametrize(
    ("version", "when"), [("0.15", "at their next change"), ("0.16", "replaced now"), ("0.18", "replaced now")]
)
def test_services_follow_their_runtime_as_their_version_of_kserve_does(version: str, when: str) -> None:
    profile = cluster_of("documents")
    assert profile.inference is not None
    profile = profile._replace(inference=profile.inference.model_copy(update={"version": version}))
    assert when in edited(RUNTIME, "vllm:1", "vllm:2", Around(profile, profile, {}, {})).why


def test_a_deployment_that_begins_anew_needs_nothing_on_top() -> None:
    recreated = DEPLOYMENT.replace("RollingUpdate", "Recreate")
    assert edited(recreated, "web:1", "web:2").surge == 0


def test_no_value_of_a_secret_is_told() -> None:
    for found in (edited(SECRET, "swordfish", "herring"), edited(SEALED, "AgBswordfish", "AgBherring")):
        assert "swordfish" not in found.why
        assert "herring" not in found.why


TOKEN = "hf_" + "a1" * 12
ARGUMENTS = MULTI_NODE.replace(
    "[--a]", f"[--token={TOKEN}, --api-key, 0123456789abcdef, --seed=1, https://me:hunter2@acme.io]"
)


def test_no_credential_in_a_command_line_is_told() -> None:
    other = ARGUMENTS.replace("a1", "b2").replace("0123456789abcdef", "fedcba9876543210").replace("hunter2", "hunter3")
    found = changed(subject(ARGUMENTS), subject(other))
    assert "--token=..." in found.why
    assert "value of --api-key" in found.why
    for secret in ("a1a1", "b2b2", "0123456789", "9876543210", "hunter"):
        assert secret not in found.why


def test_no_credential_in_a_variable_is_told() -> None:
    held = DEPLOYMENT.replace('image: "web:1"', 'image: "web:1", env: [{name: DB_PASSWORD, value: swordfish}]')
    found = edited(held, "swordfish", "herring")
    assert "DB_PASSWORD changed" in found.why
    assert "herring" not in found.why


def test_an_immutable_secret_is_not_made_mutable() -> None:
    assert edited(SECRET + "immutable: true\n", "immutable: true", "immutable: false").verdict.label == "rejected"


@pytest.mark.parametrize(("run", "verdict", "runs"), [("a", "in-place", 0), ("b", "new-run", 1), ("", "new-run", 1)])
def test_a_job_under_a_new_name_runs_where_its_result_is_another_one(run: str, verdict: str, runs: int) -> None:
    before = subject(JOB, run="a", target="Job/nlp/load")
    after = subject(
        JOB.replace("name: load,", "name: load-2,").replace("load:1", "load:2"), run=run, target="Job/nlp/load"
    )
    found = changed(before, after)
    assert (found.verdict.label, found.runs) == (verdict, runs)


def test_an_object_of_another_group_takes_the_place_of_its_namesake() -> None:
    old = subject(CUSTOM.replace("example.org", "old.example.org"))
    found = changed(old, subject(CUSTOM))
    assert found.verdict.label == "removed"
    assert "old.example.org/Widget" in found.why


REMOVED = (
    ("an Application that takes all with it", APPLICATION.replace("namespace: argocd", "namespace: argocd, finalizers: [resources-finalizer.argocd.argoproj.io]"), "is deleted with it"),
    ("an Application alone", APPLICATION, "stays, and nobody updates it"),
    ("a Kustomization that prunes", KUSTOMIZATION, "is deleted with it"),
    ("a Kustomization that does not", KUSTOMIZATION.replace("prune: true", "prune: false"), "nobody updates it"),
    ("a Kustomization that leaves orphans", KUSTOMIZATION.replace("prune: true", "prune: true, deletionPolicy: Orphan"), "nobody updates it"),
    ("a StatefulSet with claims", SET, "The claims of its pods stay"),
    ("a Service", SERVICE, "get no answer"),
    ("a Deployment", DEPLOYMENT, "frees 6 GPUs"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "said"), [one[1:] for one in REMOVED], ids=[one[0] for one in REMOVED])
def test_what_goes_says_what_goes_with_it(text: str, said: str) -> None:
    from compiler.change.kinds.registry import judged

    found = judged(subject(text), None, (), ALONE)
    assert found.verdict.label == "removed"
    assert said in found.why
