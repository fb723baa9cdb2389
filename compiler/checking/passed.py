"""Documents that are passed through, held against their schemas before anything believes what they say."""

from __future__ import annotations

from compiler.checking.schemas import Schemas, refused
from compiler.diagnostics import Diagnostic, Staged
from compiler.linking.program import Parts
from compiler.lowering.passed import passed
from compiler.planning.plans import PassedPlan


def sound(parts: Parts, schemas: Schemas) -> Staged[Parts]:
    """The parts less documents that the API server would refuse.

    The next stages may rely on the shape of what is left, where a schema knows its kind.
    """
    kept = []
    found: list[Diagnostic] = []
    broken = set(parts.broken)
    for one in parts.passed:
        wrong = list(refused(passed(PassedPlan(one.document, one.unit)), schemas))
        if wrong:
            found += wrong
            broken.add((one.namespace or "", one.name))
        else:
            kept.append(one)
    return Staged(parts._replace(passed=tuple(kept), broken=frozenset(broken)) if found else parts, found)
