"""Ways to a service from outside of the cluster: an Ingress, or an HTTPRoute of the Gateway API.

Source: Kubernetes, "Ingress"; Gateway API, "HTTPRoute".
"""

from __future__ import annotations

from compiler.lowering.metadata import manifest, metadata
from compiler.manifest import Body, Manifest
from compiler.planning.serving.plans import RoutePlan


def route(plan: RoutePlan) -> Manifest:
    """The Ingress, or the HTTPRoute where the cluster has a Gateway."""
    body = _ingress(plan) if plan.gateway is None else _http_route(plan, *plan.gateway)
    return manifest(body, plan.identity)


def _ingress(plan: RoutePlan) -> Body:
    spec: Body = {}
    if plan.ingress_class is not None:
        spec["ingressClassName"] = plan.ingress_class
    if plan.tls is not None:
        spec["tls"] = [{"hosts": [plan.host], "secretName": plan.tls}]
    backend = {"service": {"name": plan.service, "port": {"number": plan.port}}}
    paths = [{"path": plan.path, "pathType": "Prefix", "backend": backend}]
    spec["rules"] = [{"host": plan.host, "http": {"paths": paths}}]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": metadata(plan.identity),
        "spec": spec,
    }


def _rewritten(path: str) -> Body:
    """The server knows nothing of the path that it is reached below."""
    replaced = {"type": "ReplacePrefixMatch", "replacePrefixMatch": path}
    return {"type": "URLRewrite", "urlRewrite": {"path": replaced}}


def _http_route(plan: RoutePlan, name: str, namespace: str, listener: str | None) -> Body:
    parent: Body = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "namespace": namespace, "name": name}
    if listener is not None:
        parent["sectionName"] = listener
    backend = {"group": "", "kind": "Service", "name": plan.service, "port": plan.port, "weight": 1}
    rule: Body = {
        "matches": [{"path": {"type": "PathPrefix", "value": plan.path}}],
        **({} if plan.path == plan.inner else {"filters": [_rewritten(plan.inner)]}),
        "backendRefs": [backend],
        # A long answer takes longer than what controllers wait by default.
        "timeouts": {"request": "0s"},
    }
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": metadata(plan.identity),
        "spec": {"parentRefs": [parent], "hostnames": [plan.host], "rules": [rule]},
    }


LOWERING = (RoutePlan, route)
