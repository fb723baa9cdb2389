"""What a patch says: checked, and looked up by the place of a value in the patched object.

Source: RFC 6902 (JSON patches) and 6901 (pointers); kustomize, "Strategic merge patches".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from compiler.diagnostics import Diagnostic
from compiler.linking.patches import Patch
from compiler.patching import problems
from compiler.source.document import Origin, Path

OPERATIONS = ("add", "copy", "move", "remove", "replace", "test")
FROM = frozenset({"copy", "move"})
VALUE = frozenset({"add", "replace", "test"})

IDENTITY = (("apiVersion",), ("kind",), ("metadata",), ("metadata", "name"), ("metadata", "namespace"))
"""Ways to what makes an object the one that it is."""

DIRECTIVE = "$patch"


def check_content(patch: Patch) -> Iterator[Diagnostic]:
    """What is wrong with a patch by itself."""
    if isinstance(patch.content, list):
        if not patch.content:
            yield problems.not_a_patch(
                patch.content_at, "This patch changes nothing.", "Add an operation, or remove it."
            )
        for number, operation in enumerate(patch.content):
            yield from _check_operation(patch, number, operation)
    elif not isinstance(patch.content, Mapping):
        do = "Write a list of operations, or a part of an object."
        yield problems.not_a_patch(patch.content_at, "This is neither a JSON patch nor a part of an object.", do)
    elif patch.content.get(DIRECTIVE) == "delete":
        at = below(patch, DIRECTIVE)
        yield problems.changes_identity(at, "This patch removes an object.", "Remove its entry from the spec instead.")
    elif not isinstance(patch.content.get("metadata", {}), Mapping):
        do = "Write labels or annotations below it, or remove it."
        yield problems.not_a_patch(below(patch, "metadata"), "`metadata` is no mapping.", do)


def _check_operation(patch: Patch, number: int, operation: Any) -> Iterator[Diagnostic]:
    at = below(patch, number)
    if not isinstance(operation, Mapping) or operation.get("op") not in OPERATIONS:
        known = ", ".join(f"`{one}`" for one in OPERATIONS)
        wrong = "This is no operation of a JSON patch."
        yield problems.not_a_patch(at, wrong, f"Write `{{op: ..., path: /..., value: ...}}`; `op` is one of {known}.")
        return
    op = operation["op"]
    needed = ("path", *(("from",) if op in FROM else ()), *(("value",) if op in VALUE else ()))
    for name in needed:
        if name not in operation:
            yield problems.not_a_patch(at, f"`{op}` has no `{name}`.", "Add it.")
    for name in ("path", "from") if op in FROM else ("path",):
        pointer = operation.get(name, "/")
        if not isinstance(pointer, str) or (pointer and pointer[0] != "/"):
            do = "Write the way to a value with slashes, such as `/spec/backoffLimit`."
            yield problems.not_a_patch(below(patch, number, name), f"`{pointer}` is no place in an object.", do)
        elif op != "test" and (op, name) != ("copy", "from") and _is_identity(steps(pointer)):
            wrong = (
                f"`{op}` at `{pointer}` makes the object another one." if pointer else "It replaces the whole object."
            )
            yield problems.changes_identity(below(patch, number, name), wrong, "Change what is below it instead.")


def copies_of(patch: Patch) -> Iterator[Origin]:
    """The places of the operations that copy a value."""
    operations = patch.content if isinstance(patch.content, list) else []
    for number, operation in enumerate(operations):
        if operation["op"] == "copy":
            yield below(patch, number)


def _is_identity(way: tuple[str, ...]) -> bool:
    return not way or way in IDENTITY


def steps(pointer: str) -> tuple[str, ...]:
    """The steps of a JSON pointer.

    >>> steps("/metadata/labels/acme.io~1team")
    ('metadata', 'labels', 'acme.io/team')
    """
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:])


def below(patch: Patch, *path: str | int) -> Origin:
    """The place of a part of a patch's content; the content's own where it stands in a text."""
    return patch.content_at.child(*path) if patch.exact else patch.content_at


def place_of(patch: Patch, path: Path, body: Mapping[str, Any]) -> tuple[int, Origin] | None:
    """Where a patch says a value of the patched object, and how many steps of the way it knows; None where it does not."""
    if isinstance(patch.content, list):
        return _operation_for(patch, patch.content, path)
    return _part_for(patch, patch.content, path, body)


def _operation_for(patch: Patch, operations: list[dict[str, Any]], path: Path) -> tuple[int, Origin] | None:
    way = tuple(map(str, path))
    for number, operation in reversed([*enumerate(operations)]):
        pointer = steps(operation["path"])
        if operation["op"] == "test":
            continue
        if pointer == way[: len(pointer)] or (pointer[-1] == "-" and pointer[:-1] == way[: len(pointer) - 1]):
            rest = path[len(pointer) :]
            part = ("value", *rest) if "value" in operation else ()
            return len(path), below(patch, number, *part)
        if way == pointer[: len(way)]:
            return len(path), below(patch, number)
    return None


def _part_for(patch: Patch, part: Mapping[str, Any], path: Path, body: Any) -> tuple[int, Origin] | None:
    way: list[str | int] = []
    at: Any = part
    for step in path:
        body = _step(body, step)
        found: str | int | None = step
        if isinstance(at, list):
            found = _item_called(at, body)
        if found is None or (_step(at, found) is None and not (isinstance(at, Mapping) and found in at)):
            break
        way.append(found)
        at = _step(at, found)
    return (len(way), below(patch, *way)) if way else None


def _step(value: Any, step: str | int) -> Any:
    if isinstance(value, Mapping):
        return value.get(str(step))
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return value[step]
    return None


def _item_called(items: list[Any], wanted: Any) -> int | None:
    """The item of a patch's list that became one of the object's: the one of its name, or an equal one."""
    name = wanted.get("name") if isinstance(wanted, Mapping) else None
    for number, item in enumerate(items):
        if item == wanted or (name is not None and isinstance(item, Mapping) and item.get("name") == name):
            return number
    return None
