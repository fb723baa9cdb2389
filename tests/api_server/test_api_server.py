"""The stand-in refuses what Kubernetes refuses: a test with it would else prove nothing."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.api_server.cluster import TOKEN, Cluster, Sent
from tests.api_server.replies import Reply
from tests.api_server.server import certificate, kubeconfig, running

CLAIM = {
    "apiVersion": "v1",
    "kind": "PersistentVolumeClaim",
    "metadata": {"name": "tickets", "namespace": "nlp"},
    "spec": {
        "accessModes": ["ReadWriteMany"],
        "resources": {"requests": {"storage": "10Gi"}},
        "storageClassName": "nfs",
    },
}
JOB = {
    "apiVersion": "batch/v1",
    "kind": "Job",
    "metadata": {"name": "load", "namespace": "nlp"},
    "spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "a", "image": "acme/a:1"}]}}},
}
CONFIG = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "files", "namespace": "nlp"},
    "data": {"a": "1"},
    "immutable": True,
}
STATEFUL = {
    "apiVersion": "apps/v1",
    "kind": "StatefulSet",
    "metadata": {"name": "db", "namespace": "nlp"},
    "spec": {"replicas": 1, "serviceName": "db", "selector": {}, "template": {"spec": {"containers": []}}},
}
PATHS = {
    "PersistentVolumeClaim": "/api/v1/namespaces/nlp/persistentvolumeclaims/tickets",
    "Job": "/apis/batch/v1/namespaces/nlp/jobs/load",
    "ConfigMap": "/api/v1/namespaces/nlp/configmaps/files",
    "StatefulSet": "/apis/apps/v1/namespaces/nlp/statefulsets/db",
}
DRY = {"dryRun": "All", "fieldManager": "hydra", "fieldValidation": "Strict", "force": "true"}


@pytest.fixture
def cluster() -> Cluster:
    cluster = Cluster()
    cluster.namespace("nlp")
    return cluster


def patch(cluster: Cluster, body: Any, **query: str) -> Reply:
    sent = Sent("PATCH", PATHS[body["kind"]], {**DRY, **query}, "application/apply-patch+yaml")
    return cluster.answer(sent, f"Bearer {TOKEN}", json.dumps(body).encode())


def changed(body: Any, path: str, value: Any) -> Any:
    """The object with another value; None takes it out."""
    result = copy.deepcopy(body)
    *steps, last = path.split(".")
    at = result
    for step in steps:
        at = at[int(step)] if step.isdigit() else at[step]
    if value is None:
        del at[last]
    else:
        at[last] = value
    return result


@pytest.mark.parametrize("body", [CLAIM, JOB, CONFIG, STATEFUL], ids=lambda body: body["kind"])
def test_a_good_object_is_taken_and_a_dry_run_keeps_nothing(cluster: Cluster, body: Any) -> None:
    before = copy.deepcopy(cluster.objects)
    status, answer, _ = patch(cluster, body)
    assert (status, answer["kind"]) == (201, body["kind"])
    assert cluster.objects == before


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (changed(CLAIM, "spec.sise", 1), 500, ".spec.sise: field not declared in schema"),
        (changed(CLAIM, "spec.resources.requests.storage", "ten"), 422, "is invalid"),
        (changed(CLAIM, "spec.accessModes", ["ReadWriteSometimes"]), 422, "is invalid"),
        (changed(JOB, "spec.template", None), 422, '"template" is a required property'),
        (changed(JOB, "spec.template.spec.containers.0.imagePullPolicy", "Sometimes"), 422, "is invalid"),
        (changed(JOB, "metadata.name", "Not A Name"), 422, "is invalid"),
        (changed(JOB, "metadata.namespace", "other"), 400, "does not belong to the address"),
    ],
)
def test_what_the_schema_refuses_is_refused(cluster: Cluster, body: Any, status: int, said: str) -> None:
    answer = patch(cluster, body)
    assert answer[0] == status
    assert said in answer[1]["message"]
    if status == 422:
        assert answer[1]["details"]["causes"]


@pytest.mark.parametrize(
    ("body", "path", "value"),
    [
        (JOB, "spec.template.spec.containers.0.image", "acme/a:2"),
        (JOB, "spec.completions", 2),
        (CLAIM, "spec.storageClassName", "ceph"),
        (CLAIM, "spec.accessModes", ["ReadWriteOnce"]),
        (CLAIM, "spec.resources.requests.storage", "5Gi"),
        (CONFIG, "data.a", "2"),
        (STATEFUL, "spec.serviceName", "other"),
    ],
)
def test_what_cannot_be_changed_is_not(cluster: Cluster, body: Any, path: str, value: Any) -> None:
    cluster.put(body, "hydra")
    assert patch(cluster, body)[0] == 200
    status, answer, _ = patch(cluster, changed(body, path, value))
    assert status == 422
    assert "mmutable" in answer["message"] or "orbidden" in answer["message"]


@pytest.mark.parametrize(
    ("body", "path", "value"),
    [
        (JOB, "spec.activeDeadlineSeconds", 60),
        (CLAIM, "spec.resources.requests.storage", "20Gi"),
        (STATEFUL, "spec.replicas", 3),
        (CONFIG, "metadata.labels", {"a": "b"}),
    ],
)
def test_what_can_be_changed_is(cluster: Cluster, body: Any, path: str, value: Any) -> None:
    cluster.put(body, "hydra")
    assert patch(cluster, changed(body, path, value))[0] == 200


def test_defaults_are_set_and_an_unset_field_goes(cluster: Cluster) -> None:
    stored = cluster.put(changed(JOB, "metadata.labels", {"a": "b"}), "hydra")
    assert (stored["spec"]["backoffLimit"], stored["metadata"]["labels"]) == (6, {"a": "b"})
    answer = patch(cluster, JOB)[1]
    assert "labels" not in answer["metadata"]
    assert answer["spec"]["backoffLimit"] == 6


def test_others_keep_their_fields_unless_it_is_forced(cluster: Cluster) -> None:
    stored = cluster.put(STATEFUL, "hydra")
    cluster.edit(stored, "autoscaler", "spec|replicas", 5)
    status, answer, _ = patch(cluster, STATEFUL, force="false")
    assert (status, answer["reason"]) == (409, "Conflict")
    assert 'conflict with "autoscaler": .spec.replicas' in answer["message"]
    assert patch(cluster, STATEFUL)[1]["spec"]["replicas"] == 1
    assert patch(cluster, changed(STATEFUL, "spec.replicas", None))[1]["spec"]["replicas"] == 5


def test_a_namespace_has_to_be_there(cluster: Cluster) -> None:
    cluster.objects.clear()
    status, answer, _ = patch(cluster, CLAIM)
    assert (status, answer["message"]) == (404, 'namespaces "nlp" not found')


def test_who_asks_has_to_be_known_and_allowed(cluster: Cluster) -> None:
    sent = Sent("GET", PATHS["Job"], {}, "")
    assert cluster.answer(sent, None, b"")[0] == 401
    cluster.forbidden["jobs.batch", "patch"] = ""
    status, answer, _ = patch(cluster, JOB)
    assert status == 403
    assert 'User "ci" cannot patch resource "jobs" in API group "batch"' in answer["message"]


def test_lists_come_in_pages(cluster: Cluster) -> None:
    for number in range(5):
        cluster.put(changed(CONFIG, "metadata.name", f"c{number}"))
    names, more = [], ""
    while more is not None:
        query = {"limit": "2", **({"continue": more} if more else {})}
        body = cluster.answer(Sent("GET", "/api/v1/configmaps", query, ""), f"Bearer {TOKEN}", b"")[1]
        assert len(body["items"]) <= 2
        names += [one["metadata"]["name"] for one in body["items"]]
        more = body["metadata"].get("continue")
    assert names == [f"c{number}" for number in range(5)]


def test_the_official_client_is_understood(tmp_path: Path) -> None:
    from kubernetes import config
    from kubernetes.dynamic import DynamicClient

    with running(tmp_path) as up:
        up.cluster.namespace("nlp")
        typed: Any = (config, DynamicClient)  # The client has no types.
        api = typed[0].new_client_from_config(str(up.kubeconfig), persist_config=False)
        dynamic = typed[1](api, cache_file=str(tmp_path / "cache"))
        jobs = dynamic.resources.get(api_version="batch/v1", kind="Job")
        made = dynamic.server_side_apply(jobs, JOB, field_manager="hydra", dry_run="All", force_conflicts=True)
        assert made.spec.backoffLimit == 6
        assert ("batch/v1", "jobs", "nlp", "load") not in up.cluster.objects


def test_kubectl_gets_the_same_answers(tmp_path: Path) -> None:
    kubectl = Path(sys.executable).with_name("kubectl")
    if not kubectl.exists():
        pytest.skip("kubectl is not installed")

    def applied(body: Any) -> subprocess.CompletedProcess[str]:
        arguments = ["apply", "--server-side", "--dry-run=server", "--validate=ignore", "--force-conflicts", "-f", "-"]
        home = {"KUBECONFIG": str(up.kubeconfig), "HOME": str(tmp_path), "NO_PROXY": "*"}
        return subprocess.run(
            [str(kubectl), *arguments], input=json.dumps(body), env=home, capture_output=True, text=True, check=False, timeout=60
        )  # fmt: skip

    # It sends no token without TLS.
    pair = certificate(tmp_path)
    with running(tmp_path, certificate=pair) as up:
        kubeconfig(up.kubeconfig, up.address, more={"certificate-authority": str(pair[0])})
        up.cluster.namespace("nlp")
        said = applied(JOB)
        assert said.stdout + said.stderr == "job.batch/load serverside-applied (server dry run)\n"
        up.cluster.put(JOB)
        refused = applied(changed(JOB, "spec.template.spec.containers.0.image", "acme/a:2"))
        assert refused.returncode == 1
        assert "spec.template: Invalid value: field is immutable" in refused.stderr
