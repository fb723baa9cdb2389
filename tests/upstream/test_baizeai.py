"""Dataset documents become what the real controller made of them, or a finding where it failed or waited for ever."""

from __future__ import annotations

from pathlib import Path

import pytest

from compiler.diagnostics import Severity
from tests.compiled import Compiled, compiled, repo_of
from tests.upstream import baizeai_cases, baizeai_jobs
from tests.upstream.baizeai_cases import STORED, Case, comparable, named

pytestmark = [pytest.mark.upstream, pytest.mark.usefixtures("upstream")]

CASES = [*baizeai_cases.cases("probes"), *baizeai_cases.cases("seed-doc"), *baizeai_cases.cases("dataset-repo")]
MADE = [case for case in CASES if not case.fails]
FAILED = [case for case in CASES if case.fails]
MODELS = baizeai_cases.files("modelhub")
WARNED = {"pvc-missing", "doc-07-pvc"}
"""The original waits for a claim that may exist on the cluster: no error."""


def name_of(one: Case | Path) -> str:
    """What a case is called in reports: the file's name."""
    return one.stem if isinstance(one, Path) else one.name


def run(case: Case, root: Path) -> Compiled:
    return compiled(repo_of(root, {"hydra.yaml": case.source}))


def clones(case: Case) -> set[str]:
    """Names of the volumes that REFERENCEs clone, without what ends them."""
    datasets = [one["metadata"] for one in case.inputs() if one["kind"] == "Dataset"]
    return {f"dataset-{one['namespace']}-{one['name']}" for one in datasets}


@pytest.mark.parametrize("case", MADE, ids=name_of)
def test_claims_and_volumes_are_the_controllers(case: Case, tmp_path: Path) -> None:
    result = run(case, tmp_path)
    assert result.errors() == []
    given = named([one for one in case.inputs() if one["kind"] in STORED])
    wanted = named([comparable(one, clones(case)) for one in case.objects(*STORED)])
    made = named([comparable(one, clones(case)) for one in result.of_kind(*STORED)])
    assert {key: one for key, one in made.items() if key not in given or key in wanted} == wanted


@pytest.mark.parametrize("case", MADE, ids=name_of)
def test_jobs_load_the_same(case: Case, tmp_path: Path) -> None:
    wanted = [baizeai_jobs.original(one) for one in case.objects("Job")]
    jobs = run(case, tmp_path).of_kind("Job")
    assert [baizeai_jobs.ours(job, str(one.source["type"])) for job, one in zip(jobs, wanted, strict=True)] == wanted


@pytest.mark.parametrize("case", MADE, ids=name_of)
def test_jobs_carry_the_controllers_name_and_labels(case: Case, tmp_path: Path) -> None:
    wanted = case.objects("Job")
    jobs = run(case, tmp_path).of_kind("Job")
    for job, one in zip(jobs, wanted, strict=True):
        assert job["metadata"]["name"].rpartition("-")[0] == one["metadata"]["name"]
        assert job["metadata"]["labels"] == one["metadata"]["labels"]


@pytest.mark.parametrize("case", MADE, ids=name_of)
def test_config_maps_hold_what_the_controllers_do(case: Case, tmp_path: Path) -> None:
    made = named(run(case, tmp_path).of_kind("ConfigMap"))
    for key, one in named(case.objects("ConfigMap")).items():
        assert (one.get("data") or {}).items() <= made[key]["data"].items()
        assert one["metadata"]["labels"] == made[key]["metadata"]["labels"]


@pytest.mark.parametrize("case", FAILED, ids=name_of)
def test_what_fails_or_waits_there_is_found_here(case: Case, tmp_path: Path) -> None:
    result = run(case, tmp_path)
    worst = max((one.level for one in result.found), default=None)
    assert worst is (Severity.WARNING if case.name in WARNED else Severity.ERROR)


@pytest.mark.parametrize("file", MODELS, ids=name_of)
def test_every_model_spec_is_read(file: Path, tmp_path: Path) -> None:
    result = compiled(repo_of(tmp_path, {"hydra.yaml": file.read_text("utf-8")}))
    assert [str(one.wrong) for one in result.found] == []


def test_all_model_specs_together(tmp_path: Path) -> None:
    texts = {f"{file.stem}/hydra.yaml": file.read_text("utf-8") for file in MODELS if "__" in file.stem}
    assert compiled(repo_of(tmp_path, texts)).errors() == []


def block(name: str) -> str:
    """A block of the seed document, as it is printed."""
    found = [file for file in baizeai_cases.files("seed-doc") if file.stem == name]
    return found[0].read_text("utf-8")


def test_the_pvc_block_with_the_claim_that_it_names(tmp_path: Path) -> None:
    claim = """
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: your-pvc-name, namespace: public}
spec: {accessModes: [ReadWriteMany], resources: {requests: {storage: 10Gi}}, volumeName: pv-1}
"""
    result = compiled(repo_of(tmp_path, {"hydra.yaml": f"{block('doc-07-pvc')}\n---{claim}"}))
    assert result.codes() == []
    (made,) = result.of_kind("PersistentVolumeClaim")
    assert made["metadata"]["labels"] == {"baize.io/dataset-name": "qwen2-5-0-5b-instruct"}


def test_the_reference_block_with_the_dataset_that_it_names(tmp_path: Path) -> None:
    documents = f"{block('doc-05-nfs')}\n---\n{block('doc-08-reference')}"
    result = compiled(repo_of(tmp_path, {"hydra.yaml": documents}))
    assert result.codes() == []
    claims = named(result.of_kind("PersistentVolumeClaim"))
    volumes = {one["metadata"]["name"]: one for one in result.of_kind("PersistentVolume")}
    clone = claims["PersistentVolumeClaim", "another-namepsace", "qwen2-5-0-5b-instruct"]["spec"]["volumeName"]
    assert volumes[clone]["spec"] == volumes["dataset-public-pvc-qwen2-5-0-5b-instruct"]["spec"]


def test_the_reference_block_with_a_dataset_that_the_cluster_provisions(tmp_path: Path) -> None:
    documents = f"{block('doc-01-huggingface')}\n---\n{block('doc-08-reference')}"
    result = compiled(repo_of(tmp_path, {"hydra.yaml": documents}))
    (error,) = [one for one in result.found if one.level is Severity.ERROR]
    assert error.code.id == "HYD312"
    assert "Three ways out" in error.do


def test_the_secret_block_gets_the_errors_that_it_deserves(tmp_path: Path) -> None:
    result = compiled(repo_of(tmp_path, {"hydra.yaml": block("doc-04-secret")}))
    assert [one.partition(" ")[0] for one in result.errors()] == ["HYD206", "HYD402"]
    assert all("xxx" not in one for one in result.errors())


def test_the_last_block_as_it_is_printed_is_refused_where_it_breaks(tmp_path: Path) -> None:
    result = compiled(repo_of(tmp_path, {"hydra.yaml": block("doc-09-reference-block.INVALID")}))
    (error,) = result.found
    assert (error.level, error.at.span()[1:3]) == (Severity.ERROR, (53, 2))
    assert "`secretRef`" in error.wrong


def test_the_git_block_says_that_its_secret_is_not_sent(tmp_path: Path) -> None:
    result = compiled(repo_of(tmp_path, {"hydra.yaml": block("doc-03-git")}))
    assert "HYD506" in result.codes()
