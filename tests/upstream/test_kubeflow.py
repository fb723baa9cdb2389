"""Jobs of the Kubeflow operators against their real CRDs, the reference output and the documents of their users."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path

import pytest
import yaml

from compiler.checking.problems import UNKNOWN_FIELD
from compiler.checking.schemas import Schemas
from compiler.dialects.kubeflow import KINDS, KUBEDL, Kind
from compiler.manifest import Body
from compiler.planning.work import Replicas, WorkPlan
from tests.compiled import compiled_text
from tests.unit.checking.objects import put
from tests.unit.lowering import works
from tests.upstream.crds import exemplar, is_core, objects_in, refusal_of_kubernetes

pytestmark = pytest.mark.upstream

EVERY_FORM = [*(make(name) for name in works.ROLES for make in (works.plan, works.full)), works.elastic()]


@pytest.mark.parametrize("plan", EVERY_FORM, ids=lambda plan: f"{plan.framework}-{plan.restart}")
def test_the_operator_takes_what_is_emitted(plan: WorkPlan, imported_schemas: Schemas) -> None:
    body = works.body(plan)
    if is_core(body):
        assert refusal_of_kubernetes(body) == ""
        return
    assert imported_schemas.of(body["apiVersion"], body["kind"])
    assert imported_schemas.failures(body) == []


@pytest.mark.parametrize(
    "kind", [one for one in KINDS if one.api_version != KUBEDL], ids=lambda one: f"{one.kind} {one.api_version}"
)
def test_every_kind_has_a_real_crd(kind: Kind, imported_schemas: Schemas) -> None:
    assert imported_schemas.of(kind.api_version, kind.kind)


@pytest.mark.parametrize("framework", [name for name in works.ROLES if name != "general"])
def test_a_misspelt_field_is_refused_by_the_crd_and_by_ours(framework: str, imported_schemas: Schemas) -> None:
    body = works.body(works.full(framework))
    (field,) = (name for name in body["spec"] if name.endswith("ReplicaSpecs"))
    role = works.ROLES[framework][0]
    for path in (
        (),
        ("spec",),
        ("spec", "runPolicy"),
        ("spec", field, role),
        ("spec", field, role, "template", "spec"),
    ):
        for schemas in (imported_schemas, Schemas()):
            spoilt = copy.deepcopy(body)
            put(*path, "hydraUnknown", 1)(spoilt)
            assert [(one.code, one.path) for one in schemas.failures(spoilt)] == [
                (UNKNOWN_FIELD, (*path, "hydraUnknown"))
            ]


def tickets() -> WorkPlan:
    """One node of eight cards, as in the reference."""
    volumes = tuple(
        one._replace(
            claim=one.claim.replace("dolly-full", "tickets-lora").replace("dolly", "tickets"),
            config_map=one.config_map and "support-bot-tickets-lora-g797262fmg",
            size="32Gi" if one.in_memory else one.size,
        )
        for one in works.VOLUMES
    )
    pod = works.POD._replace(volumes=volumes, groups=(2000,))
    plan = works.plan("pytorch", name="support-bot-tickets-lora")
    return plan._replace(replicas=(Replicas("Master", 1, pod),), processes="8", backoff_limit=3)


@pytest.mark.parametrize("plan", [works.elastic(), tickets()], ids=["dolly-full", "tickets-lora"])
def test_the_reference_is_met_to_the_order_of_the_fields(plan: WorkPlan, upstream: Path) -> None:
    assert upstream.is_dir()
    (reference,) = (body for _, body in exemplar() if body["kind"] == "PyTorchJob" and names(body, plan.identity.name))
    assert without_gate(works.body(plan)) == without_gate(reference)


def names(body: Body, name: str) -> bool:
    """Whether the object's name is that one and a digest."""
    return re.fullmatch(rf"{name}-[a-z0-9]{{10}}", body["metadata"]["name"]) is not None


def without_gate(body: Body) -> str:
    """The object as text, less its name and its gates, whose script and resources are not the reference's."""
    reduced: Body = json.loads(json.dumps(body))
    del reduced["metadata"]["name"]
    for role in reduced["spec"]["pytorchReplicaSpecs"].values():
        del role["template"]["spec"]["initContainers"]
    return json.dumps(reduced)


def documents_of_the_readme(upstream: Path) -> list[Body]:
    """The Kubeflow documents in the README of the system that tells its users to write them."""
    (seed,) = (upstream / "seeds").glob("004*.txt")
    texts = re.findall(r"```yaml\n(.*?)```", seed.read_text("utf-8"), re.DOTALL)
    found = [document for text in texts for document in yaml.load_all(text, yaml.CSafeLoader)]
    return [one for one in found if one["apiVersion"].startswith("kubeflow.org/")]


def test_the_job_of_the_readme_goes_through_to_the_letter(upstream: Path, tmp_path: Path) -> None:
    (document,) = documents_of_the_readme(upstream)
    result = compiled_text(tmp_path, hydra=yaml.safe_dump(document))
    assert result.errors() == []
    assert result.codes() == ["HYD404"]
    assert result.of_kind("PyTorchJob") == [document]


def test_jobs_of_the_operator_that_we_replace_go_through(upstream: Path, tmp_path: Path) -> None:
    files = sorted((upstream / "cases" / "cpod" / "derived").glob("cpodjob-*.as-operator.yaml"))
    jobs = [body for _, body in objects_in(*files) if body["apiVersion"].startswith("kubeflow.org/")]
    assert {one["kind"] for one in jobs} == {"PyTorchJob", "MPIJob"}
    result = compiled_text(tmp_path, hydra=yaml.safe_dump_all(jobs))
    assert result.errors() == []
    assert sorted(map(json.dumps, map(by_name, result.of_kind("PyTorchJob", "MPIJob")))) == sorted(
        map(json.dumps, map(by_name, jobs))
    )


def by_name(body: Body) -> Body:
    """The object with its fields by name."""
    loaded: Body = json.loads(json.dumps(body, sort_keys=True))
    return loaded
