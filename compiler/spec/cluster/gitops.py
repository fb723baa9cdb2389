"""`gitops`: the controller that applies the rendered tree."""

from __future__ import annotations

from typing import Literal

from compiler.spec.base import SpecModel


class GitOps(SpecModel):
    """The controller that applies the rendered tree, and where it reads it."""

    controller: Literal["argocd", "flux"]
    repo: str | None = None
    revision: str = "main"
    destination: str = "in-cluster"
    project: str = "default"


SECTION = GitOps
