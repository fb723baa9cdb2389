"""Health checks, run as the controllers run them: Lua 5.1 for Argo CD, CEL for Flux, on objects in every phase."""

from __future__ import annotations

from typing import Any

import celpy
import pytest
from celpy.adapter import json_to_cel
from celpy.evaluation import CELEvalError
from lupa import lua51

from compiler.gitops.checks import Check, checks
from tests.unit.gitops.samples import DEGRADED, HEALTHY, PROGRESSING, SAMPLES, SUSPENDED, WAITING, Sample

BY_KIND = {kind: check for check in checks() for kind in check.kinds}
OF_ARGO_CD = [one for one in SAMPLES if one.argocd]
OF_FLUX = [one for one in SAMPLES if one.flux]
CLOSED = ("io", "os", "string", "math", "coroutine", "debug", "require", "dofile", "loadfile", "load", "loadstring")
"""What Argo CD does not give to scripts. Source: argoproj/argo-cd, util/lua/lua.go, `useOpenLibs: false`."""


def health(check: Check, body: dict[str, Any]) -> tuple[str, str]:
    """What Argo CD makes of an object."""
    lua = lua51.LuaRuntime(register_eval=False, register_builtins=False)
    for name in CLOSED:
        lua.globals()[name] = None
    lua.globals().obj = lua.table_from(body, recursive=True)
    found = lua.execute(check.lua)
    return found["status"], found["message"]


def state(check: Check, body: dict[str, Any]) -> str:
    """What Flux makes of an object. Source: fluxcd/pkg, runtime/cel/status_evaluator.go."""
    seen = body.get("status", {}).get("observedGeneration")
    if seen is not None and seen != body["metadata"]["generation"]:
        return WAITING
    environment = celpy.Environment()
    for expression, result in ((check.failed, "Failed"), (check.current, "Current")):
        try:
            given = {name: json_to_cel(value) for name, value in body.items()}
            if environment.program(environment.compile(expression)).evaluate(given):
                return result
        except CELEvalError:
            # An object without a status: Flux asks again until its time-out.
            return WAITING
    return WAITING


@pytest.mark.parametrize("sample", OF_ARGO_CD, ids=lambda one: one.name)
def test_argo_cd_sees_the_phase(sample: Sample) -> None:
    status, message = health(BY_KIND[sample.kind], sample.body)
    assert status == sample.argocd
    assert isinstance(message, str)
    assert message


@pytest.mark.parametrize("sample", OF_FLUX, ids=lambda one: one.name)
def test_flux_sees_the_phase(sample: Sample) -> None:
    assert state(BY_KIND[sample.kind], sample.body) == sample.flux


@pytest.mark.parametrize("check", [one for one in checks() if one.lua], ids=lambda one: one.name)
@pytest.mark.parametrize("body", [{}, {"metadata": {}}, {"metadata": {}, "spec": {}, "status": {}}])
def test_an_object_with_next_to_nothing_is_not_healthy(check: Check, body: dict[str, Any]) -> None:
    assert health(check, body)[0] == PROGRESSING


def test_each_kind_has_one_check_and_every_phase_of_it_is_shown() -> None:
    kinds = [kind for check in checks() for kind in check.kinds]
    assert len(kinds) == len(set(kinds))
    assert {one.kind for one in SAMPLES} == set(kinds)
    for kind in kinds:
        seen = {one.argocd for one in OF_ARGO_CD if one.kind == kind}
        assert seen in (set(), {HEALTHY, PROGRESSING, DEGRADED, SUSPENDED})


def test_the_message_of_the_operator_is_handed_on() -> None:
    failed = next(one for one in SAMPLES if one.name == "PyTorchJob-failed")
    assert health(BY_KIND[failed.kind], failed.body) == (DEGRADED, "Failed is True")


def test_no_script_holds_what_flux_would_substitute() -> None:
    assert not [check.name for check in checks() if "${" in check.lua]
