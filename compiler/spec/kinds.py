"""The two kinds of the language: Project and Cluster."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

from pydantic import Field, create_model

from compiler.diagnostics import Staged
from compiler.source.document import Document
from compiler.spec.base import Name, Namespace, ObjectName, SpecModel
from compiler.spec.sections import section_names, with_sections
from compiler.spec.validation import validate

API_VERSION = "hydra.io/v1alpha1"
PROJECT_SECTIONS = "compiler.spec.project"
CLUSTER_SECTIONS = "compiler.spec.cluster"


class Metadata(SpecModel):
    """What a project is called and where its objects live."""

    name: Name
    """Unique in the repo. It begins the name of every object of the project."""

    namespace: Namespace
    """The namespace of every object."""

    labels: dict[str, str] = Field(default={})
    """Copied to every object."""


class Project(SpecModel):
    """What a team wants: its datasets and models, on one or more clusters."""

    api_version: Literal["hydra.io/v1alpha1"]
    kind: Literal["Project"]
    metadata: Metadata

    clusters: list[ObjectName] | None = Field(default=None, min_length=1)
    """Clusters that the project is rendered for. May be left out only where the repo has one."""

    overrides: dict[ObjectName, dict[str, Any]] = Field(default={})
    """Per cluster, a merge patch (RFC 7386) on this document before defaults: lists replace, null deletes.
    `apiVersion`, `kind`, `metadata`, `clusters` and `overrides` cannot be changed."""

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
    kind: Literal["Cluster"]
    metadata: ClusterMetadata
    spec: ClusterSpec = Field(default=ClusterSpec())


def project_of(document: Document) -> Staged[Project | None]:
    """A Project document as a model, with the sections that it uses."""
    return validate(project_model(_used(PROJECT_SECTIONS, document.value)), document)


def cluster_of(document: Document) -> Staged[Cluster | None]:
    """A Cluster document as a model, with the sections that it uses."""
    spec = document.value.get("spec")
    return validate(cluster_model(_used(CLUSTER_SECTIONS, spec if isinstance(spec, dict) else {})), document)


@cache
def project_model(used: frozenset[str] | None = None) -> type[Project]:
    """The Project model with some of its sections; None is all."""
    return with_sections(Project, PROJECT_SECTIONS, used)


@cache
def cluster_model(used: frozenset[str] | None = None) -> type[Cluster]:
    """The Cluster model with some of its sections; None is all."""
    spec = with_sections(ClusterSpec, CLUSTER_SECTIONS, used)
    return create_model("Cluster", __base__=Cluster, __doc__=Cluster.__doc__, spec=(spec, spec()))


def _used(package: str, keys: Any) -> frozenset[str]:
    names = section_names(package).keys()
    # A key that is no section is suggested one, and for that every section has to be known.
    known = names | {"apiVersion", "kind", "metadata", "clusters", "overrides", "acknowledge", "kubernetes"}
    return frozenset(names) if set(keys) - known else frozenset(names & set(keys))
