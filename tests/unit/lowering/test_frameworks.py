"""Workloads as objects of the operators of their frameworks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from compiler.checking.schemas import Schemas
from compiler.emission.canonical import canonical_quantities, prune
from compiler.lowering.frameworks.registry import frameworks
from compiler.lowering.registry import lowerings
from compiler.lowering.scripts import GATE
from compiler.lowering.workload import work
from compiler.lowering.workpods import pod_template
from compiler.planning.work import Elasticity, PodVolume, Replicas, Waiting, WorkPlan
from tests.unit.lowering import works
from tests.unit.lowering.local import expanded

KINDS = {
    "pytorch": ("kubeflow.org/v1", "PyTorchJob", "pytorchReplicaSpecs"),
    "mpi": ("kubeflow.org/v2beta1", "MPIJob", "mpiReplicaSpecs"),
    "tensorflow": ("kubeflow.org/v1", "TFJob", "tfReplicaSpecs"),
    "xgboost": ("kubeflow.org/v1", "XGBoostJob", "xgbReplicaSpecs"),
    "paddle": ("kubeflow.org/v1", "PaddleJob", "paddleReplicaSpecs"),
    "jax": ("kubeflow.org/v1", "JAXJob", "jaxReplicaSpecs"),
    "general": ("batch/v1", "Job", ""),
}

every_framework = pytest.mark.parametrize("framework", KINDS)
every_form = pytest.mark.parametrize(
    "plan",
    [*(make(name) for name in KINDS for make in (works.plan, works.full)), works.elastic()],
    ids=lambda plan: f"{plan.framework}-{plan.restart}",
)


def test_every_framework_is_found_by_its_name() -> None:
    assert frameworks().keys() == KINDS.keys()
    assert lowerings()[WorkPlan] is work


@every_framework
def test_it_is_written_for_its_operator(framework: str) -> None:
    body = works.body(works.plan(framework))
    api_version, kind, field = KINDS[framework]
    assert (body["apiVersion"], body["kind"]) == (api_version, kind)
    if field:
        roles = body["spec"][field]
        assert [(role, one["replicas"]) for role, one in roles.items()] == [
            (role, works.NUMBERS.get(role, 1)) for role in works.ROLES[framework]
        ]


@every_form
def test_our_schemas_take_it(plan: WorkPlan) -> None:
    assert Schemas().failures(works.body(plan)) == []


@every_form
def test_it_says_nothing_that_a_controller_would_rewrite(plan: WorkPlan) -> None:
    body = works.body(plan)
    assert body == prune(body) == canonical_quantities(body)
    policy = body["spec"].get("runPolicy", body["spec"])
    assert not {"suspend", "ttlSecondsAfterFinished"} & policy.keys()


@every_framework
def test_a_bare_pod_has_nothing_empty(framework: str) -> None:
    body = works.body(works.plan(framework, works.BARE))
    assert body == prune(body)
    assert Schemas().failures(body) == []


@every_framework
def test_every_pod_is_restricted(framework: str) -> None:
    for pod in pods(works.body(works.full(framework))):
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is False
        for container in (*pod.get("initContainers", ()), *pod["containers"]):
            context = container["securityContext"]
            assert context["allowPrivilegeEscalation"] is False
            assert context["capabilities"]["drop"] == ["ALL"]


def pods(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The specs of an object's pods."""
    spec = body["spec"]
    templates = [spec["template"]] if "template" in spec else []
    for field, roles in spec.items():
        if field.endswith("ReplicaSpecs"):
            templates += [one["template"] for one in roles.values()]
    yield from (one["spec"] for one in templates)


def test_fields_stand_in_the_order_of_the_reference() -> None:
    template = pod_template(works.FULL, "pytorch")
    assert [*template] == ["metadata", "spec"]
    assert [*template["spec"]] == [
        "automountServiceAccountToken",
        "enableServiceLinks",
        "imagePullSecrets",
        "nodeSelector",
        "tolerations",
        "securityContext",
        "serviceAccountName",
        "terminationGracePeriodSeconds",
        "initContainers",
        "containers",
        "volumes",
    ]
    (container,) = template["spec"]["containers"]
    assert [*container] == [
        "name", "image", "command", "args", "workingDir", "env", "resources", "securityContext", "volumeMounts",
    ]  # fmt: skip
    assert [*template["spec"]["securityContext"]] == [
        "runAsNonRoot",
        "runAsUser",
        "runAsGroup",
        "supplementalGroups",
        "fsGroup",
        "fsGroupChangePolicy",
        "seccompProfile",
    ]


def test_text_of_the_user_stays_text() -> None:
    (container,) = pod_template(works.FULL, "pytorch")["spec"]["containers"]
    assert container["args"] == ["--cost", "$$(rm) $5"]
    assert [expanded(one) for one in container["args"]] == list(works.FULL.arguments)


def test_variables_come_from_text_from_the_pod_and_from_secrets() -> None:
    (container,) = pod_template(works.FULL, "pytorch")["spec"]["containers"]
    by_name = {one["name"]: one for one in container["env"]}
    assert by_name["USER"] == {"name": "USER", "value": "hydra"}
    path = "metadata.labels['training.kubeflow.org/replica-index']"
    assert by_name["HYDRA_REPLICA"]["valueFrom"] == {"fieldRef": {"apiVersion": "v1", "fieldPath": path}}
    assert by_name["TOKEN"]["valueFrom"] == {"secretKeyRef": {"name": "hub", "key": "token"}}


def test_data_of_others_is_read_only_on_the_source_and_on_the_mount() -> None:
    pod = pod_template(works.POD, "pytorch")["spec"]
    volumes = {one["name"]: one for one in pod["volumes"]}
    mounts = {one["name"]: one for one in pod["containers"][0]["volumeMounts"]}
    assert volumes["model"]["persistentVolumeClaim"] == {"claimName": "support-bot-base", "readOnly": True}
    assert volumes["output"]["persistentVolumeClaim"] == {"claimName": "support-bot-dolly-full"}
    assert {name for name, one in mounts.items() if one.get("readOnly")} == {"config", "model", "dataset"}


def test_a_volume_that_is_mounted_twice_is_there_once() -> None:
    twice = (
        PodVolume("data", "/in", claim="data", read_only=True, sub_path="in"),
        PodVolume("data", "/out", claim="data", sub_path="out"),
    )
    pod = pod_template(works.BARE._replace(volumes=twice), "pytorch")["spec"]
    assert pod["volumes"] == [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
    assert pod["containers"][0]["volumeMounts"] == [
        {"name": "data", "mountPath": "/in", "subPath": "in", "readOnly": True},
        {"name": "data", "mountPath": "/out", "subPath": "out"},
    ]


def test_an_empty_directory_has_a_bound_unless_it_is_said_to_have_none() -> None:
    volumes = (PodVolume("tmp", "/tmp", size="-"), PodVolume("shm", "/dev/shm", size="1Gi", in_memory=True))
    pod = pod_template(works.BARE._replace(volumes=volumes), "pytorch")["spec"]
    assert pod["volumes"] == [
        {"name": "tmp", "emptyDir": {}},
        {"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": "1Gi"}},
    ]


def test_a_gate_waits_on_the_volume_of_its_marker() -> None:
    base, dolly = pod_template(works.POD, "pytorch")["spec"]["initContainers"]
    assert (base["name"], dolly["name"]) == ("wait-base", "wait-dolly")
    assert base["command"] == ["sh", "-c", GATE, "gate"]
    assert base["volumeMounts"] == [{"name": "model", "mountPath": "/mnt/model", "readOnly": True}]
    values = {one["name"]: one["value"] for one in base["env"]}
    assert values["HYDRA_MARKER"] == "/mnt/model/bgg8h5cct2/ready.json"
    assert values["HYDRA_TIMEOUT"] == "86400"


def test_a_gate_on_no_volume_of_the_pod_is_refused() -> None:
    gate = Waiting("wait", "a", "b", "/mnt/c", 60, "elsewhere")
    with pytest.raises(ValueError, match="elsewhere"):
        pod_template(works.BARE._replace(gates=(gate,)), "pytorch")


def test_root_is_not_said_to_be_another() -> None:
    pod = pod_template(works.BARE._replace(uid=0, gid=0), "pytorch")["spec"]
    assert pod["securityContext"] == {
        "runAsNonRoot": False,
        "runAsUser": 0,
        "runAsGroup": 0,
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def test_the_elastic_form_meets_at_the_first_worker() -> None:
    spec = works.body(works.elastic())["spec"]
    assert [*spec] == ["elasticPolicy", "nprocPerNode", "pytorchReplicaSpecs", "runPolicy"]
    assert list(spec["elasticPolicy"].items()) == [
        ("minReplicas", 2),
        ("maxReplicas", 2),
        ("rdzvBackend", "c10d"),
        ("rdzvId", "7km6gcb7th"),
        ("rdzvConf", [{"key": "join_timeout", "value": "3600"}, {"key": "read_timeout", "value": "3600"}]),
    ]
    restarted = works.elastic()._replace(elastic=Elasticity(2, 4, "x", restarts=5))
    assert works.body(restarted)["spec"]["elasticPolicy"]["maxRestarts"] == 5


def test_a_limit_of_no_retries_is_said() -> None:
    policy = works.body(works.plan("pytorch")._replace(backoff_limit=0))["spec"]["runPolicy"]
    assert list(policy.items()) == [("backoffLimit", 0), ("cleanPodPolicy", "Running")]


def test_volcano_is_told_the_queue() -> None:
    policy = works.body(works.full("tensorflow"))["spec"]["runPolicy"]
    assert [*policy] == ["backoffLimit", "activeDeadlineSeconds", "cleanPodPolicy", "schedulingPolicy"]
    assert policy["schedulingPolicy"] == {"queue": "training"}
    job = works.body(works.full("general"))["spec"]["template"]
    assert job["spec"]["schedulerName"] == "volcano"
    assert job["metadata"]["annotations"] == {"scheduling.volcano.sh/queue-name": "training"}


def test_workers_of_mpi_are_reached_by_ssh_as_a_user_who_is_not_root() -> None:
    plan = works.plan("mpi", works.BARE)
    launcher, worker = (one._replace(pod=one.pod) for one in plan.replicas)
    launcher = launcher._replace(pod=launcher.pod._replace(command=("mpirun", "train")))
    spec = works.body(plan._replace(replicas=(launcher, worker), processes="4"))["spec"]
    assert {name: spec[name] for name in ("launcherCreationPolicy", "slotsPerWorker", "sshAuthMountPath")} == {
        "launcherCreationPolicy": "WaitForWorkersReady",
        "slotsPerWorker": 4,
        "sshAuthMountPath": "/home/mpiuser/.ssh",
    }
    (first,) = spec["mpiReplicaSpecs"]["Launcher"]["template"]["spec"]["containers"]
    (second,) = spec["mpiReplicaSpecs"]["Worker"]["template"]["spec"]["containers"]
    assert (first["name"], first["command"]) == ("launcher", ["mpirun", "train"])
    assert "add" not in first["securityContext"]["capabilities"]
    assert (second["name"], second["command"][0]) == ("worker", "/usr/sbin/sshd")
    assert second["securityContext"]["capabilities"] == {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}


def test_workers_of_mpi_with_a_program_of_their_own_keep_it() -> None:
    spec = works.body(works.plan("mpi"))["spec"]
    (worker,) = spec["mpiReplicaSpecs"]["Worker"]["template"]["spec"]["containers"]
    assert worker["command"] == list(works.POD.command)
    assert "add" not in worker["securityContext"]["capabilities"]


def test_several_pods_of_a_job_have_an_index() -> None:
    many = works.body(works.plan("general"))["spec"]
    assert (many["completionMode"], many["completions"], many["parallelism"]) == ("Indexed", 2, 2)
    one = works.plan("general")._replace(replicas=(Replicas("Worker", 1, works.POD),), restart="Never")
    spec = works.body(one)["spec"]
    assert [*spec] == ["podFailurePolicy", "template"]
    assert spec["template"]["spec"]["restartPolicy"] == "Never"


def test_a_label_changes_the_object_and_a_variable_makes_another_one() -> None:
    plan = works.elastic()
    relabelled = plan._replace(identity=plan.identity._replace(labels={"team": "other"}))
    assert works.body(relabelled)["metadata"]["name"] == works.body(plan)["metadata"]["name"]
    pod = works.POD._replace(environment={**works.ENVIRONMENT, "NCCL_DEBUG": "INFO"})
    changed = plan._replace(replicas=(Replicas("Worker", 2, pod),))
    assert works.body(changed)["metadata"]["name"] != works.body(plan)["metadata"]["name"]


@every_framework
def test_a_long_name_leaves_room_for_the_names_of_the_pods(framework: str) -> None:
    plan = works.plan(framework, works.BARE, name="a" * 80)
    manifest = work(plan._replace(replicas=tuple(one._replace(number=12) for one in plan.replicas)))
    longest = max(len(f"{manifest.name}-{role.lower()}-11") for role in works.ROLES[framework])
    assert longest == 63 if framework != "general" else len(manifest.name) == 63
    assert manifest.logical == "a" * 80


def test_room_is_left_for_workers_that_may_come() -> None:
    plan = works.elastic()._replace(elastic=Elasticity(2, 100, "x"))
    plan = plan._replace(identity=plan.identity._replace(name="a" * 80))
    assert len(f"{work(plan).name}-worker-99") == 63
