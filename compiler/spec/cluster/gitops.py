"""`gitops`: the controller that applies the rendered tree. Nothing that is rendered depends on it yet."""

from __future__ import annotations

from typing import Literal

from compiler.spec.base import SpecModel


class GitOps(SpecModel):
    """The controller that applies the rendered tree, and where it reads it."""

    controller: Literal["argocd", "flux"]
    """Which controller applies the tree."""

    repo: str | None = None
    """URL of the Git repository that the controller reads."""

    revision: str = "main"
    """Branch that the controller follows."""

    destination: str = "in-cluster"
    """Cluster that the controller applies to, by the name that it knows."""

    project: str = "default"
    """Argo CD project of the Applications."""


SECTION = GitOps
