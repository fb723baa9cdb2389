"""The CRDs of real operators, imported by our own import, and objects to hold against them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import kubernetes_validate
import yaml

from compiler.checking.importing import Imported, import_crds
from compiler.diagnostics import Staged
from compiler.manifest import Body

UPSTREAM = Path(os.environ["HYDRA_UPSTREAM"]) if os.environ.get("HYDRA_UPSTREAM") else None
"""The folder with `crds/`, the CRDs by operator, and `cases/`, inputs and outputs of reference systems."""

CORE = frozenset(("v1", "apps/v1", "batch/v1", "networking.k8s.io/v1"))
RELEASE = "1.33"


def import_all(upstream: Path, destination: Path) -> Staged[Imported]:
    """Import every CRD that there is."""
    return import_crds([upstream / "crds"], destination)


def objects_in(*files: Path) -> Iterator[tuple[str, Body]]:
    """The objects of YAML files, each with a name for test reports: file and number."""
    for file in files:
        documents = [one for one in yaml.load_all(file.read_text("utf-8"), yaml.CSafeLoader) if one]
        for number, document in enumerate(documents):
            yield f"{file.stem}-{number}", document


@cache
def exemplar() -> tuple[tuple[str, Body], ...]:
    """The objects of the reference output; none where there is no such folder."""
    if UPSTREAM is None:
        return ()
    return tuple(objects_in(*sorted((UPSTREAM / "cases" / "exemplar" / "expected").rglob("*.yaml"))))


def is_core(body: Body) -> bool:
    """Whether the `kubernetes-validate` wheel has a schema of the object."""
    return body["apiVersion"] in CORE


def refusal_of_kubernetes(body: Body, release: str = RELEASE) -> str:
    """Why the upstream schema of a release refuses an object, strictly; empty where it takes it."""
    try:
        kubernetes_validate.validate(body, release, strict=True)
    except kubernetes_validate.ValidationError as error:
        return str(error.message)
    return ""
