"""Findings about claims and volumes that are not made here, or cannot be."""

from __future__ import annotations

from compiler.diagnostics import Code, Diagnostic, Located, Severity

NOT_CLONABLE = Code(
    "HYD312",
    Severity.ERROR,
    "A reference into another namespace to a volume that only the cluster will know.",
    "A claim cannot cross namespaces. A second volume on the same data can, but the volume of a dynamically provisioned claim gets its identity when it is bound.",
    bad="source: dataset://public/qwen     # loaded onto a dynamically provisioned claim",
    good="# clusters/prod.yaml\nstorage: {static: {nfs: {server: 10.0.0.5, path: /exports/models}}}",
)
CLAIM_NOT_HERE = Code(
    "HYD313",
    Severity.WARNING,
    "A claim that is expected to exist and that the repo does not describe.",
    "The pods wait until somebody makes it.",
    bad="source: pvc://your-pvc-name/path",
    good="source: pvc://your-pvc-name/path   # and a PersistentVolumeClaim document in the repo",
)
FOREIGN_CLAIM = Code(
    "HYD316",
    Severity.ERROR,
    "A claim that belongs to another dataset.",
    "The original controller refuses to use it, since two owners would load into one volume.",
    bad="kind: PersistentVolumeClaim\nmetadata: {labels: {baize.io/dataset-name: other}}",
    good="kind: PersistentVolumeClaim\nmetadata: {labels: {baize.io/dataset-name: corpus}}",
)
CLAIM_NOT_BOUND = Code(
    "HYD323",
    Severity.ERROR,
    "A claim whose document says that it is not bound.",
    "The original controller refuses it until it is bound.",
    bad="kind: PersistentVolumeClaim\nstatus: {phase: Pending}",
    good="kind: PersistentVolumeClaim   # documents need no status",
)
CLAIM_REUSED = Code(
    "HYD324",
    Severity.INFO,
    "A reference within a namespace uses the claim of what it refers to.",
    "The original controller makes a second volume and claim. Within a namespace the first claim can be mounted as it is, so none is made; what mounts the second one by name has to name the first.",
    bad="kind: Dataset   # corpus-2, a REFERENCE to corpus in its own namespace\nvolumes: [{persistentVolumeClaim: {claimName: corpus-2}}]",
    good="volumes: [{persistentVolumeClaim: {claimName: corpus, readOnly: true}}]",
)
NEVER_BOUND = Code(
    "HYD325",
    Severity.WARNING,
    "A claim that does not fit the volume that it names.",
    "Kubernetes binds the two only where modes and sizes fit: the claim stays pending, and so does every pod that mounts it.",
    bad="source: {type: NFS, uri: nfs://10.0.0.1/models}\nvolumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce]}}",
    good="source: {type: NFS, uri: nfs://10.0.0.1/models}",
)


def not_clonable(at: Located, target: str) -> Diagnostic:
    """A volume that is known only to the cluster."""
    return Diagnostic(
        NOT_CLONABLE, at, f"The volume of `{target}` is known only once the cluster has provisioned it.",
        "Three ways out: load it onto a volume that Hydra places (`storage.static` in the cluster's spec, and that class); "
        "put the data on NFS; or commit the source's PersistentVolumeClaim and PersistentVolume documents.",
    )  # fmt: skip


def claim_not_here(at: Located, claim: str, namespace: str) -> Diagnostic:
    """A claim that somebody else makes."""
    return Diagnostic(
        CLAIM_NOT_HERE, at, f"The claim `{claim}` is expected to exist in `{namespace}`; the repo does not describe it.",
        "Make sure that it exists before this is applied, or add its document to the repo.",
    )  # fmt: skip


def foreign_claim(at: Located, claim: str, owner: str) -> Diagnostic:
    """A claim of another dataset."""
    return Diagnostic(
        FOREIGN_CLAIM,
        at,
        f"The claim `{claim}` belongs to the dataset `{owner}`.",
        "Use another claim, or correct its label.",
    )


def claim_not_own(at: Located, claim: str, label: str, owner: str | None) -> Diagnostic:
    """A claim of a Dataset's name that does not say that it is the Dataset's."""
    whose = f"belongs to the dataset `{owner}`" if owner else "does not say that it is this dataset's"
    return Diagnostic(
        FOREIGN_CLAIM, at, f"The claim `{claim}` is here already, and {whose}.",
        f"Add the label `{label}: {claim}` to it, or rename the Dataset.",
    )  # fmt: skip


def claim_reused(at: Located, name: str, claim: str) -> Diagnostic:
    """A reference without a claim of its own."""
    return Diagnostic(
        CLAIM_REUSED, at, f"No claim `{name}` is made: the data is on `{claim}`, in the same namespace.",
        f"Mount `{claim}`, read-only.",
    )  # fmt: skip


def never_bound(at: Located, wrong: str, do: str) -> Diagnostic:
    """A claim that does not fit its volume."""
    return Diagnostic(NEVER_BOUND, at, wrong, do)


def claim_not_bound(at: Located, claim: str, phase: str) -> Diagnostic:
    """A claim that its document says is not bound."""
    return Diagnostic(
        CLAIM_NOT_BOUND, at, f"The claim `{claim}` is `{phase}` and not bound.",
        "Bind it first; leave `status` out of the document, which is not part of what is applied.",
    )  # fmt: skip
