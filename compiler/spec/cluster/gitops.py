"""`gitops`: the controller that applies the rendered tree, and the objects that tell it to."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field, model_validator

from compiler.spec.base import Duration, Name, Namespace, ObjectName, SpecModel

_OF_ARGO_CD = ("automated", "waves")
_WRONG = "`{}` is not for {}. | Remove it, or name the other `controller`."


class Source(SpecModel):
    """A source of Flux that is already there."""

    kind: Literal["GitRepository", "OCIRepository", "Bucket"] = "GitRepository"
    """Its kind."""

    name: ObjectName
    """Its name."""

    namespace: Namespace | None = None
    """Its namespace. Left out, that of the Kustomizations."""


class Flux(SpecModel):
    """What only Flux is told."""

    source: Source | None = None
    """A source that is already there, such as the one of `flux bootstrap`. Left out, a GitRepository is rendered."""

    secret: ObjectName | None = None
    """Secret with the credentials for the repository, in the namespace of the objects."""

    service_account: ObjectName | None = None
    """ServiceAccount that the objects are applied as. Left out, the controller's own."""

    interval: Duration = "10m"
    """How often the repository is fetched and the cluster is compared with it."""

    wait: bool = True
    """Whether a Kustomization is ready only once all that it applies is healthy."""

    timeout: Duration = "10m"
    """How long it waits for that before it says so and tries again. A newer commit waits that long as well."""


class GitOps(SpecModel):
    """The controller that applies the rendered tree, and where it reads it. With `repo`, objects for it are rendered."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                {"properties": {"controller": {"const": "argocd"}}, "not": {"required": ["flux"]}},
                {
                    "properties": {"controller": {"const": "flux"}},
                    "not": {"anyOf": [{"required": [name]} for name in _OF_ARGO_CD]},
                },
            ]
        }
    )

    controller: Literal["argocd", "flux"]
    """Which controller applies the tree."""

    repo: str | None = Field(default=None, max_length=2048)
    """URL of the Git repository that the controller reads, without credentials. Left out, no objects are rendered."""

    revision: str = Field(default="main", max_length=250)
    """Branch, tag or commit that the controller follows. For Flux, tags are `refs/tags/<name>`."""

    path: str = Field(default="", max_length=1024)
    """Directory of the repository where this repo's root lies. Left out, the repository's own root."""

    name: Name | None = None
    """Begins the names of the objects, `<name>-<cluster>`. Left out, the name of the repository."""

    namespace: Namespace | None = None
    """Namespace of the objects. Left out, `argocd` or `flux-system`."""

    per_unit: bool = False
    """Whether each `<namespace>/<unit>` is applied by itself, by an ApplicationSet or by Kustomizations. Left out, one
    Application or Kustomization applies the whole cluster."""

    prune: bool = True
    """Whether what is gone from the tree is deleted, such as the Job of an earlier run. Storage and namespaces never are.
    Argo CD deletes by itself only where it is `automated`."""

    destination: str = "in-cluster"
    """Cluster that the controller applies to, by the name that it knows. For Argo CD."""

    project: str = "default"
    """Argo CD project of the Applications."""

    automated: bool = False
    """Whether Argo CD applies each commit, and takes back what was changed by hand. Left out, somebody presses the
    button."""

    waves: bool = False
    """Whether preloads and what they need carry sync waves, so that Argo CD applies them before anything else."""

    flux: Flux = Field(default=Flux())
    """What only Flux is told."""

    @model_validator(mode="after")
    def _of_the_controller(self) -> GitOps:
        wrong = ("flux",) if self.controller == "argocd" else _OF_ARGO_CD
        for name in wrong:
            if name in self.model_fields_set:
                raise ValueError(_WRONG.format(name, "Argo CD" if self.controller == "argocd" else "Flux"))
        return self


SECTION = GitOps
