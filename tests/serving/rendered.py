"""What the repo of these tests compiles to, and its pods: what Ray is given of them, and containers that run here."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from tests.compiled import Compiled, compiled
from tests.training.containers import IMAGE, Container, Identity, Program
from tests.training.environment import PodFacts, argv, environment
from tests.training.node import USER_NAMESPACE, Node
from tests.training.pods import Spec
from tests.training.volumes import Storage, mounts, volumes

REPO = Path(__file__).with_name("repo")
NAMESPACE = "nlp"
POLL_SECONDS = 0.05


@cache
def objects() -> Sequence[Mapping[str, Any]]:
    """Every object of the repo.

    Raises: ValueError, where it does not compile.
    """
    result: Compiled = compiled(REPO)
    if result.errors():
        raise ValueError(f"{REPO} does not compile: {result.errors()}")
    return result.objects


def storage_at(root: Path) -> Storage:
    """The claims of a cluster as directories below `root`, which are made, and its ConfigMaps."""
    claims = [one["metadata"]["name"] for one in objects() if one["kind"] == "PersistentVolumeClaim"]
    for name in claims:
        (root / "claims" / name).mkdir(parents=True)
    return Storage(root / "claims", config_maps())


def config_maps() -> dict[str, Mapping[str, str]]:
    """Contents of the ConfigMaps by name and key."""
    return {one["metadata"]["name"]: one["data"] for one in objects() if one["kind"] == "ConfigMap"}


class HereNode(Node):
    """A node without a network of its own: its pods reach what listens on this machine."""

    def __init__(self) -> None:
        """Nothing has to be made."""

    @property
    def enter(self) -> Sequence[str]:
        return ("unshare", *USER_NAMESPACE) if USER_NAMESPACE else ()


class Placed(NamedTuple):
    """A container of a pod: its files at a directory of this machine, and its variables as they are in the pod."""

    files: Mapping[str, Path]
    """Where the directories at the root of the container lie here: `/mnt` -> a directory."""

    environment: Mapping[str, str]


class RayPod:
    """A pod of a RayService's head or workers."""

    def __init__(self, name: str, template: Spec, storage: Storage, root: Path) -> None:
        self.spec: Spec = template["spec"]
        self.container: Spec = self.spec["containers"][0]
        self._storage, self._root = storage, root / name
        self._facts = PodFacts(name, NAMESPACE, "127.0.0.1", template.get("metadata", {}).get("labels", {}))
        self._volumes = volumes(self.spec, storage, self._root / "volumes")
        self._runs = 0

    def placed(self) -> Placed:
        """Its container's files and variables, for a server that runs without namespaces."""
        top = self._root / "files"
        for one in mounts(self.container, self._volumes):
            place = Path(f"{top}{one.target}")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(one.source)
        variables = environment(self.container.get("env", ()), self._facts, self._storage.files, {})
        return Placed({f"/{one.name}": one for one in sorted(top.iterdir())}, variables)

    @contextmanager
    def running(self, container: Spec, command: Sequence[str] = ()) -> Iterator[tuple[Container, Path]]:
        """A container as the kubelet starts it, with its own command or another one; and what it says."""
        self._runs += 1
        state = self._root / f"{container['name']}-{self._runs}"
        state.mkdir(parents=True)
        entries = container.get("env", ())
        own = environment(entries, self._facts, self._storage.files, {})
        security = {**self.spec["securityContext"], **container["securityContext"]}
        program = Program(
            [*command] or argv(container, own),
            {**IMAGE, **own},
            mounts(container, self._volumes),
            Identity(security["runAsUser"], security["runAsGroup"]),
            security.get("readOnlyRootFilesystem", False),
        )
        made = Container(HereNode(), self._facts.name, "127.0.0.1 localhost\n", program, state, state / "log")
        try:
            yield made, state / "log"
        finally:
            made.kill()


class Service:
    """A RayService of the repo, with its pods."""

    def __init__(self, name: str, storage: Storage, root: Path) -> None:
        manifest = self.manifest = the("RayService", name)
        cluster = manifest["spec"]["rayClusterConfig"]
        (workers,) = cluster["workerGroupSpecs"]
        self.serve: str = manifest["spec"]["serveConfigV2"]
        self.head = RayPod(f"{name}-head", cluster["headGroupSpec"]["template"], storage, root)
        self.worker = RayPod(f"{name}-worker", workers["template"], storage, root)
        self.workers: Spec = workers

    @property
    def address(self) -> str:
        """Where the operator's Service for it answers in the cluster."""
        metadata = self.manifest["metadata"]
        return f"http://{metadata['name']}-serve-svc.{metadata['namespace']}.svc.cluster.local:8000"


def the(kind: str, name: str) -> Mapping[str, Any]:
    """The one object of that kind and name.

    Raises: LookupError, where there is none.
    """
    for one in objects():
        if one["kind"] == kind and one["metadata"]["name"] == name:
            return one
    raise LookupError(f"there is no {kind} {name}")


def elsewhere(addresses: Mapping[str, str]) -> list[Mapping[str, Any]]:
    """The objects with other addresses of services in them, and nothing else changed.

    Raises: LookupError, where an address stands in no ConfigMap, or in several.
    """
    changed = list(objects())
    for old, new in addresses.items():
        holders = [i for i, one in enumerate(changed) if one["kind"] == "ConfigMap" and old in str(one["data"])]
        if len(holders) != 1:
            raise LookupError(f"{old} stands in {len(holders)} ConfigMaps")
        data = {key: text.replace(f"{old}/", f"{new}/") for key, text in changed[holders[0]]["data"].items()}
        changed[holders[0]] = {**changed[holders[0]], "data": data}
    return changed


def code_of(container: Container, seconds: float) -> int:
    """The exit code of a container that ends by itself.

    Raises: TimeoutError, where it does not.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        code = container.exit_code()
        if code is not None:
            return code
        time.sleep(POLL_SECONDS)
    raise TimeoutError(f"it goes on after {seconds} s")
