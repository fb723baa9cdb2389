"""ModelStorage and DataSetStorage: data that lies on a claim, or that a hub has and no claim yet."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from compiler.diagnostics import Diagnostic, Staged
from compiler.dialects import cpod_problems as problems
from compiler.dialects.cpodoperator.engine import conversion
from compiler.dialects.cpodoperator.known_models import facts_of, known_model, weights_of
from compiler.dialects.cpodoperator.names import PUBLIC, claim_name
from compiler.dialects.cpodoperator.reading import shaped
from compiler.dialects.cpodoperator.settings import recipe_of, settings_of
from compiler.dialects.deferred import Around, Deferred
from compiler.dialects.problems import contradiction, without_effect
from compiler.emission.naming import object_name
from compiler.linking.artifact import Artifact, Names, Share, Wanted
from compiler.linking.labels import LAST_APPLIED
from compiler.source.document import Document, Origin
from compiler.sources.base import Source, split_revision
from compiler.sources.reading import read_source
from compiler.sources.written import Written
from compiler.spec.checked import trusted_part

if TYPE_CHECKING:
    from compiler.spec.foreign.cpod import DataSetStorage, ModelStorage

CLAIM = "PersistentVolumeClaim"
SCHEMES: Mapping[str, str] = {"huggingface": "hf://", "modelscope": "modelscope://"}
"""Hub -> what its URIs begin with."""

TYPES = ("oss", "trained", *SCHEMES)


class Record(NamedTuple):
    """A storage record, of a model or of a dataset."""

    document: Document
    unit: str
    metadata: Any
    component: str
    hashed: str
    """What its names are hashed as: `model`, `adapter`, `dataset`."""

    type: str
    type_at: Origin
    repository: str
    repository_at: Origin
    claim: str
    revision: str | None
    """What stands behind `@` in the repository's name: Hydra reads it, the operator does not."""

    @property
    def namespace(self) -> str:
        """The namespace of the record and its claim."""
        return str(self.metadata.namespace)

    @property
    def of(self) -> str:
        """How messages name it."""
        return f"{self.document.kind}/{self.namespace}/{self.metadata.name}"


def read_model_storage(document: Document, unit: str) -> Staged[list[Any]]:
    """The artifact of a ModelStorage, and the conversion that it asks for."""
    read = shaped("ModelStorage", _model_storage, document)
    if read.value is None:
        return Staged([], read.found)
    twice = _named_twice(read.value, document)
    if twice:
        return Staged([], [*read.found, *twice])
    return Staged([Deferred(document, unit, partial(_model, read.value, document, unit))], read.found)


def read_dataset_storage(document: Document, unit: str) -> Staged[list[Any]]:
    """The artifact of a DataSetStorage, in either spelling."""
    # The language has one kind of that name; places in the file stay as they are.
    spelled = Document(document.file, document.index, {**document.value, "kind": "DataSetStorage"})
    read = shaped("DataSetStorage", _dataset_storage, spelled)
    if read.value is None:
        return Staged([], read.found)
    return Staged([Deferred(document, unit, partial(_dataset, read.value, document, unit))], read.found)


def _named_twice(storage: ModelStorage, document: Document) -> list[Diagnostic]:
    """The dead version's fields beside the living one's, which would have to agree."""
    spec = storage.spec
    return [
        contradiction(
            document.at("spec", old, key=True), f"`{old}` and `{new}` are two names of one field.", f"Remove `{old}`."
        )
        for old, new in (("name", "modelname"), ("type", "modeltype"))
        if getattr(spec, old) and getattr(spec, new)
    ]


def _model(storage: ModelStorage, document: Document, unit: str, around: Around) -> Staged[list[Any]]:
    spec = storage.spec
    repository, revision = split_revision(spec.modelname or spec.name or "")
    record = Record(
        document=document,
        unit=unit,
        metadata=storage.metadata,
        component="model",
        hashed="adapter" if spec.isloraadapter else "model",
        type=spec.modeltype or spec.type or "",
        type_at=document.at("spec", "modeltype" if spec.modeltype else "type"),
        repository=repository,
        repository_at=document.at("spec", "modelname" if spec.modelname else "name"),
        claim=spec.pvc or "",
        revision=revision,
    )
    artifact = _artifact(record, around, "modelname")
    if artifact.value is None:
        return Staged([], artifact.found)
    model = _with_facts(artifact.value, record, around, spec.template)
    found = [*artifact.found, *_gated(model, record, around)]
    if not spec.converttensortrengine:
        return Staged([model], found)
    recipe = recipe_of(around)
    if recipe.value is None:
        return Staged([model], [*found, *recipe.found])
    converted = conversion(model, document, around, recipe.value)
    return Staged([model, *converted.value], [*found, *converted.found])


def _dataset(storage: DataSetStorage, document: Document, unit: str, around: Around) -> Staged[list[Any]]:
    spec = storage.spec
    repository, revision = split_revision(spec.datasetname or "")
    record = Record(
        document=document,
        unit=unit,
        metadata=storage.metadata,
        component="dataset",
        hashed="dataset",
        type=spec.datasettype or "",
        type_at=document.at("spec", "datasettype"),
        repository=repository,
        repository_at=document.at("spec", "datasetname"),
        claim=spec.pvc or "",
        revision=revision,
    )
    artifact = _artifact(record, around, "datasetname")
    recipe = recipe_of(around)
    if artifact.value is None or recipe.value is None:
        return Staged([], [*artifact.found, *recipe.found])
    shape = {"style": "alpaca", "splits": {"train": recipe.value.dataset_file}}
    return Staged([artifact.value._replace(format=trusted_part("Project", "Format", shape))], artifact.found)


def _artifact(record: Record, around: Around, field: str) -> Staged[Artifact | None]:
    """The artifact of a record. What a hub has is loaded where the repo has no document of its claim."""
    name, namespace = record.metadata.name, record.namespace
    claim = record.claim or (claim_name(record.hashed, record.repository) if record.repository else "")
    if not claim:
        at = record.document.at("spec", key=True)
        return Staged(None, [problems.unplaced_storage(at, record.document.kind, name, field)])
    loads = record.type in SCHEMES and bool(record.repository) and not around.has(CLAIM, namespace, claim)
    written = _written(record, claim, loads=loads)
    misnamed = _misnamed(record) if loads else []
    source: Staged[Source | None] = Staged(None, misnamed) if misnamed else read_source(written)
    found = [*_unknown_type(record), *source.found]
    if source.value is None:
        return Staged(None, found)
    settings = settings_of(around)
    stem = object_name([namespace, claim])
    artifact = Artifact(
        key=(namespace, name),
        of=record.of,
        component=record.component,
        unit=record.unit,
        namespace=namespace,
        origin=record.document.at("metadata", "name"),
        names=Names(
            claim=claim,
            volume=stem,
            clone=stem,
            clone_hash="",
            job=object_name([record.component, name]),
            files=object_name([record.component, name]),
        ),
        labels=record.metadata.labels,
        annotations={key: value for key, value in record.metadata.annotations.items() if key != LAST_APPLIED},
        source=source.value,
        source_at=written.at,
        written=written,
        secret=settings.hub_secret if loads else None,
        in_place=loads,
        share=Share(None, record.document.at("metadata", "namespace")) if namespace == PUBLIC else None,
        wanted=Wanted(storage_class=settings.storage_class, access_modes=("ReadWriteMany",)),
    )
    return Staged(artifact, found)


def _written(record: Record, claim: str, *, loads: bool) -> Written:
    if not loads:
        at = record.document.at("spec", "pvc") if record.claim else record.repository_at
        return Written(f"pvc://{claim}", at)
    kind = "datasets/" if record.component == "dataset" else ""
    revision = f"@{record.revision}" if record.revision else ""
    return Written(f"{SCHEMES[record.type]}{kind}{record.repository}{revision}", record.repository_at)


def _misnamed(record: Record) -> list[Diagnostic]:
    """A name that no hub has."""
    from compiler.sources.hub import REPOSITORY
    from compiler.spec.problems import bad_value

    if REPOSITORY.fullmatch(record.repository) and ".." not in record.repository:
        return []
    wrong = f"`{record.repository}` is not the name of a repository."
    return [bad_value(record.repository_at, wrong, "Write `organisation/name`.")]


def _unknown_type(record: Record) -> list[Diagnostic]:
    from compiler.diagnostics import closest

    if not record.type or record.type in TYPES:
        return []
    wrong = f"`{record.type_at.path[-1]}` knows no `{record.type}`, and nothing is loaded."
    do = f"Use one of {', '.join(f'`{one}`' for one in TYPES)}."
    return [without_effect(record.type_at, wrong, do)._replace(candidates=closest(record.type, TYPES))]


def _with_facts(artifact: Artifact, record: Record, around: Around, template: str | None) -> Artifact:
    entry = known_model(around.library, record.repository)
    if entry is None:
        return artifact._replace(model=facts_of(None, template))
    return artifact._replace(model=facts_of(entry, template), model_id=entry.name, weights=weights_of(entry))


def _gated(artifact: Artifact, record: Record, around: Around) -> list[Diagnostic]:
    """A gated model that Hugging Face would not hand out without a token."""
    from compiler.linking.problems import GATED_MODEL

    entry = known_model(around.library, record.repository)
    loads = artifact.in_place and record.type == "huggingface"
    if entry is None or not entry.gated or not loads or artifact.secret is not None:
        return []
    wrong = f"`{record.repository}` is gated: its hub asks for a token."
    do = "Name a Secret whose key `token` holds one as `dialects.cpod.hubSecret` of the cluster."
    return [Diagnostic(GATED_MODEL, record.repository_at, wrong, do)]


def _model_storage() -> type[ModelStorage]:
    from compiler.spec.foreign.cpod import ModelStorage

    return ModelStorage


def _dataset_storage() -> type[DataSetStorage]:
    from compiler.spec.foreign.cpod import DataSetStorage

    return DataSetStorage
