"""Jobs of the Kubeflow operators as documents of their own: what is said about them, and that nothing is too odd."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compiler.checking.rules.hyd404_mutable_image import mutable_image
from compiler.checking.schemas import Schemas
from compiler.dialects.base import Passed
from compiler.dialects.kubeflow import KINDS, Kind, read_job
from compiler.lowering.passed import passed
from compiler.planning.plans import PassedPlan
from compiler.source.document import Document, SourceFile
from tests.compiled import compiled_text

CONTAINERS = {
    "PyTorchJob": "pytorch",
    "TFJob": "tensorflow",
    "XGBoostJob": "xgboost",
    "PaddleJob": "paddle",
    "JAXJob": "jax",
    "MPIJob": "mpi",
    "ElasticDLJob": "elasticdl",
    "MarsJob": "mars",
}
FIRST = {"MPIJob": "Launcher", "JAXJob": "Worker", "MarsJob": "Scheduler", "TFJob": "Chief"}
FIELDS = (
    "spec", "metadata", "labels", "runPolicy", "suspend", "ttlSecondsAfterFinished", "nprocPerNode", "slotsPerWorker",
    "elasticPolicy", "nProcPerNode", "Worker", "replicas", "template", "containers", "resources", "limits", "name",
    "restartPolicy", "nvidia.com/gpu", *sorted({one.replicas for one in KINDS}),
)  # fmt: skip

SHIPPED = Schemas()

every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda one: f"{one.kind} {one.api_version}")


def job(kind: Kind, **spec: Any) -> dict[str, Any]:
    """A small good job."""
    pod = {"spec": {"containers": [{"name": CONTAINERS[kind.kind], "image": "acme.io/train:1"}]}}
    roles = {FIRST.get(kind.kind, "Master"): {"replicas": 1, "template": pod}}
    metadata = {"name": "one", "namespace": "nlp"}
    return {
        "apiVersion": kind.api_version,
        "kind": kind.kind,
        "metadata": metadata,
        "spec": {kind.replicas: roles, **spec},
    }


@every_kind
def test_a_job_goes_through_under_its_name(kind: Kind, tmp_path: Path) -> None:
    result = compiled_text(tmp_path, hydra=yaml.safe_dump(job(kind)))
    assert result.objects == [job(kind)]
    assert result.codes() == []


@every_kind
def test_a_claim_that_is_not_in_the_repo_is_nobodys_mistake(kind: Kind, tmp_path: Path) -> None:
    body = job(kind)
    (role,) = body["spec"][kind.replicas].values()
    role["template"]["spec"]["volumes"] = [{"name": "data", "persistentVolumeClaim": {"claimName": "elsewhere"}}]
    assert compiled_text(tmp_path, hydra=yaml.safe_dump(body)).codes() == []


@every_kind
def test_every_kind_has_a_schema_and_it_is_whole(kind: Kind) -> None:
    assert SHIPPED.of(kind.api_version, kind.kind)
    assert SHIPPED.broken == []


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.sampled_from(("8", "latest")),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=15,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(kind=st.sampled_from(KINDS), spec=anything, labels=anything)
def test_whatever_stands_there_gets_an_answer(kind: Kind, spec: Any, labels: Any) -> None:
    metadata = {"name": "one", "namespace": "nlp", "labels": labels}
    value = {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": metadata, "spec": spec}
    read = read_job(kind, Document(SourceFile("hydra.yaml", ""), 0, value), "unit")
    for one in read.value:
        assert isinstance(one, Passed)
        manifest = passed(PassedPlan(one.document, one.unit))
        SHIPPED.failures(manifest.body)
        assert all(found.wrong for found in mutable_image(manifest, ""))
