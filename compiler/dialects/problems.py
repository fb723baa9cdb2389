"""Findings about foreign documents: where their own system does something else than they say."""

from __future__ import annotations

from compiler.diagnostics import Code, Diagnostic, Located, Severity

READ_DIFFERENTLY = Code(
    "HYD331",
    Severity.WARNING,
    "A value that its own system reads as another one.",
    "The compiled result follows the system, and the document says something else to its readers.",
    bad="mountOptions: {uid: 0}   # becomes 1000",
    good="mountOptions: {uid: 1000}",
)
WITHOUT_EFFECT = Code(
    "HYD332",
    Severity.WARNING,
    "A field that its own system ignores.",
    "The document says something that does not happen.",
    bad="volumeClaimTemplate: {metadata: {name: other}}",
    good="volumeClaimTemplate: {spec: {storageClassName: cephfs}}",
)
CONTRADICTION = Code(
    "HYD333",
    Severity.ERROR,
    "Fields that exclude each other.",
    "The original controller marks the document as failed, or waits for ever.",
    bad="volumeClaimRef: {name: a}\nvolumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce]}}",
    good="volumeClaimRef: {name: a}",
)

BAD_NAME = Code(
    "HYD540",
    Severity.ERROR,
    "A name that the operator refuses.",
    "KServe and KubeRay make names of Services and pods from it. The API server takes it, and nothing is started.",
    bad="kind: RayService\nmetadata: {name: 7b-chat}",
    good="kind: RayService\nmetadata: {name: chat-7b}",
    source="https://github.com/ray-project/kuberay/blob/master/ray-operator/controllers/ray/utils/validation.go",
)


def read_differently(at: Located, wrong: str, do: str) -> Diagnostic:
    """A value that becomes another one."""
    return Diagnostic(READ_DIFFERENTLY, at, wrong, do)


def without_effect(at: Located, wrong: str, do: str) -> Diagnostic:
    """A field without effect."""
    return Diagnostic(WITHOUT_EFFECT, at, wrong, do)


def contradiction(at: Located, wrong: str, do: str) -> Diagnostic:
    """Fields that exclude each other."""
    return Diagnostic(CONTRADICTION, at, wrong, do)


def bad_name(at: Located, wrong: str, do: str) -> Diagnostic:
    """A name that its operator refuses."""
    return Diagnostic(BAD_NAME, at, wrong, do)
