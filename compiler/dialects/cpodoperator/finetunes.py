"""FineTune: training without code, on one node, by the trainer of the library."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from compiler.diagnostics import Diagnostic, Staged
from compiler.dialects import cpod_problems as problems
from compiler.dialects.cpodoperator.flags import Flags
from compiler.dialects.cpodoperator.known_models import row_of, table
from compiler.dialects.cpodoperator.names import noted, storage_name
from compiler.dialects.cpodoperator.products import accelerator_of
from compiler.dialects.cpodoperator.reading import places_of, shaped
from compiler.dialects.cpodoperator.references import mounted, remedy
from compiler.dialects.cpodoperator.settings import recipe_of, settings_of
from compiler.dialects.deferred import Around, Deferred
from compiler.emission.naming import label_value, object_name
from compiler.emission.quantities import quantity
from compiler.linking.hyperparameters import over
from compiler.linking.labels import LAST_APPLIED
from compiler.linking.workload import Finetune, Hyperparameters, JobNames, Reference, Upload
from compiler.source.document import Document, Origin
from compiler.spec.checked import language, trusted_part
from compiler.spec.problems import missing_field, not_a_choice
from compiler.spec.records import attribute

if TYPE_CHECKING:
    from compiler.library.entries.cpod_model import CpodModel
    from compiler.library.entries.cpod_recipe import CpodRecipe
    from compiler.library.entries.trainer import Trainer
    from compiler.linking.artifact import Key
    from compiler.spec.foreign.cpod import FineTune, FineTuneSpec

METHODS: Mapping[str, str] = {"": "lora", "lora": "lora", "pt": "full", "full": "full", "freeze": "freeze"}
"""`finetuneType` -> the method of the language. The operator's `pt` is no pre-training."""

FIELDS: Mapping[tuple[str, ...], str] = {
    ("accelerator",): "gpuCount", ("accelerator", "type"): "gpuProduct", ("accelerator", "count"): "gpuCount",
    ("method",): "finetuneType", ("output", "merge"): "autoMerge", ("hyperparameters",): "hyperParameters",
    ("image",): "model", ("template",): "model", ("lora", "targets"): "model",
}  # fmt: skip
"""Fields of the language's fine-tunings, and the FineTune's that say or imply them."""

CLAIMS = 2
"""The operator's claims, for checkpoints and for the result; a run has both on one."""


class _Tuning(NamedTuple):
    """A FineTune being read."""

    finetune: FineTune
    document: Document
    unit: str
    around: Around

    @property
    def spec(self) -> FineTuneSpec:
        return self.finetune.spec

    @property
    def name(self) -> str:
        return self.finetune.metadata.name

    @property
    def namespace(self) -> str:
        return str(self.finetune.metadata.namespace)

    def at(self, field: str) -> Origin:
        return self.document.at("spec", field)


class _Known(NamedTuple):
    """What the library has for a FineTune."""

    recipe: CpodRecipe
    trainer: Trainer
    row: CpodModel


def read_finetune(document: Document, unit: str) -> Staged[list[Any]]:
    """The fine-tuning of a FineTune."""
    read = shaped("FineTune", _model, document)
    if read.value is None:
        return Staged([], read.found)
    found = list(_missing(read.value, document))
    if found:
        return Staged([], [*read.found, *found])
    return Staged([Deferred(document, unit, partial(_read, read.value, document, unit))], read.found)


def _missing(finetune: FineTune, document: Document) -> Iterator[Diagnostic]:
    """What the operator logs and then waits for, and what it hands on to a trainer that refuses it."""
    for field in ("model", "dataset"):
        if not getattr(finetune.spec, field):
            yield missing_field(document.at("spec", key=True), field)
    kind = finetune.spec.finetune_type or ""
    if kind not in METHODS:
        yield not_a_choice(document.at("spec", "finetuneType"), "finetuneType", kind, [one for one in METHODS if one])


def _read(finetune: FineTune, document: Document, unit: str, around: Around) -> Staged[list[Any]]:
    one = _Tuning(finetune, document, unit, around)
    library = _library(one)
    product = _product(one, library.value)
    found = [*library.found, *product.found]
    if library.value is None:
        return Staged([], found)
    flags = _flags(one, library.value)
    found += flags.found
    if product.value is None or any(finding.level.label == "error" for finding in found):
        return Staged([], found)
    return Staged([_finetune(one, library.value, flags, product.value)], found)


def _library(one: _Tuning) -> Staged[_Known | None]:
    library = one.around.library
    recipe = recipe_of(one.around)
    if recipe.value is None:
        return Staged(None, recipe.found)
    trainer: Staged[Trainer | None] = library.find("trainer", recipe.value.trainer, recipe.value.origin)
    if trainer.value is None:
        return Staged(None, trainer.found)
    name = str(one.spec.model)
    row = row_of(library, name)
    if row is None:
        known = [known for each in table(library) for known in each.names]
        return Staged(None, [problems.unknown_model(one.at("model"), name, known)])
    return Staged(_Known(recipe.value, trainer.value, row))


def _product(one: _Tuning, known: _Known | None) -> Staged[str | None]:
    """The cluster's id of the GPU."""
    said = one.spec.gpu_product or ""
    product = said or settings_of(one.around).finetune_gpu_product or (known.recipe.gpu_product if known else "")
    if not product:
        return Staged(None)
    if said:
        return accelerator_of(one.around, product, one.at("gpuProduct"))
    return accelerator_of(one.around, product, one.document.at("spec", key=True), problems.OF_FINETUNES)


def _flags(one: _Tuning, known: _Known) -> Flags:
    flags = Flags(known.recipe, known.trainer)
    flags.read_hyperparameters(one.spec.hyper_parameters or {}, one.at("hyperParameters"))
    flags.read_config(one.spec.config or {}, one.at("config"))
    method = flags.fields.get(("run", "method"))
    if method is not None and method.value not in METHODS:
        choices = [name for name in METHODS if name]
        flags.found.append(not_a_choice(method.at, method.flag, str(method.value), choices))
    return flags


def _method(one: _Tuning, flags: Flags) -> str:
    """What is trained: the flag counts more than the field, as it does for the trainer."""
    written = flags.value("run", "method", one.spec.finetune_type or "")
    method = METHODS.get(str(written), "lora")
    return "qlora" if method == "lora" and flags.value("run", "bits") else method


def _finetune(one: _Tuning, known: _Known, flags: Flags, accelerator: str) -> Finetune:
    spec, metadata, row = one.spec, one.finetune.metadata, known.row
    job = object_name([one.name, "cpodjob"])
    method = _method(one, flags)
    return Finetune(
        key=_result(one, job, method),
        of=f"FineTune/{one.namespace}/{one.name}",
        unit=one.unit,
        namespace=one.namespace,
        origin=one.document.at("metadata", "name"),
        names=JobNames(claim=object_name([job, "modelsave-pvc"]), job=job, files=job),
        labels=metadata.labels,
        references=_references(one, row),
        stage=flags.value("run", "stage", "sft"),
        method=method,
        lora=trusted_part("Project", "Lora", {"targets": row.lora_targets, **flags.values("lora")}),
        freeze=trusted_part("Project", "Freeze", flags.values("freeze")),
        hyperparameters=_hyperparameters(one, known, flags),
        accelerator=accelerator,
        cards=spec.gpu_count or 1,
        deepspeed="auto",
        trainer=known.recipe.trainer,
        output=_output(one, row, merge=bool(spec.auto_merge) and method in {"lora", "qlora"}),
        template=flags.value("run", "template", row.template),
        image=row.image,
        annotations={key: value for key, value in metadata.annotations.items() if key != LAST_APPLIED},
        arguments=flags.arguments,
        upload=_upload(one, method),
        places=_places(one, flags),
    )


def _places(one: _Tuning, flags: Flags) -> dict[tuple[str, ...], Origin]:
    """Where the document says what planning may have to say something about; flags count more than fields."""
    by_flags: dict[tuple[str, ...], Origin] = {
        (field,) if of == "run" else (of, field): said.at for (of, field), said in flags.fields.items() if of != "batch"
    }
    product = places_of(one.document, {("accelerator",): "gpuProduct"})
    return {**product, **places_of(one.document, FIELDS), **by_flags}


def _references(one: _Tuning, row: CpodModel) -> tuple[Reference, Reference]:
    """The model, which is always a public one, and the dataset."""
    model, dataset = str(one.spec.model), str(one.spec.dataset)
    storage = row.storage or storage_name("model", row.repository)
    base = mounted(one.around, "ModelStorage", one.namespace, storage, public=True)
    records = mounted(one.around, "DataSetStorage", one.namespace, dataset, public=bool(one.spec.dataset_is_public))
    return (
        Reference("model", "model", model, base, one.at("model"), remedy("ModelStorage", base)),
        Reference("dataset", "dataset", dataset, records, one.at("dataset"), remedy("DataSetStorage", records)),
    )


def _hyperparameters(one: _Tuning, known: _Known, flags: Flags) -> Hyperparameters:
    """The recipe's, what flags say over it, and the batches of all GPUs in one number."""
    said = known.recipe.hyperparameters
    named = {field: getattr(said, field) for field in _fields()}
    recipe = f"library cpod-recipes/{known.recipe.name}"
    start = Hyperparameters(named, {}, dict.fromkeys(named, recipe))
    values, places = flags.python_values("hyperparameters")
    if "max_steps" in values and "epochs" not in values:
        values["epochs"] = None
    batch, at = _global_batch(one, known, flags)
    values["global_batch_size"] = batch
    made = over(start, values, places, one.document.file.path)
    if at is not None:
        return made._replace(places={**made.places, "global_batch_size": at})
    return made._replace(origins={**made.origins, "global_batch_size": recipe})


def _global_batch(one: _Tuning, known: _Known, flags: Flags) -> tuple[int, Origin | None]:
    """Sequences of an optimizer step, and where a flag says them: batch of a GPU x accumulation x GPUs, as the
    operator's flags have it."""
    device = flags.fields.get(("batch", "device"))
    accumulation = flags.fields.get(("batch", "accumulation"))
    said = device or accumulation
    sequences = known.recipe.device_batch if device is None else int(device.value)
    times = known.recipe.accumulation if accumulation is None else int(accumulation.value)
    return sequences * times * (one.spec.gpu_count or 1), said.at if said else None


def _fields() -> list[str]:
    """Every hyperparameter of the language, by its name in Python."""
    properties = language("Project").records.document["$defs"]["HyperparameterSet"]["properties"]
    return [attribute(field) for field in properties if field != "from"]


def _output(one: _Tuning, row: CpodModel, *, merge: bool) -> Any:
    given: dict[str, Any] = {
        "size": quantity(f"{CLAIMS * row.volume_mib}Mi"), "accessModes": ["ReadWriteMany"], "merge": merge,
    }  # fmt: skip
    storage_class = settings_of(one.around).storage_class
    return trusted_part("Project", "Output", {**given, **({"class": storage_class} if storage_class else {})})


def _result(one: _Tuning, job: str, method: str) -> Key:
    """The record of the result, under which others mount it: by the job, or by the tenant's name where there is one."""
    user = noted(one.finetune.metadata.labels, "userID")
    if not user:
        return (one.namespace, f"{job}-modelsavestorage")
    readable = noted(one.finetune.metadata.annotations, "modelstorageName") or one.name
    return (one.namespace, storage_name("adapter" if _is_adapter(one, method) else "model", f"{user}/{readable}"))


def _is_adapter(one: _Tuning, method: str) -> bool:
    return method in {"lora", "qlora"} and not one.spec.auto_merge


def _upload(one: _Tuning, method: str) -> Upload | None:
    if not one.spec.upload:
        return None
    kind = "adapters" if _is_adapter(one, method) else "models"
    readable = noted(one.finetune.metadata.annotations, "modelstorageName") or one.name
    name = label_value(readable.rpartition("/")[2]) or one.name
    # What is copied is the run's result, whose directory planning knows.
    return Upload(f"{kind}/{one.namespace}/{name}", "", one.at("upload"))


def _model() -> type[FineTune]:
    from compiler.spec.foreign.cpod import FineTune

    return FineTune
