"""Services, Ingresses and HTTPRoutes: requests go elsewhere, pods stay."""

from __future__ import annotations

from compiler.change.kinds.bodies import differs, only_metadata, value
from compiler.change.kinds.running import relabelled
from compiler.change.kinds.wording import arrow, telling
from compiler.change.values import Around, Change, Judged, Rule, Subject, Verdict


def changed(change: Change) -> Judged:
    """Requests follow at once."""
    if only_metadata(change):
        return relabelled(change)
    return Judged(Verdict.IN_PLACE, f"Requests follow it at once{telling(change.fields)}; callers may have to, too.")


def changed_service(change: Change) -> Judged:
    """The address of a Service is given once. Source: Kubernetes, pkg/apis/core/validation, `ValidateServiceUpdate`."""
    before, after = (value(side.body, "spec", "clusterIP") for side in change[:2])
    if differs(change, "spec", "clusterIP") and before and after and not differs(change, "spec", "type"):
        said = arrow("clusterIP", before, after)
        return Judged(Verdict.REJECTED, f"The address of a Service cannot change ({said}), and the sync fails.")
    return changed(change)


def removed(subject: Subject, around: Around) -> Judged:
    """Callers get no answer."""
    del subject, around
    return Judged(Verdict.REMOVED, "Callers that come by this address get no answer any more.")


RULES = (
    Rule(("/Service",), changed_service, removed=removed),
    Rule(("networking.k8s.io/Ingress", "gateway.networking.k8s.io/HTTPRoute"), changed, removed=removed),
)
