"""Findings about accelerators that a spec asks for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from compiler.diagnostics import Code, Diagnostic, Located, Severity

NOT_IN_CLUSTER = Code(
    "HYD341",
    Severity.ERROR,
    "An accelerator that the cluster does not have.",
    "No node has it, so the pods would wait for ever, and without the pool's numbers nothing can be planned.",
    bad="accelerator: {type: h100-80gb, count: 8}   # the cluster has a100-80gb alone",
    good="accelerator: {type: a100-80gb, count: 8}",
)
SEVERAL_FORMS = Code(
    "HYD342",
    Severity.ERROR,
    "An accelerator that stands for two pools of the cluster.",
    "Forms of one card differ in their links and labels: one training runs on one of them, and a guess would pick it.",
    bad="accelerator: {type: a100-80gb}   # the cluster has a100-sxm4-80gb and a100-pcie-80gb",
    good="accelerator: {type: a100-sxm4-80gb}",
    source="https://kubernetes.io/docs/tasks/manage-gpus/scheduling-gpus/",
)


def not_in_cluster(at: Located, wanted: str, cluster: str, known: Iterable[str]) -> Diagnostic:
    """An accelerator of the library that is not in the cluster."""
    ids = sorted(known)
    add = f"add `{wanted}` under `accelerators` in the cluster's spec"
    return Diagnostic(
        NOT_IN_CLUSTER,
        at,
        wrong=f"Cluster `{cluster}` has no accelerator `{wanted}`.",
        do=f"It has {_listed(ids)}: use one of them, or {add}." if ids else f"It has none: {add}.",
    )


def several_forms(at: Located, wanted: str, cluster: str, meant: Sequence[str]) -> Diagnostic:
    """An id that could mean several pools of the cluster."""
    return Diagnostic(
        SEVERAL_FORMS,
        at,
        wrong=f"`{wanted}` could be {_listed(meant)} of cluster `{cluster}`.",
        do="Name one of them.",
        candidates=tuple(meant),
    )


def _listed(ids: Iterable[str]) -> str:
    return ", ".join(f"`{one}`" for one in ids)
