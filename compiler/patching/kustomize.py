"""Objects and patches as a directory for kustomize, and what it makes of them as objects again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from compiler.linking.patches import Patch
from compiler.manifest import Body
from compiler.patching.program import Built, Kustomize, build

OBJECTS = "objects.yaml"
MARK = "hydra-patched-"
"""What fields begin with that tell which patches an object was given: a field is added by a patch of the same target."""


SPELT = "\uf8f0"
"""Begins the spelling of a character."""

_NO_CHARACTERS = "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
_UNSEEN = re.compile(f"[\x7f-\x9f\u2028\u2029\ufeff{SPELT}{_NO_CHARACTERS}]")
_SPELT = re.compile(f"{SPELT}([0-9a-f]{{6}})")


class Patched(NamedTuple):
    """An object as kustomize gave it back."""

    body: Body
    by: frozenset[int]
    """Numbers of the patches that were for it."""


class Result(NamedTuple):
    """What came of the patches."""

    objects: Sequence[Patched] = ()
    refused: tuple[int, str] | None = None
    """Number of the first patch that cannot be applied, and why."""

    failed: str = ""
    """Why nothing can be said, to complete `kustomize ...`."""


def apply(kustomize: Kustomize, bodies: Sequence[Body], patches: Sequence[Patch]) -> Result:
    """The objects in their order with every patch applied, in the patches' order."""
    built = _build(kustomize, bodies, patches)
    if built.failed:
        return Result(failed=built.failed)
    if built.said:
        return _refusal(kustomize, bodies, patches, built)
    try:
        marks = {f"{MARK}{number}": number for number, _ in enumerate(patches)}
        return Result([_patched(one, marks) for one in read(built.text)])
    except ValueError as error:
        return Result(failed=f"gave something back that is no list of objects ({error})")


def _refusal(kustomize: Kustomize, bodies: Sequence[Body], patches: Sequence[Patch], whole: Built) -> Result:
    """Which patch it is that kustomize does not take: it does not say so itself, so it is asked about fewer."""
    fine, wrong, said = -1, len(patches), whole.said
    while wrong - fine > 1:
        middle = (fine + wrong) // 2
        built = _build(kustomize, bodies, patches[:middle])
        if built.failed:
            return Result(failed=built.failed)
        if built.said:
            wrong, said = middle, built.said
        else:
            fine = middle
    return (
        Result(refused=(wrong - 1, said)) if wrong else Result(failed=f"does not take the objects: {said.rstrip('.')}")
    )


def _build(kustomize: Kustomize, bodies: Sequence[Body], patches: Sequence[Patch]) -> Built:
    listed: list[dict[str, Any]] = []
    for number, patch in enumerate(patches):
        mark = [{"op": "add", "path": f"/{MARK}{number}", "value": ""}]
        listed += [_item(patch.target, mark), _item(patch.target, _content(patch))]
    kustomization = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "sortOptions": {"order": "fifo"},
        "resources": [OBJECTS],
        "patches": listed,
    }
    objects = "---\n".join(_json(body) + "\n" for body in bodies)
    return build(kustomize, {"kustomization.yaml": _json(kustomization), OBJECTS: objects})


def _json(value: Any) -> str:
    """JSON that is YAML, too: without halves of surrogate pairs. Characters that YAML takes for line breaks, or does not
    take at all, are spelt out behind one that nobody uses, and come back as themselves in `read`."""
    return _UNSEEN.sub(lambda found: f"{SPELT}{ord(found[0]):06x}", json.dumps(value, ensure_ascii=False))


def _as_itself(text: str) -> str:
    return _SPELT.sub(lambda found: chr(int(found[1], 16)), text) if SPELT in text else text


def _item(target: Mapping[str, str], content: Any) -> dict[str, Any]:
    return {"target": dict(target), "patch": _json(content)}


def _content(patch: Patch) -> Any:
    """What kustomize reads: a part of an object needs a kind and a name, also where a target says them."""
    if isinstance(patch.content, list):
        return patch.content
    part = dict(patch.content)
    metadata = part.get("metadata")
    names = {"name": "any", **(metadata if isinstance(metadata, Mapping) else {})}
    kept = {"apiVersion": "v1", "kind": "Any", **part}
    return {**kept, "metadata": names} if metadata is None or isinstance(metadata, Mapping) else kept


def _patched(body: Body, marks: Mapping[str, int]) -> Patched:
    by = frozenset(marks[field] for field in body if field in marks)
    return Patched({field: value for field, value in body.items() if field not in marks}, by)


def read(text: str) -> Iterable[Body]:
    """The objects that kustomize wrote.

    Go quotes every text that could be read as something else, so that what is plain and looks like a number is one.
    Raises: ValueError, where it is not YAML or no objects.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        nodes = [*yaml.compose_all(text, Loader=loader)]
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(type(error).__name__) from error
    objects = [_value(node) for node in nodes if node is not None]
    if not all(isinstance(one, dict) for one in objects):
        raise ValueError("not an object")
    return objects


def _value(node: Any) -> Any:
    from yaml.nodes import MappingNode, SequenceNode

    from compiler.source.scalars import Refused, typed

    if isinstance(node, MappingNode):
        return {_as_itself(str(key.value)): _value(value) for key, value in node.value}
    if isinstance(node, SequenceNode):
        return [_value(one) for one in node.value]
    value = node.value if node.style else typed(node.value)
    text = node.value if isinstance(value, Refused) else value
    return _as_itself(text) if isinstance(text, str) else text
