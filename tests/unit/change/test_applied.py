"""What follows from who applies an object, and from whether anything prunes it."""

from __future__ import annotations

import pytest

from compiler.change.values import View
from tests.unit.change.changes import Files, outcome, viewed

REPO = "https://git.acme.io/ml/platform.git"
ARGO = f"gitops: {{controller: argocd, repo: '{REPO}'}}"
UNITS = f"gitops: {{controller: argocd, repo: '{REPO}', perUnit: true}}"
KEPT = f"gitops: {{controller: argocd, repo: '{REPO}', prune: false}}"
FLUX = f"gitops: {{controller: flux, repo: '{REPO}'}}"
FLUX_UNITS = f"gitops: {{controller: flux, repo: '{REPO}', perUnit: true}}"

CLUSTER = """\
apiVersion: hydra.io/v1alpha1
kind: Cluster
metadata: {{name: prod}}
spec:
  storage: {{default: {{class: cephfs, accessModes: [ReadWriteMany], size: 100Gi}}}}
  {0}
"""
SERVER = """\
apiVersion: ray.io/v1
kind: RayCluster
metadata: {name: web, namespace: nlp}
spec:
  rayVersion: 2.52.0
  headGroupSpec:
    rayStartParams: {dashboard-host: 0.0.0.0}
    template:
      spec:
        containers:
          - name: ray-head
            image: rayproject/ray:2.52.0
            resources: {requests: {cpu: "1", nvidia.com/gpu: "2"}, limits: {cpu: "1", nvidia.com/gpu: "2"}}
"""
LLAMA = """\
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata:
  name: llama
  namespace: nlp
  annotations: {serving.kserve.io/deploymentMode: Standard}
spec:
  predictor:
    minReplicas: 2
    containers:
      - name: kserve-container
        image: registry.acme.io/llm@sha256:5f0a3d2b8c9e47161f2e3d4c5b6a79880a1b2c3d4e5f60718293a4b5c6d7e8f9
        resources: {requests: {cpu: "1", memory: 8Gi, nvidia.com/gpu: "1"}, limits: {cpu: "1", memory: 8Gi, nvidia.com/gpu: "1"}}
"""
SETTINGS = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: nlp}\ndata: {level: info}\n"
WEB, LLM, MAP = "RayCluster/nlp/web", "InferenceService/nlp/llama", "ConfigMap/nlp/settings"


def repo(gitops: str, files: Files) -> Files:
    """A repo with one cluster and documents."""
    return {"clusters/prod.yaml": CLUSTER.format(gitops), **files}


def gone(gitops: str, *, with_its_unit: bool) -> View:
    """What it does to take the server out of the specs."""
    left = {"other/hydra.yaml" if with_its_unit else "web/hydra.yaml": SETTINGS}
    before = {"web/hydra.yaml": SERVER} | (left if with_its_unit else {"web/more.hydra.yaml": SETTINGS})
    return viewed(repo(gitops, before), repo(gitops, left))


@pytest.mark.parametrize("gitops", [UNITS, FLUX_UNITS], ids=["argocd", "flux"])
def test_what_goes_with_its_whole_unit_is_not_deleted(gitops: str) -> None:
    shown = gone(gitops, with_its_unit=True)
    found = outcome(shown, WEB).judged
    assert (found.verdict.label, found.stays) == ("removed", True)
    assert "goes on and holds 2 GPUs until somebody deletes it" in found.why
    assert (shown.totals.gpus_before, shown.totals.gpus_after) == (2, 2)


@pytest.mark.parametrize(
    ("gitops", "with_its_unit"),
    [(UNITS, False), (FLUX_UNITS, False), (ARGO, True), (FLUX, True), ("", True)],
    ids=["argocd-units", "flux-units", "argocd", "flux", "nobody-knows"],
)
def test_what_goes_from_a_directory_that_stays_is_deleted(gitops: str, with_its_unit: bool) -> None:
    shown = gone(gitops, with_its_unit=with_its_unit)
    assert outcome(shown, WEB).judged.why == "It is deleted, which frees 2 GPUs."
    assert (shown.totals.gpus_before, shown.totals.gpus_after) == (2, 0)


def test_where_nothing_is_pruned_what_goes_stays() -> None:
    found = outcome(gone(KEPT, with_its_unit=True), WEB).judged
    assert found.stays
    assert "`prune: false`" in found.why


def test_the_last_object_of_a_cluster_is_not_deleted() -> None:
    # An Application whose directory is gone finds nothing there, and prunes nothing.
    shown = viewed(repo(ARGO, {"web/hydra.yaml": SERVER}), repo(ARGO, {}))
    assert outcome(shown, WEB).judged.stays


@pytest.mark.parametrize(
    "after",
    [ARGO.replace("}", ", name: other}"), ARGO.replace("}", ", namespace: other}"), UNITS, FLUX],
    ids=["name", "namespace", "units", "controller"],
)
def test_model_servers_restart_where_something_else_applies_them(after: str) -> None:
    files = {"web/hydra.yaml": f"{LLAMA}---\n{SERVER}---\n{SETTINGS}"}
    shown = viewed(repo(ARGO, files), repo(after, files))
    found = outcome(shown, LLM).judged
    assert (found.verdict.label, found.surge) == ("rolling-restart", 1)
    touched = {one.subject.target for one in shown.outcomes}
    assert touched.isdisjoint({WEB, MAP})


def test_a_harmless_edit_is_none_where_something_else_applies_it_as_well() -> None:
    more = {"web/hydra.yaml": LLAMA.replace("minReplicas: 2", "minReplicas: 3")}
    shown = viewed(repo(ARGO, {"web/hydra.yaml": LLAMA}), repo(FLUX, more))
    assert outcome(shown, LLM).judged.verdict.label == "rolling-restart"


def test_nothing_restarts_where_the_same_objects_apply_it() -> None:
    files = {"web/hydra.yaml": LLAMA}
    same = ARGO.replace("}", ", automated: true, namespace: argocd, name: platform}")
    shown = viewed(repo(ARGO, files), repo(same, files))
    assert [one.subject.target for one in shown.outcomes] == ["Application/argocd/platform-prod"]


def test_a_unit_that_is_renamed_prunes_nothing() -> None:
    files = f"{LLAMA}---\n{SERVER}"
    shown = viewed(repo(UNITS, {"old/hydra.yaml": files}), repo(UNITS, {"new/hydra.yaml": files}))
    assert outcome(shown, WEB).judged.verdict.label == "in-place"
    assert outcome(shown, LLM).judged.verdict.label == "rolling-restart"


def test_what_moves_to_another_unit_is_pruned_by_the_first() -> None:
    before = {"old/hydra.yaml": f"{SERVER}---\n{SETTINGS}"}
    after = {"old/hydra.yaml": SETTINGS, "new/hydra.yaml": SERVER}
    found = outcome(viewed(repo(UNITS, before), repo(UNITS, after)), WEB).judged
    assert (found.verdict.label, found.why.endswith("the one prunes it, the other makes it again.")) == (
        "rolling-restart",
        True,
    )


def test_objects_for_the_controller_hold_once_they_are_applied() -> None:
    files = {"web/hydra.yaml": SETTINGS}
    shown = viewed(repo(ARGO, files), repo(ARGO.replace("}", ", automated: true}"), files))
    why = outcome(shown, "Application/argocd/platform-prod").judged.why
    assert why.endswith("It holds once `prod/_gitops` is applied.")


def test_objects_for_the_controller_are_not_deleted_with_their_files() -> None:
    files = {"web/hydra.yaml": SETTINGS}
    shown = viewed(repo(ARGO, files), repo("", files))
    assert "goes on until somebody" in outcome(shown, "Application/argocd/platform-prod").judged.why
    assert outcome(shown, "ConfigMap/argocd/argocd-cm").judged.why.startswith("The keys stay")
