"""What kinds an API server has, asked for as they are needed."""

from __future__ import annotations

from typing import Any, NamedTuple

from compiler.live.client import Answer, Api


class Resource(NamedTuple):
    """A kind as the server has it."""

    name: str
    """As in addresses and in roles: `persistentvolumeclaims`."""

    namespaced: bool


class AskedError(Exception):
    """A question about kinds that the server did not answer with them."""

    def __init__(self, answer: Answer, path: str) -> None:
        super().__init__(path)
        self.answer = answer
        self.path = path


class Discovery:
    """The kinds of a server, each group and version asked about once."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._known: dict[str, dict[str, Resource]] = {}

    def of(self, api_version: str, kind: str) -> Resource | None:
        """The resource of a kind; None where the server has no such kind.

        Raises: AskedError; UnreachableError.
        """
        if api_version not in self._known:
            self._known[api_version] = self._asked(api_version)
        return self._known[api_version].get(kind)

    def versions_of(self, group: str, kind: str) -> tuple[str, ...]:
        """In which versions of a group the server has a kind, in its own order; none, where it does not say.

        Raises: UnreachableError.
        """
        answer = self._api.get(f"/apis/{group}") if group else Answer(404, {})
        listed = answer.body.get("versions") if answer.fine else None
        versions = listed if isinstance(listed, list) else []
        names = [one.get("groupVersion") for one in versions if isinstance(one, dict)]
        try:
            return tuple(name for name in names if isinstance(name, str) and self.of(name, kind))
        except AskedError:
            return ()

    def _asked(self, api_version: str) -> dict[str, Resource]:
        path = root_of(api_version)
        answer = self._api.get(path)
        if answer.status == 404:
            return {}
        listed = answer.body.get("resources")
        if not answer.fine or not isinstance(listed, list):
            raise AskedError(answer, path)
        return dict(_resource(one) for one in listed if isinstance(one, dict) and "/" not in str(one.get("name", "/")))


def root_of(api_version: str) -> str:
    """Where a group and version begins: `/api/v1`, `/apis/batch/v1`."""
    return f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"


def path_of(api_version: str, resource: Resource, namespace: str | None, name: str = "") -> str:
    """The address of an object, or of all of a kind."""
    inside = f"/namespaces/{namespace}" if namespace and resource.namespaced else ""
    return f"{root_of(api_version)}{inside}/{resource.name}" + (f"/{name}" if name else "")


def _resource(one: dict[str, Any]) -> tuple[str, Resource]:
    return str(one.get("kind")), Resource(str(one["name"]), bool(one.get("namespaced")))
