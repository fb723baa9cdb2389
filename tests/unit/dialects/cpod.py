"""Documents of cpodoperator, and what they become on a cluster."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from compiler.diagnostics import Diagnostic
from compiler.dialects.deferred import Around, Deferred
from compiler.dialects.registry import dialects
from compiler.library.library import Library, open_library
from compiler.linking.artifact import Artifact
from compiler.linking.profile import Profile
from compiler.linking.serving import Predictor, Service
from compiler.linking.workload import Finetune, TrainingJob
from compiler.source.document import Document, SourceFile
from compiler.source.reading import documents
from compiler.specs import profiles_of

LIBRARY = open_library(None)
BUCKET = {"bucket": "results", "secret": "results-s3"}
POOLS = {"rtx-3090": {"count": 8, "perNode": 8}, "a100-80gb": {"count": 8, "perNode": 8}}


class Came(NamedTuple):
    """What documents became."""

    values: list[Any]
    found: Sequence[Diagnostic]

    @property
    def artifacts(self) -> list[Artifact]:
        """The storages."""
        return [one for one in self.values if isinstance(one, Artifact)]

    @property
    def job(self) -> TrainingJob:
        """The only job."""
        (job,) = (one for one in self.values if isinstance(one, TrainingJob))
        return job

    @property
    def finetune(self) -> Finetune:
        """The only fine-tuning."""
        (finetune,) = (one for one in self.values if isinstance(one, Finetune))
        return finetune

    @property
    def service(self) -> Service:
        """The only service."""
        (service,) = (one for one in self.values if isinstance(one, Service))
        return service

    @property
    def predictor(self) -> Predictor:
        """The only predictor."""
        (predictor,) = (one for one in self.values if isinstance(one, Predictor))
        return predictor

    def codes(self) -> list[str]:
        """Codes of the findings."""
        return [one.code.id for one in self.found]


def document(kind: str, name: str, spec: Any, *, version: str = "cpod.cpod/v1", **metadata: Any) -> str:
    """A document of namespace `team-a`, unless the metadata say another one. JSON is YAML."""
    about = {"name": name, "namespace": "team-a", **metadata}
    return json.dumps({"apiVersion": version, "kind": kind, "metadata": about, "spec": spec}, indent=1)


def job(name: str = "train", *, version: str = "cpod.cpod/v1beta1", metadata: Any = None, **spec: Any) -> str:
    """A CPodJob."""
    given = {"image": "acme/train:1.4", "jobType": "pytorch", "command": ["python", "train.py"], **spec}
    return document("CPodJob", name, given, version=version, **(metadata or {}))


def finetune(name: str = "tune", *, metadata: Any = None, **spec: Any) -> str:
    """A FineTune."""
    given = {"model": "google/gemma-2b-it", "dataset": "tickets", **spec}
    return document("FineTune", name, given, version="cpod.cpod/v1beta1", **(metadata or {}))


def inference(name: str = "chat", *, metadata: Any = None, **spec: Any) -> str:
    """An Inference."""
    return document("Inference", name, spec, version="cpod.cpod/v1beta1", **(metadata or {}))


def claim(name: str, *, namespace: str = "team-a", size: str = "24576Mi", storage_class: str = "juicefs-sc") -> str:
    """A PersistentVolumeClaim."""
    spec = {
        "accessModes": ["ReadWriteMany"],
        "resources": {"requests": {"storage": size}},
        "storageClassName": storage_class,
    }
    return document("PersistentVolumeClaim", name, spec, version="v1", namespace=namespace)


def profile(accelerators: Any = None, **settings: Any) -> Profile:
    """A cluster, with settings of the dialect."""
    spec = {"accelerators": POOLS if accelerators is None else accelerators, "dialects": {"cpod": settings}}
    body = {"apiVersion": "hydra.io/v1alpha1", "kind": "Cluster", "metadata": {"name": "prod"}, "spec": spec}
    read, _ = documents(SourceFile("clusters/prod.yaml", json.dumps(body)))
    profiles = profiles_of(read, LIBRARY)
    assert not profiles.found
    return profiles.value["prod"]


def came(*texts: str, cluster: Profile | None = None, library: Library = LIBRARY) -> Came:
    """What documents become on a cluster."""
    read, unread = documents(SourceFile("team/hydra.yaml", "\n---\n".join(texts)))
    assert not unread
    around = Around(cluster or profile(), library, {_key(one): one for one in read})
    values: list[Any] = []
    found: list[Diagnostic] = []
    for one in read:
        staged = dialects()[one.api_version, one.kind].read(one, "team")
        found += staged.found
        for value in staged.value:
            later = value.read(around) if isinstance(value, Deferred) else None
            values += [value] if later is None else later.value
            found += () if later is None else later.found
    return Came(values, found)


def _key(one: Document) -> tuple[str, str, str]:
    metadata = one.value["metadata"]
    return one.kind, str(metadata.get("namespace")), str(metadata["name"])
