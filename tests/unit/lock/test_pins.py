"""What a compile makes of the pins of the lock file."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from compiler.checking.containers import LISTS
from tests.command import repo_of, run, snapshot
from tests.compiled import compiled
from tests.golden.trees import CASES
from tests.unit.lock.repos import HEAD, lock, some_digest

ABOUT_PINS = {"HYD680", "HYD681"}
COMMIT = some_digest("commit")[:40]
IMAGE = f"sha256:{some_digest('image')}"


def copied(case: Path, root: Path) -> Path:
    """The repo of a golden case without its lock file."""
    shutil.copytree(case / "repo", root, ignore=shutil.ignore_patterns("hydra.lock"))
    return root


def images(value: Any) -> set[str]:
    """The images of every container in a value."""
    if isinstance(value, list):
        return {image for one in value for image in images(one)}
    if not isinstance(value, dict):
        return set()
    here = [one.get("image") for name in LISTS for one in value.get(name) or () if isinstance(one, dict)]
    return {image for one in value.values() for image in images(one)} | {image for image in here if image}


def documents(path: Path) -> list[Any]:
    """The documents of a file that Hydra does not read as its own: what they say is passed through."""
    found = yaml.load_all(path.read_text("utf-8"), yaml.CSafeLoader)
    return [one for one in found if isinstance(one, dict) and "hydra.io" not in str(one.get("apiVersion"))]


@pytest.mark.parametrize("case", [one for one in CASES if "passed-through" not in one.name], ids=lambda case: case.name)
def test_with_all_that_is_wanted_nothing_moves_and_nothing_is_missing_or_unused(case: Path, tmp_path: Path) -> None:
    repo = copied(case, tmp_path / "repo")
    before = compiled(repo)
    lock(repo)
    after = compiled(repo)
    assert not ABOUT_PINS & {one.code.id for one in after.found}
    assert set(after.codes()) == set(before.codes()) - {"HYD403"}
    unpinned = {image for one in after.objects for image in images(one) if "@sha256:" not in image}
    assert unpinned <= {image for path in repo.rglob("*.yaml") for one in documents(path) for image in images(one)}
    assert before.rendered.files.keys() == after.rendered.files.keys()


def test_a_repo_without_pins_gets_no_findings_about_them(tmp_path: Path) -> None:
    repo = repo_of(tmp_path, {"hydra.yaml": HEAD + 'datasets: {a: {source: "hf://datasets/acme/a"}}\n'})
    assert compiled(repo).codes() == ["HYD403"]
    (repo / "hydra.lock").write_text("version: 1\nrevisions: {}\n")
    assert compiled(repo).codes() == ["HYD403"]


def test_the_warning_of_a_name_that_moves_says_how_it_is_pinned(tmp_path: Path) -> None:
    repo = repo_of(tmp_path, {"hydra.yaml": HEAD + 'datasets: {a: {source: "hf://datasets/acme/a"}}\n'})
    (found,) = run(repo, "validate").found
    assert "run `hydra lock`" in found["do"]


def test_a_team_that_refuses_what_moves_refuses_what_its_lock_lacks(tmp_path: Path) -> None:
    spec = 'datasets: {a: {source: "hf://datasets/acme/a"}, b: {source: "hf://datasets/acme/b@v1.0"}}\n'
    settings = "policy: {HYD403: error}\n"
    repo = repo_of(tmp_path, {"hydra.yaml": HEAD + spec, ".hydra.yaml": settings})
    assert [error.split()[0] for error in compiled(repo).errors()] == ["HYD403"]
    (repo / "hydra.lock").write_text(f'version: 1\nrevisions:\n  hf://acme/x@main: "{COMMIT}"\n')
    found = {one.wrong.split("`")[1]: (one.code.id, one.level.label) for one in compiled(repo).found}
    assert found["hf://datasets/acme/a@main"] == ("HYD680", "error")
    assert found["hf://datasets/acme/b@v1.0"] == ("HYD680", "warning")
    lock(repo)
    assert compiled(repo).codes() == []


@pytest.mark.parametrize(
    ("uri", "name", "fixed"),
    [
        ("hf://acme/own", "hf://acme/own@main", "hf://acme/own"),
        ("git://git.acme.io/a.git@main", "git+https://git.acme.io/a.git@main", "git://git.acme.io/a.git"),
        ("modelscope://acme/own@v2", "modelscope://acme/own@v2", "modelscope://acme/own"),
    ],
)
def test_a_pinned_source_renders_as_the_spec_that_says_the_commit(
    uri: str, name: str, fixed: str, tmp_path: Path
) -> None:
    said = repo_of(tmp_path / "said", {"hydra.yaml": project(f"{fixed}@{COMMIT}")})
    pinned = repo_of(
        tmp_path / "pinned",
        {"hydra.yaml": project(uri), "hydra.lock": f'version: 1\nrevisions:\n  {name}: "{COMMIT}"\n'},
    )
    result = compiled(pinned)
    assert result.rendered.files == compiled(said).rendered.files
    assert "HYD403" not in result.codes()


def test_a_digest_of_an_image_makes_no_new_run(tmp_path: Path) -> None:
    spec = HEAD + "datasets: {a: {source: s3://corp/a}}\n"
    spec += "jobs: {j: {framework: pytorch, image: 'train:1', command: [train], output: {path: /out}}}\n"
    repo = repo_of(tmp_path, {"hydra.yaml": spec})
    before = compiled(repo)
    lock(repo)
    after = compiled(repo)
    assert before.of_kind("Job", "PyTorchJob") != after.of_kind("Job", "PyTorchJob")
    assert markers(before.objects) == markers(after.objects)
    assert before.of_kind("PersistentVolumeClaim") == after.of_kind("PersistentVolumeClaim")


def test_what_is_not_compiled_keeps_its_pins_and_is_not_called_unused(tmp_path: Path) -> None:
    cluster = "apiVersion: hydra.io/v1alpha1\nkind: Cluster\nmetadata: {{name: {name}}}\nspec: {{kubernetes: '1.33'}}\n"
    spec = HEAD + 'clusters: [a, b]\ndatasets: {x: {source: "hf://datasets/acme/x"}}\n'
    spec += "overrides: {b: {datasets: {x: {source: 'git://git.acme.io/x.git@main'}}}}\n"
    files = {f"clusters/{name}.yaml": cluster.format(name=name) for name in "ab"}
    repo = repo_of(tmp_path, {"hydra.yaml": spec, **files})
    lock(repo)
    before = (repo / "hydra.lock").read_bytes()
    assert run(repo, "compile", "--cluster", "a").codes == []
    assert run(repo, "compile").codes == []
    assert (repo / "hydra.lock").read_bytes() == before


def test_an_image_that_a_patch_gives_stays_as_it_is_and_is_not_missing(tmp_path: Path) -> None:
    spec = HEAD + "datasets: {a: {source: s3://corp/a}}\npatches: [image.yaml]\n"
    patch = (
        "target: {kind: Job}\npatch: [{op: replace, path: /spec/template/spec/containers/0/image, value: 'own:1'}]\n"
    )
    repo = repo_of(tmp_path, {"hydra.yaml": spec, "image.yaml": patch})
    lock(repo)
    result = compiled(repo)
    assert [one.code.id for one in result.found] == []
    assert images(result.of_kind("Job")) == {"own:1"}


def test_a_compile_leaves_pins_that_nothing_needs(tmp_path: Path) -> None:
    repo = repo_of(tmp_path, {"hydra.yaml": HEAD + 'datasets: {a: {source: "hf://datasets/acme/a"}}\n'})
    lock(repo)
    spec = repo / "hydra.yaml"
    spec.write_text(spec.read_text().replace("acme/a", "acme/b"))
    before = (repo / "hydra.lock").read_bytes()
    assert sorted(run(repo, "compile").codes) == ["HYD680", "HYD681"]
    assert run(repo, "compile", "--check").code == 0
    assert (repo / "hydra.lock").read_bytes() == before


def test_a_pin_of_the_wrong_form_writes_nothing(tmp_path: Path) -> None:
    repo = repo_of(
        tmp_path,
        {
            "hydra.yaml": HEAD + 'datasets: {a: {source: "hf://datasets/acme/a"}}\n',
            "hydra.lock": "version: 1\nrevisions:\n  hf://datasets/acme/a@main: main\n",
        },
    )
    before = snapshot(repo)
    ran = run(repo, "compile")
    assert (ran.code, len(ran.errors())) == (1, 1)
    assert "HYD205" in ran.codes
    assert snapshot(repo) == before


def project(uri: str) -> str:
    """A project with one model."""
    return f'{HEAD}models:\n  own: {{source: "{uri}"}}\n'


def markers(objects: list[dict[str, Any]]) -> list[str]:
    """Where every object that is run once says that it is done."""
    text = (line for one in objects for line in str(one).replace(",", "\n").splitlines())
    return [line.strip() for line in text if "ready.json" in line]
