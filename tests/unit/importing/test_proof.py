"""What is written compiles, to what the report says, for every document of the golden cases."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from compiler.importing.importing import Asked, Imported, import_documents
from compiler.importing.projecting import Wanted
from compiler.importing.resting import rest_text
from compiler.importing.telling import told
from tests.command import inside
from tests.compiled import compiled
from tests.unit.importing.imported import came_of, dataset

GOLDEN = Path(__file__).parents[2] / "golden"
CASES = (
    "conda-and-hadoop", "cpod-dialect", "cpod-inferences", "dataset-dialect-all-types", "existing-claims",
    "kubeflow-jobs-passed-through", "passed-through-documents", "serving-documents-passed-through",
    "sharing-across-namespaces",
)  # fmt: skip


def imported(case: str, *, keep: bool) -> Imported:
    repo = GOLDEN / case / "repo"
    files = [path.as_posix() for path in sorted(repo.rglob("*hydra.yaml")) if path.name != ".hydra.yaml"]
    with inside(repo):
        return import_documents(Asked(files, repo, wanted=Wanted(keep=keep)), bytes)


def written(done: Imported, case: str, root: Path) -> Path:
    """A repo with the clusters of a case, the Projects, and what stays."""
    repo = GOLDEN / case / "repo"
    for folder in ("clusters", "library"):
        if (repo / folder).is_dir():
            shutil.copytree(repo / folder, root / folder)
    for place, text in (("projects", done.text), ("rest", rest_text(done))):
        if text:
            (root / place).mkdir(parents=True)
            (root / place / "hydra.yaml").write_text(text, "utf-8")
    return root


@pytest.mark.parametrize("keep", [False, True], ids=["load", "keep"])
@pytest.mark.parametrize("case", CASES)
def test_the_projects_and_what_stays_compile_to_what_was_compared(case: str, keep: bool, tmp_path: Path) -> None:
    done = imported(case, keep=keep)
    assert done.projects is not None, [one.wrong for one in done.found]
    root = written(done, case, tmp_path)
    found = compiled(root)
    assert found.errors() == []
    compared = sorted((one.after.kind, one.after.name) for one in done.pairs if one.after is not None)
    assert sorted((one["kind"], one["metadata"]["name"]) for one in found.objects) == compared


@pytest.mark.parametrize("case", CASES)
def test_an_import_is_the_same_each_time(case: str) -> None:
    first, second = imported(case, keep=False), imported(case, keep=False)
    assert first.text == second.text
    assert [*told(first)] == [*told(second)]
    assert [one.wrong for one in first.found] == [one.wrong for one in second.found]


@pytest.mark.parametrize("keep", [False, True], ids=["load", "keep"])
@pytest.mark.parametrize("case", CASES)
def test_every_document_became_an_entry_or_stays_with_a_reason(case: str, keep: bool) -> None:
    done = imported(case, keep=keep)
    assert done.projects is not None
    taken = set(done.projects.entries.values())
    given = {one.document for one in done.given}
    assert taken | set(done.projects.stays) == given
    assert not taken & set(done.projects.stays)
    said = "\n".join([*told(done), *(one.wrong for one in done.found)])
    for document in given:
        assert f"{document.kind}/{document.value['metadata']['name']}" in said


@pytest.mark.parametrize("case", CASES)
def test_kept_claims_are_on_both_sides_the_same(case: str) -> None:
    done = imported(case, keep=True)
    assert done.projects is not None
    claims = {
        one.after.target: one
        for one in done.pairs
        if one.after is not None and one.after.kind == "PersistentVolumeClaim"
    }
    for namespace, name in done.projects.kept:
        pair = claims[f"PersistentVolumeClaim/{namespace}/{name}"]
        assert pair.before is not None
        assert pair.fields == ()
    assert "HYD970" not in [one.code.id for one in done.found]


def test_only_other_names_and_directories_are_complete(tmp_path: Path) -> None:
    found = came_of(tmp_path, dataset(secretRef="s3"), name="bot")
    assert found.done.complete
    assert "0 the same, 2 the same under another name, 0 different, 0 gone, 0 new" in found.told
    assert "PersistentVolumeClaim/nlp/tickets -> PersistentVolumeClaim/nlp/bot-tickets" in found.told


def test_a_value_that_is_lost_is_not_taken_for_another_name(tmp_path: Path) -> None:
    # What the document says of the loader has no word in a Project, and stands beside values that only moved.
    found = came_of(tmp_path, dataset(resources={"requests": {"cpu": "7"}}))
    (said,) = found.said("HYD972")
    assert "requests.cpu` is `" in said
    assert "and was `7`" in said
    assert not found.done.complete


def test_the_same_run_is_asked_for(tmp_path: Path) -> None:
    loads = [one for one in came_of(tmp_path, dataset(dataSyncRound=3)).done.pairs if one.shown.kind == "Job"]
    assert [one.before.run == one.after.run != "" for one in loads if one.before and one.after] == [True]
