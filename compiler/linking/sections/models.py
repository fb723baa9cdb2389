"""`models`: each entry is an artifact, with what the library knows of the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from compiler.diagnostics import Diagnostic, Staged
from compiler.library.behaviour import MissingFact
from compiler.linking import problems
from compiler.linking.artifact import Artifact, ModelInfo
from compiler.linking.hubs import HUBS
from compiler.linking.labels import MODEL_ID
from compiler.linking.scope import Entry, Scope
from compiler.linking.sections.loaded import Read, artifact_of, check_path, source_of, written_of
from compiler.planning.weights import weights_bytes
from compiler.source.document import Origin
from compiler.sources.base import Source
from compiler.sources.reading import read_source
from compiler.sources.written import Written
from compiler.spec.checked import trusted_part
from compiler.spec.problems import bad_value

if TYPE_CHECKING:
    from compiler.library.entries.model import Model as ModelEntry
    from compiler.spec.project.models import Model


class _Known(NamedTuple):
    """A model's source, and what the library has of it."""

    source: Source | None
    entry: ModelEntry | None
    written: Written


REFERABLE = True
"""Whether references may name its entries."""

STORES = True
"""Whether its entries have storage."""


def expand(scope: Scope) -> Staged[list[Entry]]:
    """Models as artifacts. One without a source that can be read is left out, with its diagnostics."""
    models: dict[str, str | Model] = getattr(scope.project, "models", None) or {}
    artifacts: list[Entry] = []
    found: list[Diagnostic] = []
    for name, written in models.items():
        at = scope.at("models", name)
        made = entry_artifact(scope, name, written, at if isinstance(written, str) else at.child("from"))
        found += made.found
        if made.value is not None:
            artifacts.append(made.value)
    return Staged(artifacts, found)


def entry_artifact(scope: Scope, name: str, written: str | Model, at: Origin) -> Staged[Artifact | None]:
    """The artifact of an entry: of a description, or of a model of the library by its name, which stands at `at`, under
    `models` or where a workload names it."""
    model: Model = trusted_part("Project", "Model", {"from": written}) if isinstance(written, str) else written
    known = _known(scope, name, model, written, at)
    found = [*known.found, *check_path(model.mount.path, scope.at("models", name, "mount", "path"))]
    if known.value.source is None:
        return Staged(None, found)
    found += _gated(model, known.value, written)
    artifact = artifact_of(scope, "models", name, model, Read(known.value.written, known.value.source))
    return Staged(_with_model(artifact, model, known.value.entry), found)


def _known(scope: Scope, name: str, model: Model, form: str | Model, at: Origin) -> Staged[_Known]:
    entry: ModelEntry | None = None
    found: list[Diagnostic] = []
    if model.from_ is not None and "://" in model.from_:
        wrong = f"`{model.from_}` is a URI, and here stands the name of a library entry."
        do = f'Write `{{source: "{model.from_}"}}`.'
        return Staged(_Known(None, None, Written("", at)), [bad_value(at, wrong, do)])
    if model.from_ is not None:
        entry, looked_up = scope.library.find("model", model.from_, at)
        found += looked_up
        if entry is None:
            return Staged(_Known(None, None, Written("", at)), found)
    if model.source is not None:
        written = written_of(model.source, scope.at("models", name, "source"))
        source = source_of(scope, written)
        entry = entry or _entry_of(scope, source.value)
    else:
        written = Written(_hub_uri(entry), at)
        source = read_source(written) if written.uri else Staged(None, [_nowhere(entry, form, at)])
    return Staged(_Known(source.value, entry, written), [*found, *source.found])


def _hub_uri(entry: ModelEntry | None) -> str:
    if entry is not None and entry.huggingface:
        return f"hf://{entry.huggingface}"
    return f"modelscope://{entry.modelscope}" if entry is not None and entry.modelscope else ""


def _nowhere(entry: ModelEntry | None, form: str | Model, at: Origin) -> Diagnostic:
    return problems.no_repository(at, entry.name if entry else "", _adding("source", form, at))


def _adding(field: str, form: str | Model, at: Origin) -> str:
    """How a field can be said of a model, which may have been given by its name alone."""
    if not isinstance(form, str):
        return f"Add `{field}:`"
    described = f"`{{from: {form}, {field}: ...}}`"
    if at.path[:1] == ("models",):
        return f"Write {described}"
    return f"Describe it under `models` and name that entry here: {described}"


def _entry_of(scope: Scope, source: Source | None) -> ModelEntry | None:
    hub = HUBS.get(source.type.name) if source else None
    return scope.library.find_by_repository(hub, str(source.fields["repo"])) if source and hub else None


def _gated(model: Model, known: _Known, form: str | Model) -> list[Diagnostic]:
    # ModelScope lets anyone load what Hugging Face gates.
    on_hub = known.source is not None and known.source.type.name == "HUGGING_FACE"
    if known.entry is None or not known.entry.gated or model.secret or not on_hub:
        return []
    return [problems.gated_model(known.written.at, known.entry.name, _adding("secret", form, known.written.at))]


def _with_model(artifact: Artifact, model: Model, entry: ModelEntry | None) -> Artifact:
    facts = model.facts
    if entry is not None and entry.facts is not None:
        facts = facts.over(entry.facts) if facts else entry.facts
    dtype = model.dtype or (entry.dtype if entry else None) or "bfloat16"
    weights = None
    if facts is not None and facts.parameters is not None:
        try:
            weights = weights_bytes(facts, dtype)
        except MissingFact:
            weights = None
    labels = dict(artifact.labels)
    if entry is not None:
        labels[MODEL_ID] = entry.name
    template = model.template or (entry.template if entry else None)
    task, remote = (entry.task, entry.remote_code) if entry else ("text-generation", False)
    info = ModelInfo(facts, dtype, template, task, remote)
    return artifact._replace(labels=labels, weights=weights, model_id=entry.name if entry else None, model=info)
