"""The two kinds of the language: Project and Cluster."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

from pydantic import Field, create_model

from compiler.spec.base import Labels, Name, Namespace, ObjectName, SpecModel
from compiler.spec.sections import with_sections

PROJECT_SECTIONS = "compiler.spec.project"
CLUSTER_SECTIONS = "compiler.spec.cluster"


class Metadata(SpecModel):
    """What a project is called and where its objects live."""

    name: Name
    """Unique in the repo. It begins the name of every object of the project."""

    namespace: Namespace
    """The namespace of every object."""

    labels: Labels = Field(default={})
    """Copied to every object."""


class Project(SpecModel):
    """What a team wants: its datasets, models, fine-tunings and jobs, on one or more clusters."""

    api_version: Literal["hydra.io/v1alpha1"]
    """Version of the language."""

    kind: Literal["Project"]
    """A Project."""

    metadata: Metadata
    """What the project is called and where its objects live."""

    clusters: list[ObjectName] | None = Field(default=None, min_length=1)
    """Clusters that the project is rendered for. May be left out only where the repo has one."""

    overrides: dict[ObjectName, dict[str, Any]] = Field(default={})
    """Per cluster, a merge patch (RFC 7386) on this document before defaults: lists replace, null deletes.
    `apiVersion`, `kind`, `metadata`, `clusters`, `overrides`, `acknowledge` and `moved` cannot be changed."""

    acknowledge: list[str] = Field(default=[])
    """Destructive changes that are meant, by object: `PersistentVolumeClaim/nlp/old-data`."""


class ClusterMetadata(SpecModel):
    """What a cluster is called."""

    name: ObjectName
    """Unique in the repo; the directory below the output directory."""


class ClusterSpec(SpecModel):
    """What a platform has: storage, images, mirrors, namespaces, defaults."""

    kubernetes: str = Field(default="1.33", pattern=r"^1\.[0-9]+$")
    """Minor version of the cluster, in quotes."""


class Cluster(SpecModel):
    """A platform that projects are rendered for."""

    api_version: Literal["hydra.io/v1alpha1"]
    """Version of the language."""

    kind: Literal["Cluster"]
    """A Cluster."""

    metadata: ClusterMetadata
    """What the cluster is called."""

    spec: ClusterSpec = Field(default=ClusterSpec())
    """What the platform has. Left out, the defaults of every field."""


@cache
def project_model() -> type[Project]:
    """The Project model with all of its sections."""
    return with_sections(Project, PROJECT_SECTIONS)


@cache
def cluster_model() -> type[Cluster]:
    """The Cluster model with all of its sections."""
    spec = with_sections(ClusterSpec, CLUSTER_SECTIONS)
    return create_model("Cluster", __base__=Cluster, __doc__=Cluster.__doc__, spec=(spec, spec()))
