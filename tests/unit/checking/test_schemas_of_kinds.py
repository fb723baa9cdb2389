"""What the shipped schemas take and refuse, kind by kind."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from compiler.checking.problems import BAD_VALUE, MISSING_FIELD, REFUSED_FIELD, UNKNOWN_FIELD, WRONG_SHAPE, WRONG_TYPE
from compiler.checking.schemas import Schemas
from compiler.checking.wording import path_in_words
from compiler.diagnostics import Code
from compiler.manifest import Body
from tests.unit.checking.objects import (
    GOOD,
    Spoil,
    claim,
    closed_maps,
    config_map,
    deployment,
    ingress,
    job,
    kustomization,
    namespace,
    put,
    secret,
    service,
    volume,
)

Make = Callable[[], Body]

CONTAINER = ("spec", "template", "spec", "containers", 0)
POD = ("spec", "template", "spec")

TAKEN: list[tuple[str, Make, Spoil]] = [
    ("a claim without a class", claim, put("spec", "storageClassName", "")),
    ("a claim of a volume that exists", claim, put("spec", "volumeName", "pv.one")),
    ("a claim as kubectl prints its status", claim, put("status", {"phase": "Bound", "capacity": {"storage": "1Gi"}})),
    ("a clone of a claim", claim, put("spec", "dataSource", {"kind": "PersistentVolumeClaim", "name": "other"})),
    ("a selector", claim, put("spec", "selector", {"matchLabels": {"a": ""}, "matchExpressions": [{"key": "b", "operator": "Exists"}]})),
    ("a size as a number", claim, put("spec", "resources", "requests", "storage", 1073741824)),
    ("a size with a fraction", claim, put("spec", "resources", "requests", "storage", "0.5Ti")),
    ("a size with an exponent", claim, put("spec", "resources", "requests", "storage", "1e12")),
    ("a volume for one claim", volume, put("spec", "claimRef", {"name": "weights", "namespace": "nlp"})),
    ("a local volume's affinity", volume, put("spec", "nodeAffinity", {"required": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": ["n1"]}]}]}})),
    ("an indexed Job", job, put("spec", "completionMode", "Indexed")),
    ("a timestamp that tools leave", job, put("spec", "template", "metadata", "creationTimestamp", None)),
    ("an annotation of any length", job, put("metadata", "annotations", {"a.io/B_c": "x" * 1000})),
    ("an ephemeral volume", job, put(*POD, "volumes", 0, {"name": "a", "ephemeral": {"volumeClaimTemplate": {"spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}}})),
    ("a volume from an image", job, put(*POD, "volumes", 0, {"name": "a", "image": {"reference": "acme.io/model:1"}})),
    ("a field of another pod resource", job, put(*CONTAINER, "env", 0, {"name": "A", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu", "divisor": "1m"}}})),
    ("a secret without values", secret, put("data", ...)),
    ("an empty tree", kustomization, put("resources", [])),
]  # fmt: skip

REFUSED: list[tuple[str, Make, Spoil, Code, str]] = [
    ("a misspelt field", claim, put("spec", "storageClass", "a"), UNKNOWN_FIELD, "spec.storageClass"),
    ("an unknown mode", claim, put("spec", "accessModes", ["RWX"]), BAD_VALUE, "spec.accessModes[0]"),
    ("a mode twice", claim, put("spec", "accessModes", ["ReadWriteMany"] * 2), WRONG_SHAPE, "spec.accessModes"),
    ("no mode", claim, put("spec", "accessModes", []), WRONG_SHAPE, "spec.accessModes"),
    ("no size", claim, put("spec", "resources", "requests", {}), MISSING_FIELD, "spec.resources.requests.storage"),
    ("no resources", claim, put("spec", "resources", ...), MISSING_FIELD, "spec.resources"),
    ("a size of nothing", claim, put("spec", "resources", "requests", "storage", "0Gi"), BAD_VALUE, "spec.resources.requests.storage"),
    ("a size below nothing", claim, put("spec", "resources", "requests", "storage", "-1Gi"), BAD_VALUE, "spec.resources.requests.storage"),
    ("a size with a space", claim, put("spec", "resources", "requests", "storage", "5 Gi"), BAD_VALUE, "spec.resources.requests.storage"),
    ("a size with a wrong unit", claim, put("spec", "resources", "requests", "storage", "5GB"), BAD_VALUE, "spec.resources.requests.storage"),
    ("a null", claim, put("spec", "volumeName", None), WRONG_TYPE, "spec.volumeName"),
    ("a name with an underscore", claim, put("metadata", "name", "my_claim"), BAD_VALUE, "metadata.name"),
    ("a name that ends in a dash", claim, put("metadata", "name", "claim-"), BAD_VALUE, "metadata.name"),
    ("no namespace", claim, put("metadata", "namespace", ...), MISSING_FIELD, "metadata.namespace"),
    ("a namespace with a dot", claim, put("metadata", "namespace", "a.b"), BAD_VALUE, "metadata.namespace"),
    ("a label key with a space", claim, put("metadata", "labels", {"a b": "c"}), BAD_VALUE, 'metadata.labels["a b"]'),
    ("a label value that is too long", claim, put("metadata", "labels", {"a": "c" * 64}), BAD_VALUE, "metadata.labels.a"),
    ("a label that is a number", claim, put("metadata", "labels", {"a": 1}), WRONG_TYPE, "metadata.labels.a"),
    ("an annotation that is true", claim, put("metadata", "annotations", {"a": True}), WRONG_TYPE, "metadata.annotations.a"),
    ("a uid", claim, put("metadata", "uid", "6f1c"), REFUSED_FIELD, "metadata.uid"),
    ("a generated name", claim, put("metadata", "generateName", "a-"), REFUSED_FIELD, "metadata.generateName"),
    ("another API version", claim, put("kind", "persistentvolumeclaim"), BAD_VALUE, "kind"),
    ("a volume in a namespace", volume, put("metadata", "namespace", "nlp"), REFUSED_FIELD, "metadata.namespace"),
    ("two volume sources", volume, put("spec", "nfs", {"server": "a", "path": "/"}), WRONG_SHAPE, "spec"),
    ("no volume source", volume, put("spec", "csi", ...), WRONG_SHAPE, "spec"),
    ("a volume source that is gone", volume, put("spec", "glusterfs", {}), REFUSED_FIELD, "spec.glusterfs"),
    ("a driver without handle", volume, put("spec", "csi", "volumeHandle", ""), BAD_VALUE, "spec.csi.volumeHandle"),
    ("an attribute that is a number", volume, put("spec", "csi", "volumeAttributes", {"a": 1}), WRONG_TYPE, "spec.csi.volumeAttributes.a"),
    ("a relative NFS path", volume, put("spec", "nfs", {"server": "a", "path": "x"}), BAD_VALUE, "spec.nfs.path"),
    ("an unknown reclaim policy", volume, put("spec", "persistentVolumeReclaimPolicy", "Keep"), BAD_VALUE, "spec.persistentVolumeReclaimPolicy"),
    ("a capacity without storage", volume, put("spec", "capacity", {}), MISSING_FIELD, "spec.capacity.storage"),
    ("a misspelt field of a container", job, put(*CONTAINER, "imagePullPolcy", "Always"), UNKNOWN_FIELD, "spec.template.spec.containers[0].imagePullPolcy"),
    ("a policy in lower case", job, put(*CONTAINER, "imagePullPolicy", "always"), BAD_VALUE, "spec.template.spec.containers[0].imagePullPolicy"),
    ("a container without image", job, put(*CONTAINER, "image", ...), MISSING_FIELD, "spec.template.spec.containers[0].image"),
    ("a variable that is a number", job, put(*CONTAINER, "env", 0, "value", 3), WRONG_TYPE, "spec.template.spec.containers[0].env[0].value"),
    ("a variable with two sources", job, put(*CONTAINER, "env", 1, "value", "a"), WRONG_SHAPE, "spec.template.spec.containers[0].env[1]"),
    ("a variable with a digit first", job, put(*CONTAINER, "env", 0, "name", "1A"), BAD_VALUE, "spec.template.spec.containers[0].env[0].name"),
    ("a field that pods lack", job, put(*CONTAINER, "env", 1, "valueFrom", "fieldRef", "fieldPath", "spec.image"), BAD_VALUE, "spec.template.spec.containers[0].env[1].valueFrom.fieldRef.fieldPath"),
    ("a port of 0", job, put(*CONTAINER, "ports", 0, "containerPort", 0), BAD_VALUE, "spec.template.spec.containers[0].ports[0].containerPort"),
    ("a port's long name", job, put(*CONTAINER, "ports", 0, "name", "prometheus-metrics"), BAD_VALUE, "spec.template.spec.containers[0].ports[0].name"),
    ("a port's name without letter", job, put(*CONTAINER, "ports", 0, "name", "80-80"), BAD_VALUE, "spec.template.spec.containers[0].ports[0].name"),
    ("a path out of the volume", job, put(*CONTAINER, "volumeMounts", 0, "subPath", "a/../b"), BAD_VALUE, "spec.template.spec.containers[0].volumeMounts[0].subPath"),
    ("a relative mount", job, put(*CONTAINER, "volumeMounts", 0, "mountPath", "data"), BAD_VALUE, "spec.template.spec.containers[0].volumeMounts[0].mountPath"),
    ("memory below nothing", job, put(*CONTAINER, "resources", "limits", {"memory": "-2Gi"}), BAD_VALUE, "spec.template.spec.containers[0].resources.limits.memory"),
    ("a probe of two kinds", job, put(*CONTAINER, "readinessProbe", "exec", {"command": ["true"]}), WRONG_SHAPE, "spec.template.spec.containers[0].readinessProbe"),
    ("an octal mode read as decimal", job, put(*POD, "volumes", 2, "configMap", "defaultMode", 644), BAD_VALUE, "spec.template.spec.volumes[2].configMap.defaultMode"),
    ("a volume with two sources", job, put(*POD, "volumes", 0, "emptyDir", {}), WRONG_SHAPE, "spec.template.spec.volumes[0]"),
    ("a volume's name with a dot", job, put(*POD, "volumes", 0, "name", "a.b"), BAD_VALUE, "spec.template.spec.volumes[0].name"),
    ("a Job that restarts its pods", job, put(*POD, "restartPolicy", "Always"), BAD_VALUE, "spec.template.spec.restartPolicy"),
    ("a failure policy that restarts", job, put(*POD, "restartPolicy", "OnFailure"), BAD_VALUE, "spec.template.spec.restartPolicy"),
    ("no restart policy", job, put(*POD, "restartPolicy", ...), MISSING_FIELD, "spec.template.spec.restartPolicy"),
    ("a deadline of 0", job, put("spec", "activeDeadlineSeconds", 0), BAD_VALUE, "spec.activeDeadlineSeconds"),
    ("retries as text", job, put("spec", "backoffLimit", "4"), WRONG_TYPE, "spec.backoffLimit"),
    ("retries beyond 32 bits", job, put("spec", "backoffLimit", 2**31), BAD_VALUE, "spec.backoffLimit"),
    ("a name that is no label", job, put("metadata", "name", "a" * 64), BAD_VALUE, "metadata.name"),
    ("a misspelt policy", job, put("spec", "podFailurePolicy", "rules", 0, "action", "Ignor"), BAD_VALUE, "spec.podFailurePolicy.rules[0].action"),
    ("an ephemeral container", job, put(*POD, "ephemeralContainers", []), REFUSED_FIELD, "spec.template.spec.ephemeralContainers"),
    ("a user id below 0", job, put(*POD, "securityContext", "runAsUser", -1), BAD_VALUE, "spec.template.spec.securityContext.runAsUser"),
    ("a value that is no text", config_map, put("data", {"a": 1}), WRONG_TYPE, "data.a"),
    ("a key with a slash", config_map, put("data", {"a/b": ""}), BAD_VALUE, 'data["a/b"]'),
    ("a key of two dots", config_map, put("data", {"..": ""}), BAD_VALUE, 'data[".."]'),
    ("bytes that are no Base64", config_map, put("binaryData", {"a": "?"}), BAD_VALUE, "binaryData.a"),
    ("a value that is no Base64", secret, put("data", {"a": "hunter2"}), BAD_VALUE, "data.a"),
    ("a misspelt map", secret, put("stringdata", {}), UNKNOWN_FIELD, "stringdata"),
    ("a namespace's long name", namespace, put("metadata", "name", "a" * 64), BAD_VALUE, "metadata.name"),
    ("a Deployment that is recreated in steps", deployment, put("spec", "strategy", "type", "Recreate"), WRONG_SHAPE, "spec.strategy"),
    ("a share without percent", deployment, put("spec", "strategy", "rollingUpdate", "maxSurge", "one"), BAD_VALUE, "spec.strategy.rollingUpdate.maxSurge"),
    ("a Deployment without selector", deployment, put("spec", "selector", ...), MISSING_FIELD, "spec.selector"),
    ("a status", service, put("status", {}), REFUSED_FIELD, "status"),
    ("a Service's name with a digit first", service, put("metadata", "name", "7b"), BAD_VALUE, "metadata.name"),
    ("a port above all", service, put("spec", "ports", 0, "port", 70000), BAD_VALUE, "spec.ports[0].port"),
    ("an unknown type of Service", service, put("spec", "type", "Internal"), BAD_VALUE, "spec.type"),
    ("a path without slash", ingress, put("spec", "rules", 0, "http", "paths", 0, "path", "v1"), BAD_VALUE, "spec.rules[0].http.paths[0].path"),
    ("an Ingress to nothing", ingress, put("spec", {"ingressClassName": "nginx"}), WRONG_SHAPE, "spec"),
    ("a backend of two ports", ingress, put("spec", "rules", 0, "http", "paths", 0, "backend", "service", "port", "name", "http"), WRONG_SHAPE, "spec.rules[0].http.paths[0].backend.service.port"),
    ("a host in capitals", ingress, put("spec", "rules", 0, "host", "Acme.io"), BAD_VALUE, "spec.rules[0].host"),
    ("a resource above", kustomization, put("resources", ["../a"]), BAD_VALUE, "resources[0]"),
    ("the folder above", kustomization, put("resources", [".."]), BAD_VALUE, "resources[0]"),
    ("a resource from the network", kustomization, put("resources", ["https://a"]), BAD_VALUE, "resources[0]"),
    ("a resource twice", kustomization, put("resources", ["a", "a"]), WRONG_SHAPE, "resources"),
    ("a generator", kustomization, put("configMapGenerator", []), UNKNOWN_FIELD, "configMapGenerator"),
]  # fmt: skip


def cased(rows: list[tuple[str, Make, Spoil]] | list[tuple[str, Make, Spoil, Code, str]]) -> list[object]:
    """Rows as parameters, named by kind and sentence."""
    return [pytest.param(*row[1:], id=f"{row[1].__name__}: {row[0]}") for row in rows]


@pytest.mark.parametrize("make", GOOD, ids=lambda make: make.__name__)
def test_a_good_object_is_taken(shipped: Schemas, make: Make) -> None:
    body = make()
    assert shipped.of(body["apiVersion"], body["kind"])
    assert shipped.failures(body) == []


@pytest.mark.parametrize(("make", "change"), cased(TAKEN))
def test_it_is_taken(shipped: Schemas, make: Make, change: Spoil) -> None:
    body = make()
    change(body)
    assert shipped.failures(body) == []


@pytest.mark.parametrize(("make", "spoil", "code", "path"), cased(REFUSED))
def test_it_is_refused(shipped: Schemas, make: Make, spoil: Spoil, code: Code, path: str) -> None:
    body = make()
    spoil(body)
    found = {(one.code.id, path_in_words(one.path)) for one in shipped.failures(body)}
    assert (code.id, path) in found


def test_no_shipped_schema_is_broken(shipped: Schemas) -> None:
    for make in GOOD:
        shipped.of(make()["apiVersion"], make()["kind"])
    assert shipped.broken == []


@pytest.mark.parametrize("make", GOOD, ids=lambda make: make.__name__)
def test_an_unknown_field_is_refused_wherever_it_stands(shipped: Schemas, make: Make) -> None:
    for path in closed_maps(make()):
        body = make()
        put(*path, "hydraUnknown", "a")(body)
        assert (UNKNOWN_FIELD, (*path, "hydraUnknown")) in [(one.code, one.path) for one in shipped.failures(body)]
