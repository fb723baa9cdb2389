"""From the files of `patches` to patches, checked as far as they can be without the objects."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from compiler.diagnostics import Diagnostic, Staged, closest
from compiler.linking.patches import Patch, Patches
from compiler.linking.repo_files import Refusal, read_beside
from compiler.linking.scope import Scope
from compiler.patching import problems
from compiler.patching.content import check_content, copies_of
from compiler.patching.documents import LIST, ListDocument, documents_of, within
from compiler.source.document import Document, Origin

if TYPE_CHECKING:
    from compiler.spec.project.patches import TargetedPatch

FILE_LIMIT = 256 * 1024
"""Bytes of a file of patches. They are the last resort: whoever needs more wants another program."""

MOST_COPIES = 6
"""Operations `copy` of a project. Each can double its object, and neither kustomize nor the RFC knows a limit."""

TARGET = ("group", "version", "kind", "name", "namespace", "labelSelector", "annotationSelector")
"""What kustomize knows objects by. Source: kustomize, `api/types/selector.go`."""


def read_patches(scope: Scope) -> Staged[Patches]:
    """Every patch that a project names. What is no patch is left out, with its finding."""
    listed: list[Patch] = []
    found: list[Diagnostic] = []
    for index, entry in enumerate(getattr(scope.project, "patches", None) or ()):
        read = _file(scope, entry, scope.at("patches", index))
        listed += read.value
        found += read.found
    key = (scope.project.metadata.name, "")
    copies = [at for patch in listed for at in copies_of(patch)]
    if len(copies) > MOST_COPIES:
        wrong = f"The patches of this project copy more than {MOST_COPIES} values."
        found.append(problems.not_a_patch(copies[MOST_COPIES], wrong, "Write the value itself, with `op: add`."))
        listed = []
    return Staged(Patches(key, scope.at("patches", 0), tuple(listed)), found)


def _file(scope: Scope, entry: str | TargetedPatch, at: Origin) -> Staged[list[Patch]]:
    path, at_path = (entry, at) if isinstance(entry, str) else (entry.path, at.child("path"))
    file = read_beside(scope, path)
    if isinstance(file, Refusal):
        return Staged([], [problems.bad_file(at_path, file.wrong, file.do)])
    if len(file.text.encode()) > FILE_LIMIT:
        wrong = f"`{path}` is larger than {FILE_LIMIT // 1024} KiB."
        return Staged(
            [], [problems.bad_file(at_path, wrong, "Split it, or say it in the spec: patches are for a few values.")]
        )
    documents = documents_of(file)
    if not documents.value and not documents.found:
        wrong = f"`{path}` holds no patch."
        return Staged([], [problems.bad_file(at_path, wrong, "Write one into it, or remove it from `patches`.")])
    if isinstance(entry, str):
        read = [_document(one) for one in documents.value]
    else:
        target = {name: value for name, value in entry.target.model_dump().items() if value is not None}
        if not target:
            do = "Add `kind` or `name`."
            return Staged([], [problems.not_a_patch(at.child("target"), "This target says nothing.", do)])
        read = [
            _targeted(target, one.at(LIST) if isinstance(one, ListDocument) else one.at(), one.at())
            for one in documents.value
        ]
    return _together(read, documents.found)


def _together(read: Iterable[Staged[list[Patch]]], found: Iterable[Diagnostic]) -> Staged[list[Patch]]:
    read = [*read]
    return Staged([one for each in read for one in each.value], [*found, *(one for each in read for one in each.found)])


def _document(document: Document) -> Staged[list[Patch]]:
    """A document that says itself what it is for."""
    if isinstance(document, ListDocument):
        do = "Put `target: {kind: ...}` and `patch:` around it, or write `{path: ..., target: {kind: ...}}` under `patches`."
        return Staged([], [problems.not_a_patch(document.at(), "A list does not say which objects it is for.", do)])
    if not {"target", "patch"}.isdisjoint(document.value) or "apiVersion" not in document.value:
        return _item(document)
    return _part(document)


def _part(document: Document) -> Staged[list[Patch]]:
    """A part of an object, which names that object."""
    metadata = document.value.get("metadata")
    names: Mapping[str, Any] = metadata if isinstance(metadata, dict) else {}
    wanted = {"apiVersion": document.api_version, "kind": document.kind, "metadata.name": names.get("name")}
    missing = [name for name, value in wanted.items() if not isinstance(value, str) or not value]
    if missing:
        wrong = f"`{missing[0]}` is missing, or no text."
        do = f"Say which object it is for: {', '.join(f'`{name}`' for name in wanted)}."
        return Staged([], [problems.not_a_patch(document.at(), wrong, do)])
    group, _, version = document.api_version.rpartition("/")
    target = {"group": group, "version": version, "kind": document.kind, "name": str(names["name"])}
    if isinstance(names.get("namespace"), str):
        target["namespace"] = names["namespace"]
    literal = {name: re.escape(value) for name, value in target.items() if value}
    return _checked(Patch(literal, document.value, document.at(), document.at(), exact=True))


def _item(document: Document) -> Staged[list[Patch]]:
    """A target and a patch, as an item of kustomize's `patches`."""
    value = document.value
    for name in value:
        if name not in {"target", "patch"}:
            do = "A patch has `target` and `patch`, or is a part of an object with `apiVersion`, `kind` and `metadata.name`."
            if name == "path":
                do = "Name the file in the spec: `patches: [{path: ..., target: {...}}]`."
            return Staged([], [problems.not_a_patch(document.at(name, key=True), f"`{name}` has no meaning here.", do)])
    found = [*_check_target(document)]
    if "patch" not in value:
        found.append(problems.not_a_patch(document.at(), "`patch` is missing.", "Add it, beside `target`."))
    if found:
        return Staged([], found)
    return _targeted(dict(value["target"]), document.at("patch"), document.at())


def _check_target(document: Document) -> Iterable[Diagnostic]:
    target, at = document.value.get("target"), document.at("target")
    if not isinstance(target, dict) or not target:
        wrong = "`target` says nothing." if "target" in document.value else "`target` is missing."
        yield problems.not_a_patch(at, wrong, "Write which objects it is for, such as `target: {kind: Job}`.")
        return
    for name, value in target.items():
        if name not in TARGET:
            known = ", ".join(f"`{one}`" for one in closest(name, TARGET) or TARGET)
            yield problems.not_a_patch(
                document.at("target", name, key=True), f"A target has no `{name}`.", f"It may have {known}."
            )
        elif not isinstance(value, str) or not value:
            yield problems.not_a_patch(
                at.child(name), f"`{name}` is no text.", "Write a name, or a regular expression."
            )


def _targeted(target: Mapping[str, str], at: Origin, begins: Origin) -> Staged[list[Patch]]:
    """The patch at a place: a list, a mapping, or the text of one."""
    content: Any = at.document.value
    for step in at.path:
        content = content[step]
    if not isinstance(content, str):
        return _checked(Patch(target, content, begins, at, exact=True))
    read = within(at.document.file, content, at)
    if read.found or len(read.value) != 1:
        wrong = "This is not one patch." if not read.found else ""
        told = (
            [problems.not_a_patch(at, wrong, "Write one JSON patch, or one part of an object.")]
            if wrong
            else read.found
        )
        return Staged([], told)
    (document,) = read.value
    value = document.value[LIST] if isinstance(document, ListDocument) else document.value
    return _checked(Patch(target, value, begins, at, exact=False))


def _checked(patch: Patch) -> Staged[list[Patch]]:
    found = [*check_content(patch)]
    return Staged([] if found else [patch], found)
