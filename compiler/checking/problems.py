"""Findings about rendered objects and the schemas that they are checked against."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from compiler.checking.catalogue import Broken, file_name
from compiler.diagnostics import Code, Diagnostic, InFile, Located, Severity

_STRICT = "https://kubernetes.io/docs/reference/using-api/api-concepts/#setting-the-field-validation-level"

UNKNOWN_FIELD = Code(
    "HYD801",
    Severity.ERROR,
    "A rendered object has a field that its kind does not have.",
    "The API server drops such a field: what it asks for does not happen, and Argo CD shows the object as out of sync for ever.",
    bad="containers: [{name: main, image: train:1.4, imagePullPolcy: Always}]",
    good="containers: [{name: main, image: train:1.4, imagePullPolicy: Always}]",
    source=_STRICT,
)
WRONG_TYPE = Code(
    "HYD802",
    Severity.ERROR,
    "A field of a rendered object has a value of another type.",
    "The API server refuses the object, and with it the rest of the sync.",
    bad="env: [{name: EPOCHS, value: 3}]",
    good='env: [{name: EPOCHS, value: "3"}]',
    source=_STRICT,
)
BAD_VALUE = Code(
    "HYD803",
    Severity.ERROR,
    "A field of a rendered object has a value that it does not take.",
    "The API server or the operator refuses the object, or a pod fails when it is started.",
    bad="accessModes: [ReadWriteEverywhere]",
    good="accessModes: [ReadWriteMany]",
    source=_STRICT,
)
MISSING_FIELD = Code(
    "HYD804",
    Severity.ERROR,
    "A rendered object lacks a field that its kind requires.",
    "The API server refuses the object, and with it the rest of the sync.",
    bad="kind: PersistentVolumeClaim\nspec: {resources: {requests: {storage: 50Gi}}}",
    good="kind: PersistentVolumeClaim\nspec: {accessModes: [ReadWriteMany], resources: {requests: {storage: 50Gi}}}",
    source=_STRICT,
)
WRONG_SHAPE = Code(
    "HYD805",
    Severity.ERROR,
    "Fields of a rendered object do not go together.",
    "Each of them is fine by itself, the API server refuses the combination.",
    bad="volumes: [{name: data, emptyDir: {}, persistentVolumeClaim: {claimName: data}}]",
    good="volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]",
    source=_STRICT,
)
REFUSED_FIELD = Code(
    "HYD806",
    Severity.ERROR,
    "A rendered object has a field that does not belong into a repo.",
    "The cluster writes it, or Kubernetes no longer has it. `kubectl get -o yaml` prints such fields.",
    bad="metadata: {name: weights, namespace: nlp, uid: 6f1c, resourceVersion: '811'}",
    good="metadata: {name: weights, namespace: nlp}",
    source=_STRICT,
)
NO_SCHEMA = Code(
    "HYD810",
    Severity.WARNING,
    "Objects of a kind that no schema is known for.",
    "They are written unchecked, so that a misspelt field is noticed on the cluster or not at all.",
    bad="hydra compile   # the repo holds a SealedSecret document",
    good="hydra schema import sealed-secrets-crds.yaml\nhydra compile",
)
BROKEN_SCHEMA = Code(
    "HYD811",
    Severity.ERROR,
    "A schema file of the repo that cannot be used.",
    "Objects of its kind would be written unchecked although someone wanted them checked.",
    bad="# schemas/pytorchjob-kubeflow.org-v1.json: cut off by a merge",
    good="hydra schema import kubeflow.org_pytorchjobs.yaml",
)
UNREADABLE_CRD = Code(
    "HYD820",
    Severity.ERROR,
    "A file to import schemas from that cannot be read.",
    "It may hold CRDs whose schemas would be missing without a word.",
    bad="hydra schema import chart/templates   # not rendered: {{ .Values.name }}",
    good="helm template chart > crds.yaml\nhydra schema import crds.yaml",
)
NO_CRD = Code(
    "HYD821",
    Severity.WARNING,
    "A file to import schemas from holds no CustomResourceDefinition.",
    "Only CRDs carry schemas. A file that was named by mistake leaves its kinds unchecked.",
    bad="hydra schema import deployment.yaml",
    good="hydra schema import crds/",
)
UNUSABLE_CRD = Code(
    "HYD822",
    Severity.ERROR,
    "A CustomResourceDefinition that no schema can be made of.",
    "Objects of its kind stay unchecked.",
    bad="apiVersion: apiextensions.k8s.io/v1beta1\nkind: CustomResourceDefinition",
    good="apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition",
    source="https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/",
)
CLASHING_CRDS = Code(
    "HYD823",
    Severity.ERROR,
    "Two different CustomResourceDefinitions for one kind and version.",
    "Only one of them can be on the cluster. The first one is kept.",
    bad="hydra schema import operator-1.8/ operator-1.9/",
    good="hydra schema import operator-1.9/",
)
NOT_WRITTEN = Code(
    "HYD824",
    Severity.ERROR,
    "An imported schema could not be written.",
    "Objects of its kind stay unchecked, or are checked against an older schema.",
    bad="hydra schema import crds/   # schemas/ is not writable",
)
RULES_LEFT_OUT = Code(
    "HYD825",
    Severity.INFO,
    "Rules of a CustomResourceDefinition that only the API server can check.",
    "They are written in CEL. Everything else of the schema is imported.",
    bad='x-kubernetes-validations: [{rule: "self == oldSelf"}]',
    source="https://kubernetes.io/docs/reference/using-api/cel/",
)


def no_schema(at: Located, api_version: str, kind: str, count: int) -> Diagnostic:
    """A kind without schema, once for all its objects."""
    objects = "1 object is" if count == 1 else f"{count} objects are"
    name = file_name(api_version, kind)
    return Diagnostic(
        NO_SCHEMA,
        at,
        wrong=f"There is no schema for `{kind}` of `{api_version}`: {objects} not checked.",
        do=f"Import its CRD with `hydra schema import FILE`, or put a schema into `schemas/{name}`."
        if name
        else "Correct `apiVersion` and `kind`: Kubernetes has no such names.",
    )


def broken_schema(broken: Broken) -> Diagnostic:
    """A schema file that is there and cannot be used."""
    return Diagnostic(
        BROKEN_SCHEMA,
        InFile(broken.file),
        wrong=f"`{broken.file}` cannot be used as a schema: {broken.reason}.",
        do="Import it again with `hydra schema import`, or remove it.",
    )


def unreadable_crd(file: str, reason: str) -> Diagnostic:
    """A file that is there and cannot be read as YAML or JSON."""
    return Diagnostic(
        UNREADABLE_CRD,
        InFile(file),
        wrong=f"`{file}` cannot be read: {reason}.",
        do="Correct it, or import the files with CRDs one by one.",
    )


def no_crd(file: str, kinds: Iterable[str]) -> Diagnostic:
    """A file without CRD."""
    held = ", ".join(f"`{kind}`" for kind in sorted(set(kinds))[:5])
    return Diagnostic(
        NO_CRD,
        InFile(file),
        wrong=f"`{file}` holds no CustomResourceDefinition" + (f", but {held}." if held else "."),
        do="Name files or folders with CRDs.",
    )


def unusable_crd(file: str, name: str, reason: str) -> Diagnostic:
    """A CRD, or one of its versions, without a usable schema."""
    return Diagnostic(
        UNUSABLE_CRD,
        InFile(file),
        wrong=f"No schema can be made of `{name}`: {reason}.",
        do="Use the CRD of an `apiextensions.k8s.io/v1` release of the operator.",
    )


def clashing_crds(file: str, name: str, first: str) -> Diagnostic:
    """A second, different definition of one kind and version."""
    return Diagnostic(
        CLASHING_CRDS,
        InFile(file),
        wrong=f"`{name}` is defined differently in `{first}`.",
        do="Import the CRDs of the release that the cluster runs, without the others.",
    )


def not_written(file: str, reason: str) -> Diagnostic:
    """A schema that the disk did not take."""
    return Diagnostic(
        NOT_WRITTEN, InFile(file), wrong=f"`{file}` cannot be written: {reason}.", do="Make room or give access, and repeat the import."
    )  # fmt: skip


def rules_left_out(destination: str, counts: Mapping[str, int]) -> Diagnostic:
    """CEL rules of the imported kinds, all in one."""
    total = sum(counts.values())
    return Diagnostic(
        RULES_LEFT_OUT,
        InFile(destination),
        wrong=f"{total} {'rule' if total == 1 else 'rules'} in CEL are left out: they are the API server's to check.",
        do="Keep them in mind: `kubectl apply --dry-run=server` on the rendered files asks the API server.",
        notes=tuple(f"{name}: {count}" for name, count in sorted(counts.items())),
    )
