"""A repo that needs something of every server, and the servers, which can be told to mean something else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from tests.command import Ran, repo_of, run
from tests.unit.lock.asking import alone
from tests.unit.lock.repositories import over_http, repository
from tests.unit.lock.servers import Asked, Registry, Reply, Server, as_json, registry, serving

ROOT = Path(__file__).parents[3]
LOADER = "baizeai/dataset-data-loader"


class Hub:
    """Both hubs: each repository has one commit, which can be moved."""

    def __init__(self) -> None:
        self.commits = {"org/base": "a" * 40, "datasets/org/tickets": "b" * 40, "org/small": "c" * 40}
        self.broken: dict[str, Reply] = {}

    def __call__(self, asked: Asked) -> Reply:
        name = asked.path.partition("/revision/")[0].partition("/commits")[0]
        name = (
            name.removeprefix("/api/v1").removeprefix("/api").replace("/models/", "").replace("/datasets/", "datasets/")
        )
        if name in self.broken:
            return self.broken[name]
        commit = self.commits.get(name)
        if commit is None:
            return as_json({"error": "Repository not found", "Code": 404}, 404)
        return as_json({"sha": commit, "Code": 200, "Data": {"Commit": [{"Id": commit}]}})


class Place(NamedTuple):
    """A repo, and the servers that know what its names mean."""

    repo: Path
    hub: Hub
    hub_server: Server
    images: Registry
    registry: Server
    digest: str
    code: Path
    git: Server

    @property
    def lock(self) -> dict[str, dict[str, str]]:
        return dict(yaml.safe_load((self.repo / "hydra.lock").read_text("utf-8")))

    @property
    def image(self) -> str:
        return f"{self.registry.host}/{LOADER}:v1"

    def asked(self) -> int:
        return len(self.hub_server.log) + len(self.registry.log) + len(self.git.log)


def spec(git_host: str, *, tickets: str = "hf://datasets/org/tickets@main") -> str:
    return f"""\
apiVersion: hydra.io/v1alpha1
kind: Project
metadata: {{name: support-bot, namespace: nlp}}
models:
  base: {{source: hf://org/base@main}}
  small: {{source: modelscope://org/small@master}}
datasets:
  tickets: {{source: {tickets}}}
  code: {{source: git+http://{git_host}/data.git@main}}
"""


@contextmanager
def placed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    hub, code = Hub(), repository(tmp_path / "repositories")
    (tmp_path / "home").mkdir()
    with serving(hub) as hubs, serving(over_http(code.parent)) as gits, registry() as (images, behaviour):
        alone(monkeypatch, tmp_path / "home", HF_ENDPOINT=hubs.url, MODELSCOPE_ENDPOINT=hubs.url)
        repo = repo_of(tmp_path / "repo", {"hydra.yaml": spec(gits.host), ".hydra.yaml": "library: [library]\n"})
        for name in ("huggingface", "modelscope", "git"):
            text = (ROOT / "library" / "loaders" / f"{name}.yaml").read_text("utf-8")
            image = next(line for line in text.splitlines() if line.startswith("image: "))
            repo_of(repo, {f"library/loaders/{name}.yaml": text.replace(image, f"image: {images.host}/{LOADER}:v1")})
        digest = behaviour.push(LOADER, "v1")
        yield Place(repo, hub, hubs, behaviour, images, digest, code, gits)


def lock(place: Place, *arguments: str, form: str = "text") -> Ran:
    return run(place.repo, "lock", "--timeout", "1", *arguments, form=form)


def move(place: Place) -> str:
    """Everything means something else now. Returns the new digest of the image."""
    place.hub.commits = dict.fromkeys(place.hub.commits, "d" * 40)
    return place.images.push(LOADER, "v1", annotations={"new": "yes"})
