"""What the API server, Argo CD and Flux make of an object: the object here, and the object as they leave it.

An object that comes out as it went in is quiet. Source: Kubernetes 1.34 (k8s.io/api, k8s.io/apimachinery), and what is
named at each of the rules.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from compiler.manifest import Body

KEPT_EMPTY = frozenset({
    "allowPrivilegeEscalation", "automountServiceAccountToken", "canaryTrafficPercent", "emptyDir",
    "enableInTreeAutoscaling", "enableServiceLinks", "fsGroup", "idleTimeoutSeconds", "maxSurge", "maxUnavailable",
    "minReplicas", "optional", "privileged", "rayStartParams", "readOnlyRootFilesystem", "replicas", "runAsGroup",
    "runAsNonRoot", "runAsUser", "scaleTarget", "terminationGracePeriodSeconds",
})  # fmt: skip
"""Fields whose Go type is a pointer, or that have no `omitempty`: their zero is written. That of all others is not."""

FREE = frozenset({"annotations", "labels", "matchLabels", "nodeSelector", "rayStartParams"})
"""Maps of strings, whose values stay whatever they are."""


def typed_write(body: Body) -> Body:
    """An object that was read into Go types and written again: zero, false and empty are gone where they may be left out.

    Source: KServe's webhook answers with the marshalled object; KubeRay, rayservice_controller.go, `r.Update` for its
    finalizer; the API server itself for an Ingress. Fields: json tags of ray-operator/apis/ray/v1,
    kserve/pkg/apis/serving/v1beta1 and k8s.io/api.
    """
    return dict(_written(body))


def _written(body: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in body.items():
        kept = value if key in FREE else _typed(value)
        if kept not in (0, "", None, [], {}) or (key in KEPT_EMPTY and kept is not None):
            yield key, kept


def _typed(value: Any) -> Any:
    if isinstance(value, dict):
        return typed_write(value)
    return [_typed(one) for one in value] if isinstance(value, list) else value


def without_nulls(body: Body) -> Body:
    """The API server drops nulls of fields that are not nullable, and nothing that is compared tells `{}` from nothing.

    Source: apiextensions-apiserver, pkg/apiserver/schema/defaulting/prune.go; the blank difference: argo-cd#15898.
    """
    return {
        key: _without_nulls(value)
        for key, value in body.items()
        if value is not None and (value not in ({}, []) or key in KEPT_EMPTY)
    }


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return without_nulls(value)
    return [_without_nulls(one) for one in value] if isinstance(value, list) else value


def canonical_quantities(body: Body) -> Body:
    """Quantities as `resource.Quantity` writes them. Source: k8s.io/apimachinery, pkg/api/resource/quantity.go."""
    left = copy.deepcopy(body)
    for where in mappings(left):
        for part in ("requests", "limits"):
            if isinstance(where.get(part), dict):
                where[part] = {name: _canonical(value) for name, value in where[part].items()}
        if "sizeLimit" in where:
            where["sizeLimit"] = _canonical(where["sizeLimit"])
    return left


BINARY = ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")
DECIMAL = ("n", "u", "m", "", "k", "M", "G", "T", "P", "E")


def _canonical(value: Any) -> str:
    """The largest suffix with a whole number before it, of the base that it was written in.

    >>> _canonical("1000m"), _canonical("0.1"), _canonical("3072Mi"), _canonical(2), _canonical("1024")
    ('1', '100m', '3Gi', '2', '1024')
    """
    number, suffix = re.fullmatch(r"([0-9.]+)([a-zA-Z]*)", str(value)).groups()  # type: ignore[union-attr]
    binary = {one: Fraction(1024) ** at for at, one in enumerate(BINARY)}
    decimal = {one: Fraction(1000) ** (at - 3) for at, one in enumerate(DECIMAL)}
    count = Fraction(number) * (binary if suffix.endswith("i") else decimal)[suffix]
    # What is no whole number of bytes, or less than a Ki, is decimal however it was written.
    steps = binary if suffix.endswith("i") and count >= 1024 and count.denominator == 1 else decimal
    unit, written = max((unit, name) for name, unit in steps.items() if count % unit == 0)
    return f"{count / unit}{written if count else ''}"


LIST_KEYS = {
    "containers": ("name",), "initContainers": ("name",), "env": ("name",), "ports": ("containerPort", "protocol"),
    "volumes": ("name",), "volumeMounts": ("mountPath",), "imagePullSecrets": ("name",),
    "workerGroupSpecs": ("groupName",),
}  # fmt: skip
"""Lists that are maps: k8s.io/api/core/v1/types.go, `+listMapKey` and `patchMergeKey`; KubeRay finds groups by name."""


def list_maps(body: Body) -> Body:
    """Items of one key are one item, the last. Argo CD refuses to compare such an object at all."""
    left = copy.deepcopy(body)
    for where in mappings(left):
        for field, keys in LIST_KEYS.items():
            if isinstance(where.get(field), list):
                where[field] = [*{tuple(one.get(key) for key in keys): one for one in where[field]}.values()]
    return left


def port_protocols(body: Body) -> Body:
    """The CRDs say `protocol: TCP`, as it is a key of the list of ports; Flux says it, too."""
    left = copy.deepcopy(body)
    for where in mappings(left):
        if "containerPort" in where:
            where.setdefault("protocol", "TCP")
    return left


SUBSTITUTE = "kustomize.toolkit.fluxcd.io/substitute"


def flux_substitution(body: Body) -> Body:
    """A Flux Kustomization with `postBuild` puts nothing where `${NAME}` stands that it does not know.

    Source: Flux, "Kustomization", Post build variable substitution; fluxcd/pkg, envsubst.
    """
    notes = body["metadata"].get("annotations", {})
    return body if notes.get(SUBSTITUTE) == "disabled" else _substituted(body)


def _substituted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _substituted(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_substituted(one) for one in value]
    return re.sub(r"\$?\$\{[^}]*\}", "", value) if isinstance(value, str) else value


ENGINES_OWN = frozenset({
    "app.kubernetes.io/instance", "argocd.argoproj.io/tracking-id", "kubectl.kubernetes.io/last-applied-configuration",
    "kustomize.toolkit.fluxcd.io/name", "kustomize.toolkit.fluxcd.io/namespace",
})  # fmt: skip
SERVERS_OWN = frozenset({"creationTimestamp", "finalizers", "generation", "managedFields", "resourceVersion", "uid"})


def owned(body: Body) -> Body:
    """What the API server and the engines write themselves is not git's. Source: Argo CD, FAQ and "Resource tracking"."""
    left = copy.deepcopy(body)
    left.pop("status", None)
    meta = {key: value for key, value in left["metadata"].items() if key not in SERVERS_OWN}
    for part in {"labels", "annotations"} & meta.keys():
        meta[part] = {name: value for name, value in meta[part].items() if name not in ENGINES_OWN}
    return {**left, "metadata": meta}


def mappings(value: Any) -> Iterator[Body]:
    """Every mapping at every depth, the outer ones first."""
    if isinstance(value, dict):
        yield value
        for one in [*value.values()]:
            yield from mappings(one)
    elif isinstance(value, list):
        for one in value:
            yield from mappings(one)
