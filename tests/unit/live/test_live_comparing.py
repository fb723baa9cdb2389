"""Live objects in the words of the rendered ones: only what a sync would change is a difference."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from compiler.change.fields import differences
from compiler.change.values import Subject
from compiler.diagnostics import Staged
from compiler.live.comparing import live_subjects
from tests.api_server.apply import fields
from tests.api_server.server import Running
from tests.unit.live.repos import FILES, PROJECT, repo_in, subjects_of, synced

CHAT = "InferenceService/nlp/bot-chat"
LOAD = "Job/nlp/bot-tickets-preload"
CLAIM = "PersistentVolumeClaim/nlp/bot-tickets"


def compared(wanted: Sequence[Subject]) -> Staged[dict[str, Subject]]:
    return live_subjects("prod", wanted)


def changes(wanted: Sequence[Subject]) -> dict[str, list[tuple[str, Any, Any]]]:
    """Target -> fields that differ, with both values; `absent` where there is no live object."""
    live = compared(wanted)
    assert [one.wrong for one in live.found if one.code.id != "HYD699"] == []
    found: dict[str, list[tuple[str, Any, Any]]] = {}
    for one in wanted:
        before = live.value.get(one.target)
        if before is None:
            found[one.target] = [("absent", None, None)]
        elif before.body != one.body:
            found[one.target] = [
                (field.text, field.before, field.after) for field in differences(before.body, one.body)
            ]
    for target in live.value.keys() - {one.target for one in wanted}:
        found[target] = [("extra", None, None)]
    return found


def stored(up: Running, target: str) -> dict[str, Any]:
    """A live object by its target."""
    kind, _, name = target.split("/")
    return next(
        one for one in up.cluster.objects.values() if one["kind"] == kind and one["metadata"]["name"].startswith(name)
    )


@pytest.mark.parametrize("manager", ["kustomize-controller", "argocd-controller", "hydra"])
def test_what_was_just_synced_has_no_difference(up: Running, repo: Path, manager: str) -> None:
    assert changes(synced(up.cluster, repo, manager)) == {}


def test_what_only_the_file_has_is_no_difference(up: Running, tmp_path: Path) -> None:
    files = FILES.replace('a: "1"', 'a: "echo ${HOME}"')
    repo = repo_in(tmp_path / "repo", files=files)
    assert changes(synced(up.cluster, repo)) == {}
    assert "substitute" in json.dumps(stored(up, "ConfigMap/nlp/files")["metadata"])
    other = subjects_of(repo_in(tmp_path / "other", files=files.replace("echo", "print")))
    assert changes(other) == {"ConfigMap/nlp/files": [("data.a", "echo ${HOME}", "print ${HOME}")]}


def test_nothing_is_written(up: Running, repo: Path, tmp_path: Path) -> None:
    synced(up.cluster, repo)
    before = copy.deepcopy(up.cluster.objects)
    changes(subjects_of(repo_in(tmp_path / "new", PROJECT.replace("10Gi", "20Gi"))))
    assert up.cluster.objects == before
    assert all(one.query.get("dryRun") == "All" for one in up.cluster.requests if one.method != "GET")


def test_an_empty_cluster_has_nothing(up: Running, repo: Path) -> None:
    wanted = subjects_of(repo)
    assert compared(wanted) == Staged({}, [])


def test_an_edit_of_the_specs_is_the_difference(up: Running, repo: Path, tmp_path: Path) -> None:
    synced(up.cluster, repo)
    wanted = subjects_of(
        repo_in(tmp_path / "new", PROJECT.replace("10Gi", "20Gi").replace("{team: nlp}", "{team: qa}"))
    )
    found = changes(wanted)
    assert found[CLAIM] == [
        ("metadata.labels.team", "nlp", "qa"),
        ("spec.resources.requests.storage", "10Gi", "20Gi"),
    ]
    # Labels of an InferenceService would restart it: the project's own are not on it.
    assert CHAT not in found


def test_what_only_the_server_and_controllers_have_is_no_difference(up: Running, repo: Path) -> None:
    wanted = synced(up.cluster, repo)
    chat, claim, job = (stored(up, target) for target in (CHAT, CLAIM, LOAD))
    chat["status"] = {"conditions": [{"type": "Ready", "status": "True"}]}
    chat["metadata"] |= {"uid": "u", "generation": 7, "finalizers": ["inferenceservice.finalizers"]}
    up.cluster.edit(chat, "manager", "metadata|annotations", {"serving.kserve.io/deploymentMode": "Standard"})
    up.cluster.edit(claim, "kube-controller-manager", "spec|volumeName", "pvc-1234")
    up.cluster.edit(job, "kueue", "spec|suspend", True)
    for one in up.cluster.objects.values():
        one["metadata"].setdefault("labels", {})["kustomize.toolkit.fluxcd.io/name"] = "apps"
        one["metadata"].setdefault("annotations", {})["argocd.argoproj.io/tracking-id"] = "apps:x"
        for entry in one["metadata"].get("managedFields", []):
            if entry["manager"] == "kustomize-controller":
                entry["fieldsV1"].setdefault("f:metadata", {}).setdefault("f:labels", {})[
                    "f:kustomize.toolkit.fluxcd.io/name"
                ] = {}
    assert [one for one in changes(wanted) if one != CHAT] == []


def test_drift_by_hand_is_a_difference(up: Running, repo: Path) -> None:
    wanted = synced(up.cluster, repo)
    up.cluster.edit(stored(up, CHAT), "kubectl-edit", "spec|predictor|minReplicas", 7)
    up.cluster.edit(stored(up, CLAIM), "k9s", "metadata|labels|team", "ops")
    found = changes(wanted)
    assert [(path, old) for path, old, _ in found[CHAT]] == [("spec.predictor.minReplicas", 7)]
    assert found[CLAIM] == [("metadata.labels.team", "ops", "nlp")]


def test_what_a_controller_owns_is_left_to_it_and_told(up: Running, repo: Path) -> None:
    wanted = synced(up.cluster, repo)
    up.cluster.edit(stored(up, CHAT), "autoscaler", "spec|predictor|minReplicas", 7)
    live = compared(wanted)
    assert {target: one.body for target, one in live.value.items()} == {one.target: one.body for one in wanted}
    (found,) = live.found
    assert (found.code.id, found.notes) == ("HYD699", ("spec.predictor.minReplicas",))


def test_what_git_has_no_more_is_a_difference(up: Running, repo: Path, tmp_path: Path) -> None:
    labelled = PROJECT.replace("labels: {team: nlp}", "labels: {team: nlp, tier: gold}")
    synced(up.cluster, repo_in(tmp_path / "old", labelled))
    assert changes(subjects_of(repo))[CLAIM] == [("metadata.labels.tier", "gold", None)]


def test_what_a_client_side_apply_noted_is_removed_as_well(up: Running, repo: Path) -> None:
    wanted = synced(up.cluster, repo)
    claim = stored(up, CLAIM)
    noted = {"metadata": {"labels": {"tier": "gold"}}}
    claim["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"] = json.dumps(noted)
    claim["metadata"]["labels"] |= {"tier": "gold", "zone": "a"}
    claim["metadata"]["managedFields"] = [
        {
            "manager": "argocd-controller",
            "operation": "Update",
            "fieldsV1": fields({("f:metadata", "f:labels", "f:tier"), ("f:metadata", "f:labels", "f:zone")}),
        }
    ]
    assert changes(wanted) == {CLAIM: [("metadata.labels.tier", "gold", None)]}


def test_a_user_who_may_only_read_gets_a_comparison(up: Running, repo: Path, tmp_path: Path) -> None:
    synced(up.cluster, repo)
    for kind in ("persistentvolumeclaims", "jobs.batch", "configmaps", "inferenceservices.serving.kserve.io"):
        up.cluster.forbidden[kind, "patch"] = ""
    assert changes(subjects_of(repo)) == {}
    wanted = subjects_of(repo_in(tmp_path / "new", PROJECT.replace("10Gi", "20Gi")))
    assert changes(wanted)[CLAIM] == [("spec.resources.requests.storage", "10Gi", "20Gi")]
    (found,) = compared(wanted).found
    assert (found.code.id, found.severity) == ("HYD699", None)
    assert "Compared without a dry run: 8 objects, since the user of the context may not `patch`." in found.wrong


def test_what_the_server_refuses_is_compared_all_the_same(up: Running, repo: Path, tmp_path: Path) -> None:
    synced(up.cluster, repo)
    wanted = subjects_of(repo_in(tmp_path / "new", PROJECT.replace("{size: 10Gi}", "{size: 10Gi, class: slow}")))
    assert ("spec.storageClassName", "cephfs", "slow") in changes(wanted)[CLAIM]


def test_a_run_that_takes_the_place_of_another_one(up: Running, repo: Path, tmp_path: Path) -> None:
    old = synced(up.cluster, repo)
    wanted = subjects_of(repo_in(tmp_path / "new", PROJECT.replace("corp/tickets", "corp/tickets-2")))
    live = compared(wanted).value
    before, after = live[LOAD], next(one for one in wanted if one.target == LOAD)
    assert before.body["metadata"]["name"] != after.body["metadata"]["name"]
    assert before.run == next(one for one in old if one.target == LOAD).run != after.run
    paths = [field.text for field in differences(before.body, after.body)]
    assert any("HYDRA_MARKER" in path for path in paths)
    assert not any("labels" in path or "dnsPolicy" in path or "backoffLimit" in path for path in paths)
    assert set(live) == {one.target for one in wanted}


def test_the_newest_of_several_runs_counts(up: Running, repo: Path, tmp_path: Path) -> None:
    for number, source in enumerate(("a", "b", "c")):
        project = PROJECT.replace("corp/tickets", f"corp/{source}")
        for one in subjects_of(repo_in(tmp_path / source, project)):
            up.cluster.put(one.body, creationTimestamp=f"2026-01-0{3 - number}T00:00:00Z")
    live = compared(subjects_of(repo)).value[LOAD]
    assert "corp/a" in json.dumps(live.body)


def test_a_run_without_our_label_is_found_by_its_name(up: Running, repo: Path) -> None:
    job = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "dataset-a-round-1-2456789bcd", "namespace": "nlp"},
        "spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "a", "image": "a:1"}]}}},
    }
    up.cluster.put(job)
    up.cluster.put({**job, "metadata": {"name": "dataset-b-round-1-2456789bcd", "namespace": "nlp"}})
    body = copy.deepcopy(job)
    body["metadata"]["name"] = "dataset-a-round-1-bcdfghkmt2"  # type: ignore[index]
    body["spec"]["template"]["spec"]["containers"][0]["image"] = "a:2"  # type: ignore[index]
    wanted = [subjects_of(repo)[0]._replace(body=body, target="Job/nlp/dataset-a-round-1")]
    live = compared(wanted).value
    assert set(live) == {"Job/nlp/dataset-a-round-1"}
    found = differences(live["Job/nlp/dataset-a-round-1"].body, body)
    assert [(one.before, one.after) for one in found] == [("a:1", "a:2")]


def test_objects_of_ours_that_are_rendered_no_more(up: Running, repo: Path, tmp_path: Path) -> None:
    synced(up.cluster, repo)
    wanted = subjects_of(repo_in(tmp_path / "new", PROJECT.replace("  more: {source: s3://corp/more}\n", "")))
    assert changes(wanted) == {
        "PersistentVolumeClaim/nlp/bot-more": [("extra", None, None)],
        "Job/nlp/bot-more-preload": [("extra", None, None)],
    }
    extra = compared(wanted).value["PersistentVolumeClaim/nlp/bot-more"]
    assert (extra.cluster, extra.unit, extra.origin) == ("prod", "bot", None)
    assert extra.body["spec"]["resources"] == {"requests": {"storage": "50Gi"}}
    assert extra.body["metadata"].keys() == {"name", "namespace", "labels", "annotations"}


def test_what_others_have_is_not_ours(up: Running, repo: Path) -> None:
    wanted = synced(up.cluster, repo)
    ours = {"app.kubernetes.io/managed-by": "hydra"}
    up.cluster.put(config("elsewhere", "ops", ours))
    up.cluster.put(config("unlabelled", "nlp", {}))
    up.cluster.put(config("made", "nlp", ours), ownerReferences=[{"kind": "RayService", "name": "x"}])
    assert changes(wanted) == {}
    up.cluster.put(config("left", "nlp", ours))
    assert changes(wanted) == {"ConfigMap/nlp/left": [("extra", None, None)]}


def test_a_volume_counts_where_its_claim_is(up: Running, repo: Path) -> None:
    wanted = synced(up.cluster, repo)
    for name, namespace in (("ours", "nlp"), ("theirs", "ops")):
        body = {
            "apiVersion": "v1",
            "kind": "PersistentVolume",
            "metadata": {"name": name, "labels": {"app.kubernetes.io/managed-by": "hydra"}},
            "spec": {
                "capacity": {"storage": "1Gi"},
                "accessModes": ["ReadWriteMany"],
                "nfs": {"server": "10.0.0.5", "path": "/a"},
                "claimRef": {"namespace": namespace, "name": "a"},
                "persistentVolumeReclaimPolicy": "Retain",
            },
        }
        up.cluster.put(body)
    assert changes(wanted) == {"PersistentVolume/-/ours": [("extra", None, None)]}


def test_the_autoscaler_of_ray_has_its_replicas(up: Running, repo: Path) -> None:
    def body(replicas: int, image: str) -> dict[str, Any]:
        pod = {"spec": {"containers": [{"name": "ray", "image": image}]}}
        group = {"groupName": "gpus", "replicas": replicas, "minReplicas": 1, "maxReplicas": 4, "template": pod}
        head = {"rayStartParams": {}, "template": pod}
        spec = {
            "enableInTreeAutoscaling": True,
            "headGroupSpec": head,
            "workerGroupSpecs": [group | {"rayStartParams": {}}],
        }
        return {
            "apiVersion": "ray.io/v1",
            "kind": "RayCluster",
            "metadata": {"name": "r", "namespace": "nlp"},
            "spec": spec,
        }

    live = up.cluster.put(body(1, "ray:2"))
    # The operator writes the whole list, which has one owner.
    up.cluster.edit(live, "kuberay-operator", "spec|workerGroupSpecs", body(3, "ray:2")["spec"]["workerGroupSpecs"])
    subject = subjects_of(repo)[0]._replace(target="RayCluster/nlp/r")
    assert changes([subject._replace(body=body(1, "ray:2"))]) == {}
    found = changes([subject._replace(body=body(1, "ray:3"))])["RayCluster/nlp/r"]
    assert sorted(path for path, _, _ in found) == [
        "spec.headGroupSpec.template.spec.containers[ray].image",
        "spec.workerGroupSpecs[gpus].template.spec.containers[ray].image",
    ]


def test_extras_are_found_on_every_page(up: Running, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from compiler.live import client

    monkeypatch.setattr(client, "PAGE", 2)
    wanted = synced(up.cluster, repo)
    for number in range(5):
        up.cluster.put(config(f"left-{number}", "nlp", {"app.kubernetes.io/managed-by": "hydra"}))
    assert len(changes(wanted)) == 5


def test_who_may_not_list_is_told(up: Running, repo: Path) -> None:
    wanted = synced(up.cluster, repo)
    up.cluster.forbidden["configmaps", "list"] = ""
    live = compared(wanted)
    assert len(live.value) == len(wanted)
    (found,) = live.found
    assert "may not `list` `configmaps`" in found.wrong


def test_lists_of_a_namespace_are_enough(up: Running, repo: Path) -> None:
    wanted = synced(up.cluster, repo)
    up.cluster.put(config("left", "nlp", {"app.kubernetes.io/managed-by": "hydra"}))
    real = up.cluster.listed

    def listed(place: Any, query: Any) -> Any:
        if not place.namespace and place.kind.kind == "ConfigMap":
            said = 'configmaps is forbidden: User "ci" cannot list resource "configmaps" in API group "" at the cluster scope'
            return 403, {"kind": "Status", "message": said}, {}
        return real(place, query)

    up.cluster.listed = listed  # type: ignore[method-assign]
    assert changes(wanted) == {"ConfigMap/nlp/left": [("extra", None, None)]}


def test_a_cluster_that_cannot_be_asked_gives_one_error(up: Running, repo: Path) -> None:
    wanted = synced(up.cluster, repo)
    up.cluster.token = "another"
    live = compared(wanted)
    assert (live.value, [one.code.id for one in live.found]) == ({}, ["HYD696"])
    up.kubeconfig.unlink()
    assert [one.code.id for one in compared(wanted).found] == ["HYD694"]


def test_reading_that_is_forbidden_is_told_once(up: Running, repo: Path) -> None:
    wanted = synced(up.cluster, repo)
    up.cluster.forbidden["jobs.batch", "get"] = ""
    live = compared(wanted)
    assert [one.wrong for one in live.found if one.code.id == "HYD697"] == [
        "The user of the context may not `get` `jobs.batch` in `nlp`: 3 objects could not be verified."
    ]


def config(name: str, namespace: str, labels: dict[str, str]) -> dict[str, Any]:
    """A ConfigMap."""
    metadata = (
        {"name": name, "namespace": namespace, "labels": labels} if labels else {"name": name, "namespace": namespace}
    )
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"a": "b"}}
