"""The stand-in for Kubernetes itself: what a container sees, and what the controllers make of its end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.training import operator
from tests.training.cluster import Cluster
from tests.training.environment import expanded
from tests.training.node import Node
from tests.training.pods import Phase

pytestmark = pytest.mark.training

CONFIG = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "config"}, "data": {"a.txt": "from a file\n"}}
CLAIM = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "claim"}}


def pod(script: str, restart: str = "Never", **container: Any) -> dict[str, Any]:
    """The spec of a pod that runs a script on the claim, the ConfigMap and some scratch."""
    return {
        "restartPolicy": restart,
        "terminationGracePeriodSeconds": 5,
        "securityContext": {"runAsUser": 1000, "runAsGroup": 1000},
        "containers": [
            {
                "name": "pytorch",
                "command": ["sh", "-c", script],
                "volumeMounts": [
                    {"name": "config", "mountPath": "/cfg"},
                    {"name": "claim", "mountPath": "/mnt/claim"},
                    {"name": "claim", "mountPath": "/mnt/still", "readOnly": True},
                    {"name": "scratch", "mountPath": "/tmp"},
                ],
                **container,
            }
        ],
        "volumes": [
            {"name": "config", "configMap": {"name": "config"}},
            {"name": "claim", "persistentVolumeClaim": {"claimName": "claim"}},
            {"name": "scratch", "emptyDir": {}},
        ],
    }


def job(spec: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A Job of one pod."""
    return {
        "kind": "Job",
        "metadata": {"name": "job", "namespace": "ns"},
        "spec": {"backoffLimit": 1, **more, "template": {"spec": spec}},
    }


def training(spec: dict[str, Any], limit: int = 3, **replicas: int) -> dict[str, Any]:
    """A PyTorchJob with as many replicas of each kind."""
    kinds = {
        kind: {"replicas": n, "restartPolicy": "OnFailure", "template": {"spec": spec}} for kind, n in replicas.items()
    }
    elastic = {} if "Master" in replicas else {"elasticPolicy": {"minReplicas": 1, "maxReplicas": 2, "rdzvId": "id"}}
    return {
        "kind": "PyTorchJob",
        "metadata": {"name": "train", "namespace": "ns"},
        "spec": {"nprocPerNode": "2", **elastic, "pytorchReplicaSpecs": kinds, "runPolicy": {"backoffLimit": limit}},
    }


def cluster(node: Node, directory: Path, manifest: dict[str, Any]) -> Cluster:
    """A cluster with one job."""
    return Cluster(node, directory, [CONFIG, CLAIM, manifest])


def test_a_container_sees_its_volumes_its_user_its_name_and_no_network(node: Node, tmp_path: Path) -> None:
    script = """
    cat /cfg/a.txt; echo "$(id -u):$(id -g) $(hostname)"; echo kept >/mnt/claim/file; cat /mnt/still/file
    for path in /mnt/still/x /cfg/x /usr/x /x /mnt/x; do touch $path 2>/dev/null && echo "wrote $path"; done
    touch /tmp/x && echo scratch
    python3 -c 'import socket; socket.create_connection(("1.1.1.1", 53), 1)' 2>/dev/null || echo "no network"
    env | sort
    """
    made = cluster(node, tmp_path, job(pod(script, env=[{"name": "HOME", "value": "/tmp"}])))
    ran = made.run("Job", "job", 30)
    assert ran.succeeded, ran.log
    said = ran.log.splitlines()
    assert said[1:6] == ["from a file", "1000:1000 job-0", "kept", "scratch", "no network"]
    assert [line.partition("=")[0] for line in said[6:]] == ["HOME", "LANG", "PATH", "PWD", "PYTHONPATH"]
    assert (made.claim("claim") / "file").read_text() == "kept\n"


def test_variables_come_from_fields_and_from_each_other(node: Node, tmp_path: Path) -> None:
    env = [
        {
            "name": "INDEX",
            "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['training.kubeflow.org/replica-index']"}},
        },
        {"name": "TEXT", "value": "$(INDEX) $$(INDEX) $(LATER)"},
        {"name": "LATER", "value": "x"},
    ]
    script = 'echo "$TEXT | $1 | $RANK of $WORLD_SIZE at $MASTER_ADDR, $PET_NNODES x $PET_NPROC_PER_NODE"'
    manifest = training(pod(script, env=env, args=["sh", "$(LATER)"]), Master=1, Worker=1)
    ran = cluster(node, tmp_path, manifest).run("PyTorchJob", "train", 30)
    assert ran.succeeded, ran.log
    for index, one in enumerate(ran.pods):
        assert one.log == f"0 $(INDEX) $(LATER) | x | {index} of 4 at train-master-0, 2 x 2\n"


@pytest.mark.parametrize(
    ("text", "value"), [("$(A)", "1"), ("$$(A)", "$(A)"), ("$$$(A)", "$1"), ("$(B) $A $", "$(B) $A $"), ("$(A", "$(A")]
)
def test_references_expand_as_the_kubelet_expands_them(text: str, value: str) -> None:
    assert expanded(text, {"A": "1"}) == value


def test_a_job_makes_new_pods_up_to_its_limit(node: Node, tmp_path: Path) -> None:
    ran = cluster(node, tmp_path, job(pod("exit 3"), backoffLimit=2)).run("Job", "job", 30)
    assert ran.succeeded is False
    assert [one.codes for one in ran.pods] == [[3], [3], [3]]


def test_a_container_that_fails_runs_again_on_the_same_scratch(node: Node, tmp_path: Path) -> None:
    script = "test -e /tmp/tried && exit 0; touch /tmp/tried; exit 7"
    ran = cluster(node, tmp_path, training(pod(script), Master=1)).run("PyTorchJob", "train", 30)
    assert ran.succeeded
    assert [one.codes for one in ran.pods] == [[7, 0]]


def test_the_operator_gives_up_when_the_restarts_reach_the_limit(node: Node, tmp_path: Path) -> None:
    ran = cluster(node, tmp_path, training(pod("exit 7"), limit=2, Master=1)).run("PyTorchJob", "train", 30)
    assert ran.succeeded is False
    assert [one.codes for one in ran.pods] == [[7, 7]]


def test_when_one_elastic_worker_succeeds_the_others_are_asked_to_end(
    node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operator, "NOTICE_SECONDS", 0.5)
    script = """
    test "$(hostname)" = train-worker-0 && exit 0
    trap 'echo told; exit 0' TERM
    while :; do sleep 0.1; done
    """
    ran = cluster(node, tmp_path, training(pod(script), Worker=2)).run("PyTorchJob", "train", 40)
    assert ran.succeeded
    assert [one.phase for one in ran.pods] == [Phase.SUCCEEDED, Phase.FAILED]
    assert ran.pods[1].log == "told\n"


def test_what_lacks_a_claim_never_starts(node: Node, tmp_path: Path) -> None:
    made = Cluster(node, tmp_path, [CONFIG, job(pod("exit 0"))])
    with pytest.raises(LookupError, match="no claim `claim`"):
        made.run("Job", "job")
