"""Findings of the programs that read the output."""

from __future__ import annotations

from compiler.diagnostics import Code, Diagnostic, Located, Severity

REFUSED_BY_DEEPSPEED = Code(
    "HYD951",
    Severity.ERROR,
    "DeepSpeed itself refuses a configuration, or does not read a key of it.",
    "Only `hydra validate --real` says so, which asks the installed DeepSpeed. The job would stop where it reads the configuration, or would run without what the key asks for.",
    bad="deepspeed: {zero_optimization: {stage: 2}, checkpoint: {tag_validation: Sometimes}}",
    good="deepspeed: {zero_optimization: {stage: 2}, checkpoint: {tag_validation: Warn}}",
    source="https://www.deepspeed.ai/docs/config-json/",
)


def refused_by_deepspeed(
    at: Located, workload: str, cluster: str, version: str, said: str, *, literal: bool
) -> Diagnostic:
    """A sentence of DeepSpeed's loader. `literal`: whether the spec has the configuration, and not only a strategy."""
    remedy = (
        "Change `deepspeed`, or leave it to Hydra with `deepspeed: auto`"
        if literal
        else "Hydra wrote it: install the DeepSpeed of the trainer's image beside Hydra, and report it if it says the same"
    )
    return Diagnostic(
        REFUSED_BY_DEEPSPEED,
        at,
        f"DeepSpeed {version} does not take the configuration of `{workload}` on `{cluster}`: {said.rstrip('.')}.",
        f"{remedy}. `hydra explain {workload}.deepspeed` shows all of it.",
    )
