"""The DeepSpeed configurations of a repo, read by DeepSpeed itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from compiler.checking.real.deepspeed import problems_of
from compiler.checking.real.problems import refused_by_deepspeed
from compiler.diagnostics import Diagnostic, Staged
from compiler.linking.workload import Finetune

if TYPE_CHECKING:
    from compiler.planned import PlannedWorkload, Plans


def check_trainings(plans: Plans) -> Staged[int]:
    """What DeepSpeed says of each configuration, at the world size of its plan; and how many it read.

    Raises: ImportError, where DeepSpeed is not installed.
    """
    found: list[Diagnostic] = []
    count = 0
    for one in plans.workloads:
        plan = one.summary.plan if one.summary is not None else None
        if plan is not None and plan.deepspeed is not None:
            count += 1
            found += _check(one, plan.deepspeed, plan.world)
    return Staged(count, found)


def _check(one: PlannedWorkload, config: Mapping[str, Any], world: int) -> list[Diagnostic]:
    workload = one.workload
    asked = workload.deepspeed if isinstance(workload, Finetune) else None
    at = workload.at("deepspeed")
    # As it is read from the file, which has no tuples and no keys but text.
    written = json.loads(json.dumps(config))
    return [
        refused_by_deepspeed(at, workload.of, one.cluster, _version(), said, literal=isinstance(asked, Mapping))
        for said in problems_of(written, world)
    ]


@cache
def _version() -> str:
    try:
        return version("deepspeed")
    except PackageNotFoundError:
        return ""
