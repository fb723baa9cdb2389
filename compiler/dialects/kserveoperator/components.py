"""What an InferenceService is made of: its components, what implements each, and their containers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from compiler.dialects.kubeflow_pods import entries, mapping, text
from compiler.source.document import Document, Origin, Path

MODEL = "model"
FORMER = (
    "sklearn", "xgboost", "tensorflow", "pytorch", "triton", "onnx", "huggingface", "pmml", "lightgbm", "paddle",
)  # fmt: skip
"""Fields of the predictor from before there was `model`, which the webhook replaces."""

CONTAINER = "kserve-container"
"""The container that serves; where none has the name, the first."""


class Component(NamedTuple):
    """A predictor, transformer or explainer, or the predictor of a canary. Nothing of it has been checked."""

    document: Document
    path: Path

    @property
    def value(self) -> Mapping[str, Any]:
        """What it says."""
        return mapping_at(self.document, self.path)

    @property
    def name(self) -> str:
        """Its field."""
        return str(self.path[-1])

    @property
    def frameworks(self) -> list[str]:
        """The fields that name an implementation."""
        known = (MODEL, *FORMER) if self.name == "predictor" else ("art",) if self.name == "explainer" else ()
        return [field for field in known if isinstance(self.value.get(field), dict)]

    def at(self, *path: str | int, key: bool = False) -> Origin:
        """The place of something below it."""
        return self.document.at(*self.path, *path, key=key)

    def implementations(self) -> int:
        """How many KServe would count."""
        containers = [*entries(self.value, "containers")]
        if self.name != "predictor":
            return len(self.frameworks) + bool(containers)
        serving = sum(one.get("name") == CONTAINER for _, one in containers)
        return len(self.frameworks) + (serving or bool(containers and not self.frameworks))

    def server(self) -> tuple[Path, Mapping[str, Any]] | None:
        """The container that serves and the way to it from the component; None without one."""
        if self.frameworks:
            return (self.frameworks[0],), mapping(self.value, self.frameworks[0])
        containers = [*entries(self.value, "containers")]
        named = [one for one in containers if one[1].get("name") == CONTAINER]
        first = next(iter(named or containers), None)
        return None if first is None else (("containers", first[0]), first[1])

    def containers(self) -> Iterator[tuple[Path, Mapping[str, Any]]]:
        """All containers, with the ways to them from the component."""
        for field in self.frameworks:
            yield (field,), mapping(self.value, field)
        for holder in ((), ("workerSpec",)):
            for field in ("initContainers", "containers"):
                for index, one in entries(self.value, *holder, field):
                    yield (*holder, field, index), one

    def storage_uri(self) -> tuple[Path, str] | None:
        """Where the files of the model are, and the way to it: a field, or a variable of a container of one's own."""
        served = self.server()
        if served is None:
            return None
        path, container = served
        if isinstance(container.get("storageUri"), str):
            return (*path, "storageUri"), container["storageUri"]
        for index, one in entries(container, "env"):
            if one.get("name") == "STORAGE_URI" and isinstance(one.get("value"), str):
                return (*path, "env", index, "value"), one["value"]
        return None


def components(document: Document) -> Iterator[Component]:
    """The components of an InferenceService."""
    for name in ("predictor", "transformer", "explainer"):
        if isinstance(mapping(document.value, "spec").get(name), dict):
            yield Component(document, ("spec", name))


def canaries(document: Document) -> Iterator[tuple[int, Mapping[str, Any], Component]]:
    """Canaries: number, what each says, its predictor."""
    for index, one in entries(document.value, "spec", "canary"):
        yield index, one, Component(document, ("spec", "canary", index, "predictor"))


def mapping_at(document: Document, path: Path) -> Mapping[str, Any]:
    """The mapping at a way that may go through lists; an empty one, where there is none."""
    value: Any = document.value
    for step in path:
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and step < len(value) else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def annotation(document: Document, name: str) -> str | None:
    """An annotation under KServe's prefix; None where there is none."""
    value = mapping(document.value, "metadata", "annotations").get(f"serving.kserve.io/{name}")
    return None if value is None else text(value)
