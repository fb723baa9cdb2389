"""What is rendered for serving stays as it is in the cluster: no controller rewrites it, and no engine shows a difference."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from compiler.manifest import Body
from tests.compiled import Compiled, compiled
from tests.golden.served import rendered
from tests.golden.trees import CASES, shuffled_copy
from tests.unit.checking.objects import Spoil, put
from tests.unit.lowering import quiet_forms as forms
from tests.unit.lowering import quiet_rules as rules

KINDS = ("HTTPRoute", "InferenceService", "Ingress", "RayService")
OF_CONTROLLERS = ("InferenceService", "RayService")

Rule = Callable[[Body], Body]
RULES: Mapping[Rule, tuple[str, ...]] = {
    forms.typed_write: ("InferenceService", "Ingress", "RayService"),
    forms.without_nulls: KINDS,
    forms.canonical_quantities: OF_CONTROLLERS,
    forms.list_maps: KINDS,
    forms.port_protocols: OF_CONTROLLERS,
    forms.flux_substitution: KINDS,
    forms.owned: KINDS,
    rules.kuberay_bounds: ("RayService",),
    rules.ray_autoscaler: ("RayService",),
    rules.kueue: ("RayService",),
    rules.gateway_defaults: ("HTTPRoute",),
}
every_rule = pytest.mark.parametrize(
    ("rule", "kind"),
    [(rule, kind) for rule, kinds in RULES.items() for kind in kinds],
    ids=[f"{rule.__name__}-{kind}" for rule, kinds in RULES.items() for kind in kinds],
)

LASTING = {
    "app.kubernetes.io/component", "app.kubernetes.io/managed-by", "app.kubernetes.io/part-of", "hydra.io/model-id",
    "networking.kserve.io/visibility",
    "serving.kserve.io/autoscalerClass", "serving.kserve.io/deploymentMode",
}  # fmt: skip
"""What may reach the pods of an InferenceService: nothing that changes while the service does not."""


@every_rule
def test_what_is_rendered_is_left_as_it_is(rule: Rule, kind: str) -> None:
    for served in rendered(kind):
        assert rule(copy.deepcopy(served.body)) == served.body, served.path


def test_kserves_webhook_fills_nothing_in() -> None:
    for served in rendered("InferenceService"):
        assert rules.kserve_webhook(served.body, served.kserve) == served.body, served.path


def service(kind: str, wanted: Callable[[Body], bool] = lambda _: True) -> Body:
    """A rendered object, to be spoilt."""
    return copy.deepcopy(next(one.body for one in rendered(kind) if wanted(one.body)))


def has_model(body: Body) -> bool:
    return "model" in body["spec"]["predictor"]


def is_custom(body: Body) -> bool:
    return not has_model(body)


def is_scaled(body: Body) -> bool:
    return "enableInTreeAutoscaling" in body["spec"]["rayClusterConfig"]


def twice(*path: str | int) -> Spoil:
    """The first item of a list once more, with another value beside its key."""

    def spoil(body: Any) -> None:
        for step in path:
            body = body[step]
        body.append({**body[0], "other": 1})

    return spoil


CONTAINER = ("spec", "predictor", "containers", 0)
RESOURCES = (*CONTAINER, "resources")
CLUSTER = ("spec", "rayClusterConfig")
GROUP = (*CLUSTER, "workerGroupSpecs", 0)
WORKER = (*GROUP, "template", "spec", "containers", 0)

LOUD: list[tuple[Rule, str, Spoil]] = [
    (forms.typed_write, "InferenceService", put(*CONTAINER, "stdin", False)),
    (forms.typed_write, "InferenceService", put("spec", "predictor", "maxReplicas", 0)),
    (forms.typed_write, "InferenceService", put(*CONTAINER, "env", 0, "value", "")),
    (forms.typed_write, "RayService", put("spec", "suspend", False)),
    (forms.typed_write, "RayService", put(*GROUP, "numOfHosts", 0)),
    (forms.typed_write, "RayService", put(*WORKER, "volumeMounts", 0, "readOnly", False)),
    (forms.typed_write, "Ingress", put("spec", "ingressClassName", None)),
    (forms.without_nulls, "InferenceService", put("spec", "predictor", "nodeSelector", None)),
    (forms.without_nulls, "RayService", put(*WORKER, "resources", "limits", {})),
    (forms.without_nulls, "HTTPRoute", put("spec", "rules", 0, "filters", [])),
    (forms.without_nulls, "Ingress", put("metadata", "annotations", None)),
    (forms.canonical_quantities, "InferenceService", put(*RESOURCES, "limits", "cpu", "1000m")),
    (forms.canonical_quantities, "InferenceService", put(*RESOURCES, "limits", "cpu", 8)),
    (forms.canonical_quantities, "RayService", put(*WORKER, "resources", "requests", "memory", "1024Mi")),
    (forms.canonical_quantities, "RayService", put(*GROUP, "template", "spec", "volumes", -1, "emptyDir", "sizeLimit", "1024Ki")),
    (forms.list_maps, "InferenceService", twice(*CONTAINER, "env")),
    (forms.list_maps, "InferenceService", twice(*CONTAINER, "volumeMounts")),
    (forms.list_maps, "RayService", twice(*GROUP, "template", "spec", "volumes")),
    (forms.list_maps, "RayService", twice(*CLUSTER, "workerGroupSpecs")),
    (forms.port_protocols, "InferenceService", put(*CONTAINER, "ports", 0, "protocol", ...)),
    (forms.flux_substitution, "InferenceService", put(*CONTAINER, "args", 0, "--model=${MODEL}")),
    (forms.flux_substitution, "RayService", put("spec", "serveConfigV2", "a: $${B}")),
    (forms.flux_substitution, "HTTPRoute", put("spec", "hostnames", 0, "${HOST:=a}.example")),
    (forms.owned, "InferenceService", put("status", {})),
    (forms.owned, "RayService", put("metadata", "labels", "app.kubernetes.io/instance", "serving")),
    (forms.owned, "Ingress", put("metadata", "creationTimestamp", None)),
    (rules.kuberay_bounds, "RayService", put(*GROUP, "minReplicas", ...)),
    (rules.kuberay_bounds, "RayService", put(*GROUP, "maxReplicas", ...)),
    (rules.kueue, "RayService", put(*CLUSTER, "suspend", False)),
    (rules.gateway_defaults, "HTTPRoute", put("spec", "parentRefs", 0, "kind", ...)),
    (rules.gateway_defaults, "HTTPRoute", put("spec", "rules", 0, "matches", ...)),
    (rules.gateway_defaults, "HTTPRoute", put("spec", "rules", 0, "backendRefs", 0, "weight", ...)),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "kind", "spoil"), LOUD, ids=[f"{one.__name__}-{kind}" for one, kind, _ in LOUD])
def test_what_would_be_rewritten_is_found(rule: Rule, kind: str, spoil: Spoil) -> None:
    body = service(kind, is_custom if kind == "InferenceService" else lambda _: True)
    assert rule(copy.deepcopy(body)) == body
    spoil(body)
    assert rule(copy.deepcopy(body)) != body


@pytest.mark.parametrize(
    ("wanted", "spoil", "version"),
    [
        (is_custom, put("metadata", "annotations", rules.MODE, "RawDeployment"), (0, 18)),
        (is_custom, put("metadata", "annotations", rules.MODE, "Serverless"), (0, 16)),
        (is_custom, put("metadata", "annotations", rules.MODE, ...), (0, 15)),
        (is_custom, put(*RESOURCES, "limits", "cpu", ...), (0, 18)),
        (is_custom, put(*RESOURCES, "requests", "memory", ...), (0, 18)),
        (is_custom, put(*RESOURCES, ...), (0, 15)),
        (is_custom, put(*CONTAINER, "name", "server"), (0, 18)),
        (is_custom, put("spec", "predictor", "automountServiceAccountToken", ...), (0, 18)),
        (has_model, put("metadata", "annotations", "modelFormat", ...), (0, 17)),
        (has_model, put("spec", "predictor", "model", {"modelFormat": {"name": "triton"}}), (0, 15)),
        (has_model, put("spec", "predictor", "model", {"modelFormat": {"name": "vLLM"}}), (0, 20)),
        (has_model, put("spec", "predictor", "triton", {"storageUri": "pvc://a/b"}), (0, 18)),
    ],
)
def test_what_kserves_webhook_would_fill_in_is_found(
    wanted: Callable[[Body], bool], spoil: Spoil, version: tuple[int, ...]
) -> None:
    body = service("InferenceService", wanted)
    put("metadata", "annotations", rules.MODE, "Standard")(body)
    assert rules.kserve_webhook(body, version) == body
    spoil(body)
    assert rules.kserve_webhook(body, version) != body


def test_replicas_beside_an_autoscaler_are_found() -> None:
    scaled = service("RayService", is_scaled)
    put(*GROUP, "replicas", 1)(scaled)
    assert rules.ray_autoscaler(scaled) != scaled
    fixed = service("RayService", lambda body: not is_scaled(body))
    assert "replicas" in fixed["spec"]["rayClusterConfig"]["workerGroupSpecs"][0]
    assert rules.ray_autoscaler(fixed) == fixed


def test_an_object_that_flux_leaves_alone_may_say_what_it_wants() -> None:
    body = service("RayService")
    put("spec", "serveConfigV2", "${A}")(body)
    put("metadata", "annotations", {forms.SUBSTITUTE: "disabled"})(body)
    assert forms.flux_substitution(body) == body


def test_nothing_that_changes_by_itself_reaches_the_pods_of_kserve() -> None:
    for served in rendered("InferenceService"):
        assert rules.reaches_pods(served.body).keys() <= LASTING, served.path


def test_another_label_of_the_project_and_moved_lines_start_no_server_anew(tmp_path: Path) -> None:
    (case,) = (one for one in CASES if one.name == "services")
    repo = shuffled_copy(case / "repo", tmp_path)
    for file in repo.rglob("hydra.yaml"):
        text = file.read_text("utf-8")
        file.write_text("# Moved by a line.\n" + text.replace("team: support", "team: other"), "utf-8")
    before, after = compiled(case / "repo"), compiled(repo)
    assert before.of_kind("InferenceService") == after.of_kind("InferenceService")
    assert specs(before) == specs(after)
    assert before.of_kind("RayService") != after.of_kind("RayService")


def specs(result: Compiled) -> list[Body]:
    """The specs of RayServices: their labels stay at the RayCluster, what is in them makes a second one."""
    return [one["spec"] for one in result.of_kind("RayService")]
