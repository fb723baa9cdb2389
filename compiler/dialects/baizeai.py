"""BaizeAI's Dataset controller: Dataset documents become artifacts under the controller's own names.

What the controller does is written down in `docs/dialects/baizeai.md`, with where this differs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from compiler.diagnostics import Diagnostic, Staged
from compiler.dialects import problems
from compiler.dialects.base import Dialect, Read
from compiler.emission.canonical import prune
from compiler.emission.digests import text_digest
from compiler.linking.artifact import Artifact, ClaimReference, Mounted, Names, Share, Wanted
from compiler.linking.labels import DATASET_NAME, LAST_APPLIED, MODEL_ID
from compiler.source.document import Document
from compiler.sources.base import Placement, Source
from compiler.sources.reading import read_source
from compiler.sources.written import Written
from compiler.spec.checked import checked

if TYPE_CHECKING:
    from compiler.spec.foreign.baizeai import Dataset, DatasetSpec

SIZE = "100Ti"
ACCESS_MODES = ("ReadWriteMany",)
DEVICES = {
    "nvidia-gpu": {"nvidia.com/gpu": "1"},
    "nvidia-vgpu": {"nvidia.com/vgpu": "1", "nvidia.com/gpumem": "500"},
    "metax-gpu": {"metax-tech.com/gpu": "1"},
}
"""What the option `gpuType` asks for, of every type that is loaded."""


def read_dataset(document: Document, unit: str) -> Staged[list[Read]]:
    """The artifact of a Dataset."""

    read = checked("Dataset", _model, document)
    if read.value is None:
        return Staged([], read.found)
    dataset = read.value
    given = dataset.spec.source
    written = Written(
        given.uri,
        document.at("spec", "source", "uri"),
        given.type,
        given.options or {},
        document.at("spec", "source", "options"),
        verbatim=True,
    )
    source = read_source(written)
    found = [*source.found, *_checks(dataset, document, source.value)]
    if source.value is None or any(one.level.label == "error" for one in found):
        return Staged([], found)
    return Staged([_artifact(dataset, unit, written, source.value)], found)


def _artifact(dataset: Dataset, unit: str, written: Written, source: Source) -> Artifact:
    spec, metadata, document = dataset.spec, dataset.metadata, written.at.document
    name, namespace = metadata.name, str(metadata.namespace)
    options = spec.source.options or {}
    return Artifact(
        key=(namespace, name),
        of=f"Dataset/{namespace}/{name}",
        component="dataset",
        unit=unit,
        namespace=namespace,
        origin=document.at("metadata", "name"),
        names=Names(
            claim=name,
            volume=f"dataset-{namespace}-pvc-{name}",
            # The controller ends the name in twelve characters of a UID that only the server knows.
            clone=f"dataset-{namespace}-{name}",
            clone_hash=text_digest(f"{namespace}/{name}"),
            job=f"dataset-{name}-round-{spec.data_sync_round or 1}",
            files=f"dataset-{name}-config",
        ),
        labels={**metadata.labels, DATASET_NAME: name},
        annotations={key: value for key, value in metadata.annotations.items() if key != LAST_APPLIED},
        source=source,
        source_at=written.at,
        written=written,
        secret=spec.secret_ref,
        secret_at=document.at("spec", "secretRef"),
        mount=_mount(spec),
        round=spec.data_sync_round or 1,
        in_place=True,
        foreign=True,
        share=_share(spec, document),
        wanted=_wanted(spec),
        claim_reference=_claim_reference(spec, document),
        model_id=metadata.labels.get(MODEL_ID),
        resources=prune(spec.resources.model_dump(by_alias=True, exclude_none=True)) if spec.resources else None,
        extra_resources=DEVICES.get(options.get("gpuType", ""), {}),
    )


def _mount(spec: DatasetSpec) -> Mounted:
    from compiler.linking.sections.loaded import mounted

    options = spec.mount_options
    if options is None:
        return Mounted()
    # The controller's Go types drop a zero, and the API server puts the default back.
    return mounted(options.path or "/", options.mode or "0774", options.uid or 1000, options.gid or 1000)


def _wanted(spec: DatasetSpec) -> Wanted:
    return Wanted(SIZE, None, ACCESS_MODES, _claim_spec(spec))


def _claim_spec(spec: DatasetSpec) -> dict[str, Any]:
    """What the template says of the claim; empty where it says nothing."""
    template = spec.volume_claim_template
    if template is None or template.spec is None:
        return {}
    return prune(template.spec.model_dump(by_alias=True, exclude_none=True))


def _share(spec: DatasetSpec, document: Document) -> Share | None:
    if not spec.share:
        return None
    selector = spec.share_to_namespace_selector
    at = document.at("spec", "shareToNamespaceSelector")
    if selector is None:
        return Share(None, document.at("spec", "share"))
    return Share(selector.model_dump(by_alias=True, exclude_none=True), at)


def _claim_reference(spec: DatasetSpec, document: Document) -> ClaimReference | None:
    reference = spec.volume_claim_ref
    if reference is None:
        return None
    return ClaimReference(reference.name, reference.sub_path or "", document.at("spec", "volumeClaimRef", "name"))


def _checks(dataset: Dataset, document: Document, source: Source | None) -> Iterator[Diagnostic]:
    """What the controller refuses, replaces or ignores."""
    from compiler.linking.sections.loaded import check_path

    spec = dataset.spec
    yield from _replaced(spec, document)
    if spec.mount_options is not None and spec.mount_options.path is not None:
        yield from check_path(spec.mount_options.path, document.at("spec", "mountOptions", "path"))
    yield from _claim_checks(spec, document, source)
    yield from _ignored(spec, document, source)


def _replaced(spec: DatasetSpec, document: Document) -> Iterator[Diagnostic]:
    if spec.data_sync_round == 0:
        at = document.at("spec", "dataSyncRound")
        yield problems.read_differently(at, "Round 0 becomes round 1.", "Write 1, or leave it out.")
    for field in ("uid", "gid"):
        if spec.mount_options is not None and getattr(spec.mount_options, field) == 0:
            at = document.at("spec", "mountOptions", field)
            yield problems.read_differently(
                at, f"`{field}: 0` becomes 1000: root cannot own a dataset.", "Write 1000, or leave it out."
            )


def _claim_checks(spec: DatasetSpec, document: Document, source: Source | None) -> Iterator[Diagnostic]:
    reference = spec.volume_claim_ref
    if reference is None:
        return
    at = document.at("spec", "volumeClaimRef", key=True)
    template = spec.volume_claim_template
    if template is not None and template.model_dump(exclude_none=True, exclude_defaults=True):
        yield problems.contradiction(
            at, "`volumeClaimRef` and `volumeClaimTemplate` cannot both be set.", "Remove one of the two."
        )
    if source is not None and source.type.placement in {Placement.EXPORT, Placement.REFERENCE}:
        yield problems.contradiction(
            at,
            f"A source of type {source.type.name} has a volume of its own, and `volumeClaimRef` names another.",
            "Remove `volumeClaimRef`.",
        )
    path = reference.sub_path or ""
    if path.startswith("/") or ".." in path:
        from compiler.spec.problems import bad_value

        wrong = f"`{path}` is not a path below the claim's root."
        yield bad_value(document.at("spec", "volumeClaimRef", "subPath"), wrong, "Write a relative path without `..`.")


def _ignored(spec: DatasetSpec, document: Document, source: Source | None) -> Iterator[Diagnostic]:
    device = (spec.source.options or {}).get("gpuType")
    if device and device not in DEVICES:
        at = document.at("spec", "source", "options", "gpuType")
        listed = ", ".join(f"`{name}`" for name in DEVICES)
        yield problems.without_effect(at, f"`gpuType` knows no `{device}`.", f"Use one of {listed}, or remove it.")
    yield from _unused_template(spec, document, source)


def _unused_template(spec: DatasetSpec, document: Document, source: Source | None) -> Iterator[Diagnostic]:
    template = spec.volume_claim_template
    if template is None:
        return
    for field in ("metadata", "status"):
        if getattr(template, field):
            at = document.at("spec", "volumeClaimTemplate", field, key=True)
            wrong = f"`{field}` of the claim template is dropped by the API server."
            yield problems.without_effect(at, wrong, "Remove it: the claim is named like the Dataset.")
    if _claim_spec(spec) and source is not None and source.type.placement in {Placement.REFERENCE, Placement.CLAIM}:
        at = document.at("spec", "volumeClaimTemplate", key=True)
        wrong = f"A source of type {source.type.name} makes no claim from the template."
        yield problems.without_effect(at, wrong, "Remove it.")


def _model() -> type[Dataset]:
    from compiler.spec.foreign.baizeai import Dataset

    return Dataset


DIALECTS = (Dialect("dataset.baizeai.io/v1alpha1", "Dataset", read_dataset),)
