"""Workloads under the operators of their frameworks."""

from __future__ import annotations

from compiler.emission.digests import object_digest
from compiler.emission.naming import NAME_LIMIT, object_name
from compiler.lowering.metadata import manifest, metadata
from compiler.manifest import Body, Manifest
from compiler.planning.work import WorkPlan


def work(plan: WorkPlan) -> Manifest:
    """The job, whose name ends in the digest of its spec: an operator accepts a change of a job and ignores it."""
    # Imported here, since a repo without workloads has no use for any of them.
    from compiler.lowering.frameworks.registry import frameworks

    framework = frameworks()[plan.framework]
    body: Body = {
        "apiVersion": framework.api_version,
        "kind": framework.kind,
        "metadata": {},
        "spec": framework.spec(plan),
    }
    identity = plan.identity

    def named(body: Body) -> str:
        return object_name([identity.name], digest=object_digest(body), limit=NAME_LIMIT - framework.ending(plan))

    body["metadata"] = metadata(identity, name=named(body))
    return manifest(body, identity, run=plan.run, naming=named)


LOWERING = (WorkPlan, work)
