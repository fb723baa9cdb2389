"""Documents of KubeRay: they go through as they are, and what its operator or Ray would refuse is said before."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compiler.checking.environments import environments
from compiler.checking.rules.hyd404_mutable_image import mutable_image
from compiler.checking.rules.hyd408_secret_in_environment import secret_in_environment
from compiler.checking.schemas import Schemas
from compiler.dialects.base import Passed
from compiler.dialects.ray import KINDS, Kind, read_ray
from compiler.dialects.rayoperator import keys
from compiler.lowering.passed import passed
from compiler.planning.plans import PassedPlan
from compiler.source.document import Document, SourceFile
from tests.compiled import compiled_text
from tests.unit.checking.objects import put
from tests.unit.dialects.serving import on, pod, ray

SHIPPED = Schemas()
WORDS = (
    "spec", "rayClusterSpec", "rayClusterConfig", "headGroupSpec", "workerGroupSpecs", "groupName", "replicas", "env", "name",
    "minReplicas", "maxReplicas", "template", "containers", "rayStartParams", "resources", "gcsFaultToleranceOptions",
    "deletionStrategy", "deletionRules", "onSuccess", "condition", "policy", "serveConfigV2", "runtimeEnvYAML", "suspend",
    "upgradeStrategy", "type", "clusterUpgradeOptions", "authOptions", "mode", "autoscalerOptions", "version", "image",
    "enableInTreeAutoscaling", "clusterSelector", "submissionMode", "rayVersion", "priority",
)  # fmt: skip

every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda one: one.kind)


@every_kind
def test_a_document_goes_through_as_it_is(kind: Kind, tmp_path: Path) -> None:
    result = on(tmp_path, ray(kind.kind))
    assert result.objects == [ray(kind.kind)]
    assert result.codes() == []


@every_kind
def test_a_name_may_be_as_long_as_the_operator_takes_it(kind: Kind, tmp_path: Path) -> None:
    body = ray(kind.kind)
    body["metadata"]["name"] = "a" * kind.longest
    assert on(tmp_path, body).codes() == []
    body["metadata"]["name"] = "a" * (kind.longest + 1)
    assert on(tmp_path, body).codes() == ["HYD540"]


@every_kind
def test_a_claim_that_is_not_in_the_repo_is_nobodys_mistake(kind: Kind, tmp_path: Path) -> None:
    body = ray(kind.kind)
    holder = body["spec"]
    for step in kind.cluster[1:]:
        holder = holder[step]
    holder["headGroupSpec"]["template"]["spec"]["volumes"] = [
        {"name": "data", "persistentVolumeClaim": {"claimName": "elsewhere"}}
    ]
    assert on(tmp_path, body).codes() == []


@pytest.mark.parametrize(
    ("wanted", "least", "most", "codes"),
    [
        (None, 0, 2, []),
        (2, 1, 2, []),
        (0, 0, 0, []),
        (3, 1, 2, ["HYD331"]),
        (0, 1, 2, ["HYD331"]),
        (1, 3, 2, ["HYD541"]),
    ],
)
def test_replicas_stay_within_the_limits(
    wanted: int | None, least: int, most: int, codes: list[str], tmp_path: Path
) -> None:
    group = {"groupName": "gpu", "minReplicas": least, "maxReplicas": most, "template": pod()}
    if wanted is not None:
        group["replicas"] = wanted
    assert on(tmp_path, ray("RayCluster", workerGroupSpecs=[group])).codes() == codes


def test_replicas_that_the_autoscaler_changes_are_warned_about_only_with_it(tmp_path: Path) -> None:
    group = {"groupName": "gpu", "replicas": 1, "minReplicas": 1, "maxReplicas": 2, "template": pod()}
    assert on(tmp_path, ray("RayService", workerGroupSpecs=[group])).codes() == []
    scaled = ray("RayService", workerGroupSpecs=[group], enableInTreeAutoscaling=True)
    assert on(tmp_path / "scaled", scaled).codes() == ["HYD549"]


@pytest.mark.parametrize(
    ("version", "codes"),
    [("2.51.0", ["HYD333"]), ("2.52.0", []), ("2.100", []), ("nightly", []), (None, ["HYD333"])],
)
def test_tokens_need_a_version_of_ray_that_has_them(version: str | None, codes: list[str], tmp_path: Path) -> None:
    known = {} if version is None else {"rayVersion": version}
    assert on(tmp_path, ray("RayCluster", authOptions={"mode": "token"}, **known)).codes() == codes


def test_a_job_may_shut_its_cluster_down_some_time_after_its_end(tmp_path: Path) -> None:
    body = ray("RayJob")
    body["spec"] |= {"shutdownAfterJobFinishes": True, "ttlSecondsAfterFinished": 60, "entrypoint": "python a.py"}
    assert on(tmp_path, body).codes() == []


@pytest.mark.parametrize("order", [1, -1], ids=["in order", "reversed"])
@pytest.mark.parametrize(("workers", "cluster", "codes"), [(10, 10, []), (10, 60, []), (60, 10, ["HYD544"])])
def test_workers_go_before_the_cluster(
    workers: int, cluster: int, codes: list[str], order: int, tmp_path: Path
) -> None:
    rules = [
        {"policy": name, "condition": {"jobStatus": "FAILED", "ttlSeconds": seconds}}
        for name, seconds in (("DeleteWorkers", workers), ("DeleteCluster", cluster))
    ]
    body = ray("RayJob")
    body["spec"]["deletionStrategy"] = {"deletionRules": rules[::order]}
    assert on(tmp_path, body).codes() == codes


def serving(config: str) -> dict[str, Any]:
    """A RayService with those applications."""
    body = ray("RayService")
    body["spec"]["serveConfigV2"] = config
    return body


def test_a_configuration_of_every_key_is_known(tmp_path: Path) -> None:
    levels = {"http_options": keys.HTTP, "grpc_options": keys.GRPC, "logging_config": keys.LOGGING}
    lines = [f"{field}: {{{', '.join(f'{key}: a' for key in sorted(known))}}}" for field, known in levels.items()]
    application = {"name": "a", "import_path": "a:b", "route_prefix": "/a"}
    others = "".join(f"\n    {key}: [a]" for key in sorted(keys.APPLICATION - application.keys()))
    lines.append("applications:\n  - import_path: a:b\n    name: a\n    route_prefix: /a" + others)
    assert on(tmp_path, serving("\n".join(lines))).codes() == []


@pytest.mark.parametrize(
    ("deployment", "codes"),
    [
        ("{name: a, num_replicas: auto, autoscaling_config: {max_replicas: 40}}", []),
        ("{name: a, num_replicas: 1, autoscaling_config: {max_replicas: 40}}", ["HYD547"]),
        ("{name: a, autoscaling_config: {min_replicas: 0, max_replicas: 2, initial_replicas: 1}}", []),
        ("{name: a, autoscaling_config: {min_replicas: 2}}", ["HYD547"]),
        ("{name: a, ray_actor_options: {num_gpus: 1, resources: {anything: 1}}}", []),
        ("{name: a, user_config: {anything: 1}}", []),
        ("{name: a, max_concurrent_queries: 8}", ["HYD548"]),
    ],
)
def test_a_deployment_is_judged_as_ray_does(deployment: str, codes: list[str], tmp_path: Path) -> None:
    config = f"applications: [{{name: a, import_path: 'a:b', deployments: [{deployment}]}}]"
    assert on(tmp_path, serving(config)).codes() == codes


def test_an_application_without_name_and_route_has_those_of_ray(tmp_path: Path) -> None:
    config = "applications: [{import_path: 'a:b'}, {import_path: 'a:c'}]"
    assert on(tmp_path, serving(config)).codes() == ["HYD547", "HYD547"]
    config = "applications: [{import_path: 'a:b'}, {name: b, route_prefix: null, import_path: 'a:c'}]"
    assert on(tmp_path / "internal", serving(config)).codes() == []


def test_a_mistake_in_a_block_is_shown_on_its_line(tmp_path: Path) -> None:
    block = """  serveConfigV2: |-  # what is served

    applications:
      - {import_path: "a:b", route: /}
"""
    quoted = """  serveConfigV2: "applications: [{import_path: 'a:b', route: /}]"\n"""
    assert place_in(tmp_path / "block", block) == (8, 30)
    assert place_in(tmp_path / "quoted", quoted) == (5, 18)


def place_in(root: Path, config: str) -> tuple[int, int]:
    """Line and column of the one finding about a configuration, which begins on line 5."""
    head = "apiVersion: ray.io/v1\nkind: RayService\nmetadata: {name: one, namespace: nlp}\nspec:\n"
    cluster = '{headGroupSpec: {template: {spec: {containers: [{name: ray, image: "acme.io/ray:1"}]}}}}'
    (found,) = compiled_text(root, hydra=f"{head}{config}  rayClusterConfig: {cluster}\n").found
    return found.at.span().line, found.at.span().column


def test_a_job_of_a_queue_frees_its_cards(tmp_path: Path) -> None:
    body = ray("RayJob")
    body["metadata"]["labels"] = {"kueue.x-k8s.io/queue-name": "ml"}
    assert on(tmp_path, body).codes() == ["HYD544"]
    body["spec"]["shutdownAfterJobFinishes"] = True
    assert on(tmp_path / "freed", body).codes() == []


def test_a_credential_is_found_wherever_ray_takes_variables(tmp_path: Path) -> None:
    token = {"name": "HF_TOKEN", "value": "hf_0123456789abcdefghij"}
    body = ray("RayCluster", autoscalerOptions={"env": [{**token}]}, headGroupSpec={"template": pod(env=[token])})
    assert on(tmp_path, body).codes() == ["HYD408", "HYD408"]


@every_kind
def test_a_misspelt_field_is_refused_at_every_depth(kind: Kind) -> None:
    group = (*kind.cluster, "workerGroupSpecs", 0)
    for path in ((), ("spec",), kind.cluster, group, (*group, "template", "spec", "containers", 0)):
        body = copy.deepcopy(ray(kind.kind))
        put(*path, "hydraUnknown", 1)(body)
        assert [one.path for one in SHIPPED.failures(body)] == [(*path, "hydraUnknown")]


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=3)
    | st.sampled_from(("8", "v2", "a: [b]")),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=15,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(kind=st.sampled_from(KINDS), spec=anything, labels=anything)
def test_whatever_stands_there_gets_an_answer(kind: Kind, spec: Any, labels: Any) -> None:
    metadata = {"name": "one", "namespace": "nlp", "labels": labels, "annotations": labels}
    value = {"apiVersion": "ray.io/v1", "kind": kind.kind, "metadata": metadata, "spec": spec}
    document = Document(SourceFile("hydra.yaml", ""), 0, value)
    for one in read_ray(kind, document, "unit").value:
        assert isinstance(one, Passed)
        manifest = passed(PassedPlan(one.document, one.unit))
        SHIPPED.failures(manifest.body)
        assert all(found.wrong for found in mutable_image(manifest, ""))
        assert all(found.wrong for each in environments(document) for found in secret_in_environment(each, ""))
