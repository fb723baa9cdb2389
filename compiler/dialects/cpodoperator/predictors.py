"""The predictor of an Inference: KServe's own form, of which so much is read as services have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from compiler.diagnostics import Diagnostic, Staged
from compiler.dialects import cpod_inference_problems as problems
from compiler.dialects.cpodoperator.inference_models import Uri
from compiler.dialects.kubeflow_pods import CARDS, entries, mapping, number, text
from compiler.linking.accelerators import PRODUCT
from compiler.linking.serving import Scale
from compiler.source.document import Document

if TYPE_CHECKING:
    from compiler.checking.schemas import Schemas
    from compiler.dialects.cpodoperator.inferring import Inferring
    from compiler.linking.profile import Profile
    from compiler.source.document import Origin, Path

API, KIND = "serving.kserve.io/v1beta1", "InferenceService"
MODEL = "model"
FORMATS = (
    "sklearn", "xgboost", "tensorflow", "pytorch", "triton", "onnx", "pmml", "lightgbm", "paddle",
)  # fmt: skip
"""Servers of KServe's that have a field of their own, which is the name of their format."""

CONTAINERS = "containers"
CARRIED = frozenset({
    CONTAINERS, MODEL, *FORMATS, "nodeSelector", "minReplicas", "maxReplicas", "scaleMetric", "scaleTarget",
    "canaryTrafficPercent",
})  # fmt: skip
"""Fields of a predictor that become something."""

CARRIED_OF_CONTAINER = frozenset({
    "name", "image", "command", "args", "env", "resources", "ports", "imagePullPolicy",
})  # fmt: skip
"""Fields of a container that become something. Images keep their tag, so that it does not matter when they are pulled."""

STORAGE_URI = "STORAGE_URI"
TARGETS: Mapping[str, int] = {"cpu": 80, "memory": 80, "concurrency": 100, "rps": 200}
"""What a replica is to have of a metric, where nothing is said. Source: Kubernetes' and Knative's autoscalers."""


class Predictor(NamedTuple):
    """A predictor that InferenceServices may have: everything in it has the type that KServe wants."""

    one: Inferring
    value: Mapping[str, Any]

    @property
    def server(self) -> str:
        """The field of what serves."""
        return next(field for field in (CONTAINERS, MODEL, *FORMATS) if self.value.get(field))

    @property
    def path(self) -> Path:
        """The way to the container or server from the predictor."""
        return (CONTAINERS, 0) if self.server == CONTAINERS else (self.server,)

    @property
    def container(self) -> Mapping[str, Any]:
        """What serves: the container, or KServe's server, which is one as well."""
        found: Any = self.value[self.server]
        return found[0] if self.server == CONTAINERS else found  # type: ignore[no-any-return]

    @property
    def selector(self) -> Mapping[str, str]:
        """Labels of the nodes."""
        return mapping(self.value, "nodeSelector")

    @property
    def product(self) -> str | None:
        """The GPU, by the label of its nodes."""
        return self.selector.get(PRODUCT) or None

    def at(self, *path: str | int, key: bool = False) -> Origin:
        """The place of something in it."""
        return self.one.document.at("spec", "predictor", *path, key=key)

    def below(self, *path: str | int, key: bool = False) -> Origin:
        """The place of something in what serves."""
        return self.at(*self.path, *path, key=key)


def predictor_of(one: Inferring) -> Staged[Predictor | None]:
    """The predictor, as far as a service can have it; None with what is wrong with it."""
    from compiler.checking.schemas import refused
    from compiler.lowering.passed import passed
    from compiler.planning.plans import PassedPlan

    metadata = {"name": one.name, "namespace": one.namespace}
    spec = {"predictor": one.spec.predictor or {}}
    alike = Document(
        one.document.file, one.document.index, {"apiVersion": API, "kind": KIND, "metadata": metadata, "spec": spec}
    )
    manifest = passed(PassedPlan(alike, one.unit))
    found = list(refused(manifest, _schemas()))
    if found:
        return Staged(None, found)
    predictor = Predictor(one, mapping(manifest.body, "spec", "predictor"))
    found = [*_servers(predictor)] or [*_not_carried(predictor)]
    return Staged(None if found else predictor, found)


@cache
def _schemas() -> Schemas:
    from compiler.checking.schemas import Schemas

    return Schemas()


def _servers(predictor: Predictor) -> Iterator[Diagnostic]:
    known = (CONTAINERS, MODEL, *FORMATS)
    there = [field for field in known if predictor.value.get(field)]
    at = predictor.at(key=True) if predictor.one.spec.predictor else predictor.one.document.at("spec", key=True)
    if not there:
        yield problems.bad_predictor(at, "The predictor has nothing that serves.", known)
    elif len(there) > 1:
        wrong = f"The predictor has {', '.join(f'`{one}`' for one in there)}, and one of them can serve."
        yield problems.bad_predictor(predictor.at(there[1], key=True), wrong, there)


def _not_carried(predictor: Predictor) -> Iterator[Diagnostic]:
    for field in predictor.value:
        if field not in CARRIED:
            yield problems.not_carried(predictor.at(field, key=True), f"`{field}` of a predictor")
    if predictor.server != CONTAINERS:
        return
    for field in predictor.container:
        if field not in CARRIED_OF_CONTAINER:
            yield problems.not_carried(predictor.below(field, key=True), f"`{field}` of a container")
    for index, _ in [*entries(predictor.value, CONTAINERS)][1:]:
        yield problems.not_carried(predictor.at(CONTAINERS, index), "a second container")


def uri_of(predictor: Predictor) -> Uri | None:
    """Where the model lies: the server's `storageUri`, or the container's variable."""
    if predictor.server != CONTAINERS:
        found = text(predictor.container.get("storageUri"))
        return Uri(found, predictor.below("storageUri")) if found else None
    for index, variable in entries(predictor.container, "env"):
        if variable.get("name") == STORAGE_URI and text(variable.get("value")):
            return Uri(variable["value"], predictor.below("env", index, "value"))
    return None


def cards_of(predictor: Predictor) -> int:
    """GPUs of a replica."""
    return sum(number(amount) or 0 for name, amount in _asked(predictor).items() if CARDS.fullmatch(name))


def cards_at(predictor: Predictor) -> Origin:
    """Where it asks for GPUs; else where it asks for anything."""
    for part in ("limits", "requests"):
        for name in mapping(predictor.container, "resources", part):
            if CARDS.fullmatch(name):
                return predictor.below("resources", part, name)
    return predictor.below("resources", key=True)


def amounts_of(predictor: Predictor) -> dict[str, dict[str, str]]:
    """Requests and limits, without GPUs."""
    parts = {part: mapping(predictor.container, "resources", part) for part in ("requests", "limits")}
    return {
        part: {name: str(amount) for name, amount in given.items() if not CARDS.fullmatch(name)}
        for part, given in parts.items()
    }


def _asked(predictor: Predictor) -> dict[str, Any]:
    resources = mapping(predictor.container, "resources")
    return {**mapping(resources, "requests"), **mapping(resources, "limits")}


def scale_of(predictor: Predictor, profile: Profile) -> Scale:
    """How many replicas there are, with KServe's own defaults."""
    from compiler.planning.engines.kserve import mode_of

    value = predictor.value
    given = number(value.get("minReplicas"))
    least = 1 if given is None else given
    metric, target = value.get("scaleMetric"), number(value.get("scaleTarget"))
    if metric is None and target is not None:
        metric = "concurrency" if mode_of(profile) == "Knative" else "cpu"
    if metric is not None and target is None:
        target = TARGETS[metric]
    return Scale(least, number(value.get("maxReplicas")) or max(1, least), metric, target)
