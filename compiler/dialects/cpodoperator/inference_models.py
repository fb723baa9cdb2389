"""Which model an Inference serves: by `modelId`, by a URI, or by both."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from compiler.diagnostics import Diagnostic, Staged
from compiler.dialects import cpod_inference_problems as problems
from compiler.dialects.cpodoperator.known_models import facts_of
from compiler.dialects.cpodoperator.names import PUBLIC
from compiler.dialects.cpodoperator.references import mounted, remedy
from compiler.linking.artifact import Artifact, Key, Names
from compiler.linking.workload import Reference
from compiler.sources.reading import read_source
from compiler.sources.written import Written
from compiler.spec.problems import bad_value

if TYPE_CHECKING:
    from compiler.dialects.cpodoperator.inferring import Inferring
    from compiler.source.document import Origin

KIND = "ModelStorage"
MODEL_STORAGE = "modelstorage://"
CLAIM = "pvc://"
SUFFIX = f"-{PUBLIC}"
"""What ends the name of a public storage's copy."""


class Uri(NamedTuple):
    """A URI of a predictor, and where it stands."""

    text: str
    at: Origin


class Model(NamedTuple):
    """What is served."""

    reference: Reference | None
    """None, where KServe loads it from the URI."""

    artifact: Artifact | None = None
    """A claim that no storage record has."""


def model_of(one: Inferring, uri: Uri | None) -> Staged[Model | None]:
    """What an Inference serves; None with the finding, where nothing says it or two things are said."""
    named = one.spec.model_id
    if uri is not None and uri.text.startswith(MODEL_STORAGE):
        return _by_record(one, uri)
    found: list[Diagnostic] = []
    if not named:
        if uri is None:
            return Staged(None, [problems.no_model(one.document.at("spec", key=True))])
        found.append(problems.no_model_id(uri.at, uri.text))
    if uri is not None and uri.text.startswith(CLAIM):
        claimed = _on_claim(one, uri)
        return Staged(claimed.value, [*found, *claimed.found])
    if uri is not None:
        return Staged(Model(None), found)
    return Staged(Model(storage(one, str(named), one.at("modelId"), public=bool(one.spec.model_is_public))))


def storage(one: Inferring, name: str, at: Origin, *, public: bool, role: str = "model") -> Reference:
    """The reference to a ModelStorage. A name with `-public` behind it is the copy of a public one, unless there is one
    of just that name."""
    here = one.around.has(KIND, one.namespace, name)
    if not here and not public and name.endswith(SUFFIX):
        name, public = name.removesuffix(SUFFIX), True
    key = mounted(one.around, KIND, one.namespace, name, public=public)
    return Reference(role, "model", name, key, at, remedy(KIND, key))


def _by_record(one: Inferring, uri: Uri) -> Staged[Model | None]:
    """A ModelStorage that a URI names, and `modelId` mostly, too."""
    named = one.spec.model_id
    name = uri.text.removeprefix(MODEL_STORAGE).rstrip("/")
    if not name or "/" in name:
        wrong = f"`{uri.text}` is not the name of a ModelStorage."
        return Staged(None, [bad_value(uri.at, wrong, "Write `modelstorage://<name>`; it is served as a whole.")])
    if not named:
        public = bool(one.spec.model_is_public) and not name.endswith(SUFFIX)
        found = [problems.no_model_id(uri.at, name)]
        return Staged(Model(storage(one, name, uri.at, public=public)), found)
    if name not in {named, f"{named}{SUFFIX}"}:
        return Staged(None, [problems.other_model(uri.at, uri.text, named)])
    public = bool(one.spec.model_is_public) or name != named
    return Staged(Model(storage(one, named, one.at("modelId"), public=public)))


def _on_claim(one: Inferring, uri: Uri) -> Staged[Model | None]:
    """Data on a claim: that of the storage record that has the claim, else the claim itself."""
    claim, _, path = uri.text.removeprefix(CLAIM).strip("/").partition("/")
    record = _record_on(one, claim)
    if record is not None and not path:
        return Staged(Model(Reference("model", "model", uri.text, record, uri.at)))
    written = Written(f"{CLAIM}{claim}/{path}".rstrip("/"), uri.at)
    source = read_source(written)
    if source.value is None:
        return Staged(None, source.found)
    key = (one.namespace, f"{one.name}#model")
    artifact = Artifact(
        key=key,
        of=f"{one.of}#model",
        component="model",
        unit=one.unit,
        namespace=one.namespace,
        origin=uri.at,
        names=Names(claim, "", "", "", "", ""),
        labels={},
        source=source.value,
        source_at=uri.at,
        written=written,
        model=facts_of(None, None),
    )
    return Staged(Model(Reference("model", "model", uri.text, key, uri.at), artifact))


def _record_on(one: Inferring, claim: str) -> Key | None:
    """The ModelStorage of the namespace whose `pvc` is the claim."""
    for (kind, namespace, name), document in one.around.documents.items():
        spec = document.value.get("spec")
        here = kind == KIND and namespace == one.namespace and isinstance(spec, dict)
        if here and spec.get("pvc") == claim:  # type: ignore[union-attr]
            return (namespace, name)
    return None
