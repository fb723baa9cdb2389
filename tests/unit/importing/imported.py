"""Imports documents of a test, and reads back the Project that came of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import yaml

from compiler.diagnostics import Severity
from compiler.importing.importing import Asked, Imported, import_documents
from compiler.importing.projecting import Wanted
from compiler.importing.telling import told
from compiler.source.document import SourceFile
from compiler.source.reading import documents
from tests.command import inside
from tests.compiled import compiled, repo_of

ACCELERATORS = """\
apiVersion: hydra.io/v1alpha1
kind: Cluster
metadata: {name: prod}
spec:
  accelerators:
    rtx-3090: {count: 16, perNode: 8, node: {cpu: 64, memory: 512Gi}}
    a100-80gb: {count: 32, perNode: 8, node: {cpu: 96, memory: 1Ti}}
"""


class Came(NamedTuple):
    """What came of an import."""

    done: Imported

    @property
    def documents(self) -> list[dict[str, Any]]:
        """Everything that would be written."""
        read = documents(SourceFile("hydra.yaml", self.done.text))
        assert not read.found
        return [dict(one.value) for one in read.value]

    @property
    def project(self) -> dict[str, Any]:
        """The only Project."""
        (found,) = (one for one in self.documents if one["kind"] == "Project")
        return found

    @property
    def codes(self) -> list[str]:
        """Codes of the findings."""
        return sorted(one.code.id for one in self.done.found)

    def said(self, code: str) -> list[str]:
        """What the findings of a code say."""
        return [one.wrong for one in self.done.found if one.code.id == code]

    @property
    def told(self) -> str:
        """The report."""
        return "\n".join(told(self.done))


def came_of(root: Path, *texts: str, cluster: str = "", keep: bool = False, name: str | None = None) -> Came:
    """Import documents in a repo of one cluster, the library's unless another one is given."""
    repo = repo_of(root, {"clusters/prod.yaml": cluster} if cluster else {})
    repo.mkdir(exist_ok=True)
    with inside(repo):
        asked = Asked(("-",), Path.cwd(), wanted=Wanted(name, keep))
        return Came(import_documents(asked, lambda: "\n---\n".join(texts).encode()))


def errors_of(root: Path, files: dict[str, str]) -> list[str]:
    """What is wrong with a repo of these files."""
    found = compiled(repo_of(root, files)).found
    return [f"{one.code.id} {one.wrong}" for one in found if one.level is Severity.ERROR]


def dataset(name: str = "tickets", namespace: str = "nlp", **spec: Any) -> str:
    """A Dataset as a document."""
    source = {"type": "S3", "uri": f"s3://corp/{name}"}
    body = {
        "apiVersion": "dataset.baizeai.io/v1alpha1",
        "kind": "Dataset",
        "metadata": {"name": name, "namespace": namespace, **spec.pop("metadata", {})},
        "spec": {"source": source, **spec},
    }
    return yaml.safe_dump(body)
