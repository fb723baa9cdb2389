"""A repo of a test as a linked program."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from compiler.diagnostics import Diagnostic, Findings, in_source_order
from compiler.front import read_repo
from compiler.linking.link import link
from compiler.linking.program import Program
from compiler.linking.workload import Finetune, TrainingJob
from compiler.repo import Repo
from compiler.requests import Request

PROJECT = """\
apiVersion: hydra.io/v1alpha1
kind: Project
metadata: {{name: {name}, namespace: {namespace}}}
"""

CLUSTER = """\
apiVersion: hydra.io/v1alpha1
kind: Cluster
metadata: {name: prod}
spec:
  storage: {default: {class: cephfs, accessModes: [ReadWriteMany], fsGroup: true}}
  accelerators:
    a100-80gb: {count: 64, perNode: 8, node: {cpu: 96, memory: 1Ti}}
    l4: {count: 16, perNode: 4, node: {cpu: 48, memory: 256Gi}}
    cpu: {count: 4, node: {cpu: 16, memory: 64Gi}}
"""


class Linked(NamedTuple):
    """What linking comes to."""

    program: Program
    found: Sequence[Diagnostic]

    @property
    def said(self) -> list[str]:
        """The findings: line, code and what is wrong."""
        return [f"{one.at.span().line} {one.code.id} {one.wrong}" for one in self.found]

    @property
    def names(self) -> list[str]:
        """The workloads that are left."""
        return [one.of for one in self.program.workloads]

    def finetune(self, name: str) -> Finetune:
        """A fine-tuning by its entry."""
        (one,) = [one for one in self.program.workloads if isinstance(one, Finetune) and one.key[1] == name]
        return one

    def job(self, name: str) -> TrainingJob:
        """A job by its entry."""
        (one,) = [one for one in self.program.workloads if isinstance(one, TrainingJob) and one.key[1] == name]
        return one


def project(sections: str, name: str = "bot", namespace: str = "nlp") -> str:
    """A project with some sections."""
    return PROJECT.format(name=name, namespace=namespace) + sections


def linked(root: Path, *projects: str, cluster: str = CLUSTER) -> Linked:
    """Projects on one cluster, linked."""
    (root / "clusters").mkdir(parents=True, exist_ok=True)
    (root / "clusters" / "prod.yaml").write_text(cluster, "utf-8")
    (root / "hydra.yaml").write_text("---\n".join(projects), "utf-8")
    found = Findings()
    front = read_repo(Repo(root), Request(root), found)
    program = found.of(link(front.parts["prod"]))
    return Linked(program, in_source_order(found.all))
