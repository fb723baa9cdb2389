"""The state of the stand-in, and what it answers to a request."""

from __future__ import annotations

import copy
import re
import threading
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote

import yaml

from tests.api_server import apply
from tests.api_server.kinds import Kind, kinds
from tests.api_server.replies import Reply, failure, group_of, not_found
from tests.api_server.rules import refused_changes, with_defaults

TOKEN = "s3cr3t-token-of-the-tests"
UNKNOWN = re.compile("dditional properties|nevaluated properties")


class Sent(NamedTuple):
    """A request that came."""

    method: str
    path: str
    query: Mapping[str, str]
    content_type: str


class Place(NamedTuple):
    """What a path is about."""

    kind: Kind
    namespace: str
    name: str


class Cluster:
    """The state of the stand-in, and its moods."""

    def __init__(self) -> None:
        self.kinds: dict[tuple[str, str], Kind] = {(one.api_version, one.plural): one for one in kinds()}
        self.objects: dict[tuple[str, str, str, str], dict[str, Any]] = {}
        self.requests: list[Sent] = []
        self.token = TOKEN
        self.forbidden: dict[tuple[str, str], str] = {}
        """(resource with its group, verb) -> the namespace in which it is, or empty for all."""
        self.replies: dict[str, list[tuple[int, bytes, dict[str, str]]]] = {}
        """Answers that are given instead, by a part of the path; the last one stays."""
        self.delays: dict[str, float] = {}
        self.cuts: set[str] = set()
        """Parts of paths whose answers break off."""
        self.webhooks: list[Any] = []
        """Functions from an object to what is said against it, or None."""
        self.warnings: dict[str, str] = {}
        self.garble: Callable[[Any], Any] = lambda body: body
        """What becomes of the body of an answer on its way."""
        self.stopping = threading.Event()

    def without(self, api_version: str, kind: str) -> None:
        """Take a kind away."""
        self.kinds = {key: one for key, one in self.kinds.items() if (one.api_version, one.kind) != (api_version, kind)}

    def kind(self, api_version: str, kind: str) -> Kind:
        return next(one for one in self.kinds.values() if (one.api_version, one.kind) == (api_version, kind))

    def put(self, body: Mapping[str, Any], manager: str = "kustomize-controller", **metadata: Any) -> dict[str, Any]:
        """Have an object, as a GitOps controller has applied it."""
        wanted = copy.deepcopy(dict(body))
        kind = self.kind(body["apiVersion"], body["kind"])
        namespace = body["metadata"].get("namespace", "")
        place = Place(kind, namespace, body["metadata"]["name"])
        if namespace:
            self.namespace(namespace)
        status, answer, _ = self.patched(place, wanted, manager, {"force": "true"})
        assert status < 300, answer
        stored = self.objects[self.key(place)]
        stored["metadata"] |= metadata
        return stored

    def namespace(self, name: str) -> None:
        """Have a namespace."""
        body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
        with_defaults(body)
        self.objects.setdefault(("v1", "namespaces", "", name), body)

    def edit(self, stored: dict[str, Any], manager: str, path: str, value: Any) -> None:
        """Have somebody else write a field, given as `spec.replicas`, with `k:` steps as `managedFields` has them."""
        steps = tuple(step if step.startswith("k:") else f"f:{step}" for step in path.split("|"))
        holder = apply.value_at(stored, steps[:-1])
        holder[steps[-1][2:]] = copy.deepcopy(value)
        entries = stored["metadata"]["managedFields"]
        for one in entries:
            one["fieldsV1"] = apply.fields(apply.owned(one["fieldsV1"]) - {steps})
        entries.append(
            {
                "manager": manager,
                "operation": "Update",
                "apiVersion": stored["apiVersion"],
                "fieldsType": "FieldsV1",
                "fieldsV1": apply.fields({steps}),
            }
        )

    def answer(self, sent: Sent, authorization: str | None, content: bytes) -> Reply:
        """What is answered to a request."""
        self.requests.append(sent)
        if authorization != f"Bearer {self.token}":
            return failure(401, "Unauthorized", "Unauthorized")
        found = self.place(sent.path)
        if isinstance(found, tuple) and not isinstance(found, Place):
            return found
        verb = {"GET": "get" if found.name else "list", "PATCH": "patch"}.get(sent.method, sent.method.lower())
        resource = f"{found.kind.plural}.{found.kind.group}".rstrip(".")
        inside = self.forbidden.get((resource, verb))
        if inside is not None and inside in ("", found.namespace):
            where = f'in the namespace "{found.namespace}"' if found.namespace else "at the cluster scope"
            return failure(
                403,
                "Forbidden",
                f'{found.kind.plural} "{found.name}" is forbidden: User "ci" cannot {verb} resource "{found.kind.plural}" in API group "{found.kind.group}" {where}',
            )
        if sent.method == "GET":
            return self.read(found) if found.name else self.listed(found, sent.query)
        if sent.method != "PATCH" or sent.content_type != "application/apply-patch+yaml":
            return failure(415, "UnsupportedMediaType", "only server-side apply is spoken here")
        body = yaml.safe_load(content)
        return self.patched(found, body, sent.query.get("fieldManager", ""), sent.query)

    def place(self, path: str) -> Place | Reply:
        """The object or kind of a path; the answer, where it is a question about kinds."""
        parts = [unquote(one) for one in path.strip("/").split("/")]
        if parts == ["version"]:
            return 200, {"major": "1", "minor": "33"}, {}
        cut = 2 if parts[0] == "api" else 3
        api_version = "/".join(parts[1:cut])
        served = sorted({one.api_version for one in self.kinds.values()})
        if parts == ["apis"]:
            groups = sorted({one.rpartition("/")[0] for one in served} - {""})
            return (
                200,
                {"kind": "APIGroupList", "apiVersion": "v1", "groups": [group_of(one, served) for one in groups]},
                {},
            )
        if parts == ["api"]:
            return 200, {"kind": "APIVersions", "versions": ["v1"]}, {}
        if len(parts) == 2 and parts[0] == "apis":
            group = group_of(parts[1], served)
            return (200, {"kind": "APIGroup", "apiVersion": "v1", **group}, {}) if group["versions"] else not_found()
        if api_version not in served:
            return not_found()
        rest = parts[cut:]
        if not rest:
            listed = [
                {"name": one.plural, "kind": one.kind, "namespaced": one.namespaced, "verbs": ["get", "list", "patch"]}
                for one in self.kinds.values()
                if one.api_version == api_version
            ]
            listed += [{**listed[0], "name": f"{listed[0]['name']}/status"}]
            return 200, {"kind": "APIResourceList", "groupVersion": api_version, "resources": listed}, {}
        namespace = ""
        if rest[0] == "namespaces" and len(rest) > 2:
            namespace, rest = rest[1], rest[2:]
        kind = self.kinds.get((api_version, rest[0]))
        return Place(kind, namespace, "/".join(rest[1:])) if kind else not_found()

    def key(self, place: Place) -> tuple[str, str, str, str]:
        return place.kind.api_version, place.kind.plural, place.namespace, place.name

    def read(self, place: Place) -> Reply:
        found = self.objects.get(self.key(place))
        return (200, found, {}) if found else missing(place)

    def listed(self, place: Place, query: Mapping[str, str]) -> Reply:
        """A page of a list; `continue` is where the next one begins."""
        wanted = dict(one.split("=", 1) for one in query.get("labelSelector", "").split(",") if one)
        every = [
            one
            for key, one in sorted(self.objects.items())
            if key[:2] == self.key(place)[:2] and place.namespace in ("", key[2])
        ]
        every = [one for one in every if wanted.items() <= one["metadata"].get("labels", {}).items()]
        start, size = int(query.get("continue", "0")), int(query.get("limit", "500"))
        after = {"continue": str(start + size)} if start + size < len(every) else {}
        # Items of a list have neither kind nor apiVersion, as with a real server.
        items = [
            {key: value for key, value in one.items() if key not in ("kind", "apiVersion")}
            for one in every[start : start + size]
        ]
        return (
            200,
            {"kind": f"{place.kind.kind}List", "apiVersion": place.kind.api_version, "metadata": after, "items": items},
            {},
        )

    def patched(self, place: Place, body: dict[str, Any], manager: str, query: Mapping[str, str]) -> Reply:
        """A server-side apply."""
        kind = place.kind
        if not manager:
            return failure(
                422,
                "Invalid",
                'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
            )
        if (body.get("apiVersion"), body.get("kind")) != (kind.api_version, kind.kind) or body["metadata"].get(
            "namespace", ""
        ) != place.namespace:
            return failure(400, "BadRequest", "the object does not belong to the address")
        if place.namespace and ("v1", "namespaces", "", place.namespace) not in self.objects:
            return failure(
                404,
                "NotFound",
                f'namespaces "{place.namespace}" not found',
                details={"name": place.namespace, "kind": "namespaces"},
            )
        refused = self.invalid(place, body, strict=query.get("fieldValidation") == "Strict")
        if refused:
            return refused
        live = self.objects.get(self.key(place))
        done = apply.apply(live, body, manager, force=query.get("force") == "true")
        if isinstance(done, list):
            return failure(
                409,
                "Conflict",
                f"Apply failed with {len(done)} conflicts: {'; '.join(done)}",
                causes=[("", one) for one in done],
            )
        with_defaults(done)
        changes = list(refused_changes(live, done)) if live else []
        if changes:
            return self.said_invalid(place, changes)
        denied = [said for webhook in self.webhooks if (said := webhook(done))]
        if denied:
            return failure(403, "Forbidden", f'admission webhook "policy.acme.io" denied the request: {denied[0]}')
        if query.get("dryRun") != "All":
            done["metadata"].setdefault("uid", f"uid-{len(self.objects)}")
            done["metadata"].setdefault("creationTimestamp", "2026-01-01T00:00:00Z")
            done["metadata"]["resourceVersion"] = str(len(self.requests))
            self.objects[self.key(place)] = done
        warning = self.warnings.get(kind.kind)
        return (200 if live else 201), done, {"Warning": f'299 - "{warning}"'} if warning else {}

    def invalid(self, place: Place, body: dict[str, Any], *, strict: bool) -> Reply | None:
        """What the schema refuses. Unknown fields are an error of decoding."""
        problems = place.kind.problems(body)
        unknown = [one for one in problems if UNKNOWN.search(one[1])]
        if unknown and strict:
            # Source: apimachinery, `managedfields/internal/structuredmerge.go`, whose plain error becomes a status 500.
            field, said = unknown[0]
            name = re.findall("'([^']+)'", said)[0]
            path = "".join(f".{step}" for step in (*field.split("."), name) if step)
            which = f"{place.namespace}/{place.name}; {place.kind.api_version}, Kind={place.kind.kind}"
            message = f"failed to create typed patch object ({which}): {path}: field not declared in schema"
            return failure(500, "InternalError", message)
        known = [one for one in problems if one not in unknown]
        return self.said_invalid(place, known) if known else None

    def said_invalid(self, place: Place, problems: list[tuple[str, str]]) -> Reply:
        name = f"{place.kind.kind}.{place.kind.group}".rstrip(".")
        listed = ", ".join(f"{field}: {message}" for field, message in problems)
        return failure(422, "Invalid", f'{name} "{place.name}" is invalid: {listed}', causes=problems)


def missing(place: Place) -> Reply:
    return failure(
        404,
        "NotFound",
        f'{place.kind.plural} "{place.name}" not found',
        details={"name": place.name, "kind": place.kind.plural},
    )
