"""`comparisons`: each entry is a workload that asks services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.diagnostics import Diagnostic, Staged
from compiler.emission.naming import object_name
from compiler.linking.scope import Entry, Scope
from compiler.linking.sections.loaded import repo_text
from compiler.linking.serving import Comparison
from compiler.linking.workload import JobNames, OutputClaim, Reference, SecretKey
from compiler.spec.durations import seconds

if TYPE_CHECKING:
    from compiler.spec.project.comparisons import Comparison as Written

RESULTS = "/mnt/output"
"""Where the claim of the answers is mounted."""


STORES = True
"""Whether its entries have storage."""


def expand(scope: Scope) -> Staged[list[Entry]]:
    """Comparisons as workloads. One whose questions cannot be read is left out, with its diagnostics."""
    written: dict[str, Written] = getattr(scope.project, "comparisons", None) or {}
    entries: list[Entry] = []
    found: list[Diagnostic] = []
    for name, one in written.items():
        read = repo_text(scope, one.questions, scope.at("comparisons", name, "questions"))
        found += read.found
        if read.value is not None:
            entries.append(_comparison(scope, name, one, read.value.text))
    return Staged(entries, found)


def _comparison(scope: Scope, name: str, one: Written, questions: str) -> Comparison:
    project = scope.project.metadata
    stem, claim = object_name([project.name, name]), scope.stored_as(name)
    at = scope.at("comparisons", name)
    output = one.output
    modes = tuple(output.access_modes) if output.access_modes is not None else None
    return Comparison(
        key=(project.name, name),
        of=f"{project.name}/comparisons/{name}",
        unit=project.name,
        namespace=project.namespace,
        origin=scope.at("comparisons", name, key=True),
        names=JobNames(claim=claim, job=stem, files=stem),
        labels=scope.labels("comparison"),
        references=tuple(_reference(scope, name, index, service) for index, service in enumerate(one.services)),
        questions=questions,
        parameters={"max_tokens": one.max_tokens, "temperature": one.temperature, "seed": one.seed},
        parallel=one.parallel,
        timeout_seconds=seconds(one.timeout),
        deadline_seconds=seconds(one.deadline),
        outputs=(OutputClaim(claim, RESULTS, output.size, output.class_, modes, at.child("output")),),
        attempt=one.attempt,
        keys={service: SecretKey(key.secret, key.key) for service, key in one.keys.items()},
    )


def _reference(scope: Scope, name: str, index: int, service: str) -> Reference:
    owner, _, entry = service.rpartition("/")
    key = (owner or scope.project.metadata.name, entry)
    return Reference(f"service-{index}", "service", service, key, scope.at("comparisons", name, "services", index))
