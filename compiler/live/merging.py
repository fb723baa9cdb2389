"""What a rendered object would have to be, to be what stands on the cluster.

A live object has far more fields than the rendered one: defaults, and what controllers write. A dry run of an apply has
them as well, so what both have alike cancels out. What is left is put back into the rendered object, which is then in
the words of the specs on both sides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from compiler.change.fields import KEYS
from compiler.live.owners import Owned, last_applied, owned
from compiler.manifest import Body

Path = tuple[str, ...]

CONTROLLED: Mapping[str, tuple[Path, ...]] = {
    "batch/Job": (("spec", "suspend"),),
    "kubeflow.org": (("spec", "runPolicy", "suspend"),),
    "ray.io": (("spec", "suspend"),),
}
"""Fields that Kueue sets and clears, by kind or group. Source: Kueue, "Run A Kubernetes Job" and its neighbours."""

_AUTOSCALED = ("replicas", "scaleStrategy")
"""Fields of a worker group that Ray's autoscaler writes. Source: KubeRay, "KubeRay Autoscaling"."""

TRACKING = frozenset(
    (
        "app.kubernetes.io/instance",
        "argocd.argoproj.io/instance",
        "argocd.argoproj.io/tracking-id",
        "kubectl.kubernetes.io/last-applied-configuration",
        "kustomize.toolkit.fluxcd.io/name",
        "kustomize.toolkit.fluxcd.io/namespace",
    )
)
"""Labels and annotations that controllers put on what they apply."""

_NONE: Any = object()


class _At(NamedTuple):
    """A place in the object: what is there on each side, and whose it is."""

    rendered: Any
    dry: Any
    live: Any
    last: Any
    owned: Owned
    path: Path = ()

    def key(self, key: str) -> _At:
        last = self.last.get(key) if isinstance(self.last, dict) else None
        path = (*self.path, key)
        return _At(self.rendered[key], self.dry[key], self.live[key], last, self.owned.field(key), path)

    @property
    def last_map(self) -> Body:
        return self.last if isinstance(self.last, dict) else {}

    def all(self, kind: type) -> bool:
        return all(isinstance(one, kind) for one in (self.rendered, self.dry, self.live))


class Merging:
    """Puts what a live object has otherwise into a rendered one."""

    def __init__(self, rendered: Body, kind: str) -> None:
        group = kind.partition("/")[0]
        self._rendered = rendered
        self._controlled = {*CONTROLLED.get(kind, ()), *CONTROLLED.get(group, ())}
        self._autoscaled = group == "ray.io" and _autoscales(rendered)
        self.left: list[str] = []
        """Fields that differ, and were left to the controllers that own them."""

    def back(self, dry: Body, live: Body) -> Body:
        """The rendered object as it would be, were it what stands there. `dry` is the result of a dry run."""
        sides = [self._trimmed(one) for one in (self._rendered, dry, live)]
        before = self._map(_At(sides[0], sides[1], sides[2], last_applied(live), owned(live)))
        before["metadata"]["name"] = live["metadata"]["name"]
        return before

    def _trimmed(self, body: Body) -> Body:
        """An object without what the server and controllers note on it."""
        whole = cleaned(body)
        more = {key: body["metadata"][key] for key in self._rendered["metadata"] if key in body["metadata"]}
        metadata = {**more, **whole["metadata"]}
        return {
            **whole,
            "apiVersion": self._rendered["apiVersion"],
            "kind": self._rendered["kind"],
            "metadata": metadata,
        }

    def _any(self, at: _At) -> Any:
        if at.all(dict):
            return self._map(at)
        if at.all(list):
            return self._list(at)
        if at.dry == at.live or self._is_controlled(at.path):
            return at.rendered
        if at.owned.by_controllers and not at.owned.whole:
            self.left.append(".".join(at.path))
            return at.rendered
        return at.live

    def _map(self, at: _At) -> Body:
        before: Body = {}
        for key, value in at.rendered.items():
            if key in at.live and key in at.dry:
                before[key] = self._any(at.key(key))
            elif key not in at.dry or self._is_controlled((*at.path, key)):
                # The server drops it: it is no difference that a sync could make.
                before[key] = value
        for key in at.live.keys() - at.rendered.keys():
            goes = _removed(in_dry=key in at.dry, noted=key in at.last_map, owned=at.owned.field(key))
            if goes and not self._is_controlled((*at.path, key)):
                before[key] = at.live[key]
        return {key: before[key] for key in (*at.rendered, *at.live) if key in before}

    def _list(self, at: _At) -> list[Any]:
        key = _key(at.rendered, at.dry, at.live)
        path = (*at.path, "*")
        if key is not None:
            return self._named(at, key, path)
        if at.dry == at.live:
            return list(at.rendered)
        every = (*at.rendered, *at.dry, *at.live)
        if len(every) == 3 * len(at.live) == 3 * len(at.dry) and all(isinstance(one, dict) for one in every):
            places = zip(at.rendered, at.dry, at.live, strict=True)
            return [self._any(_At(*three, None, at.owned.item(three[2]), path)) for three in places]
        return list(at.live)

    def _named(self, at: _At, key: str, path: Path) -> list[Any]:
        rendered, dry, live = ({str(one[key]): one for one in side} for side in (at.rendered, at.dry, at.live))
        listed = at.last if isinstance(at.last, list) else ()
        last = {str(one[key]): one for one in listed if isinstance(one, dict) and key in one}
        before = []
        for name, value in rendered.items():
            if name in dry and name in live:
                here = at.owned.item(live[name])
                before.append(self._any(_At(value, dry[name], live[name], last.get(name), here, path)))
            elif name not in dry:
                before.append(value)
        for name, value in live.items():
            gone = _removed(in_dry=name in dry, noted=name in last, owned=at.owned.item(value))
            if name not in rendered and gone:
                before.append(value)
        return before

    def _is_controlled(self, path: Path) -> bool:
        if self._autoscaled and path[-1] in _AUTOSCALED and "workerGroupSpecs" in path:
            return True
        return path in self._controlled


def overlay(live: Any, rendered: Any) -> Any:
    """A guess at the result of an apply, for where none can be had: what is rendered, laid over what is there."""
    if isinstance(live, dict) and isinstance(rendered, dict):
        return {**live, **{key: overlay(live.get(key, _NONE), value) for key, value in rendered.items()}}
    if not isinstance(live, list) or not isinstance(rendered, list):
        return rendered
    key = _key(rendered, live)
    if key is not None:
        there = {str(one[key]): one for one in live}
        names = {str(one[key]) for one in rendered}
        return [
            *(overlay(there.get(str(one[key]), _NONE), one) for one in rendered),
            *(one for name, one in there.items() if name not in names),
        ]
    if len(live) == len(rendered):
        return [overlay(*pair) for pair in zip(live, rendered, strict=True)]
    return rendered


def cleaned(live: Body) -> Body:
    """A live object without what the server and controllers note on it."""
    return {key: _metadata(value) if key == "metadata" else value for key, value in live.items() if key != "status"}


def _metadata(metadata: Any) -> Body:
    """Name, namespace, labels and annotations; none that track."""
    given = metadata if isinstance(metadata, dict) else {}
    kept = {key: given[key] for key in ("name", "namespace") if key in given}
    for key in ("labels", "annotations"):
        notes = {name: value for name, value in (given.get(key) or {}).items() if name not in TRACKING}
        if notes:
            kept[key] = notes
    return kept


def _removed(*, in_dry: bool, noted: bool, owned: Owned) -> bool:
    """Whether a sync takes away what the rendered object lacks."""
    return (not in_dry or noted) and not owned.by_controllers


def _key(*sides: Sequence[Any]) -> str | None:
    """What the items of lists are told apart by."""
    return next((key for key in KEYS if all(_tells_apart(side, key) for side in sides)), None)


def _tells_apart(side: Sequence[Any], key: str) -> bool:
    if not side or not all(isinstance(one, dict) and isinstance(one.get(key), str | int) for one in side):
        return False
    return len({str(one[key]) for one in side}) == len(side)


def _autoscales(body: Body) -> bool:
    return any(one.get("enableInTreeAutoscaling") is True for one in _clusters(body.get("spec")))


def _clusters(spec: Any) -> Iterator[Mapping[str, Any]]:
    for one in (
        (spec, *(spec.get(name) for name in ("rayClusterConfig", "rayClusterSpec"))) if isinstance(spec, dict) else ()
    ):
        if isinstance(one, dict):
            yield one
