"""Artifacts as entries of `datasets` and `models`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from compiler.importing.base import Entry, Stays, Taken, Taking
from compiler.linking.artifact import Mounted
from compiler.linking.model_info import entry_of as model_entry
from compiler.sources.base import GENERAL_OPTIONS, Placement
from compiler.sources.reading import read_source
from compiler.sources.written import Written

if TYPE_CHECKING:
    from compiler.linking.artifact import Artifact
    from compiler.sources.base import Source

SAID_BY_A_VOLUME = frozenset({"accessModes", "resources", "storageClassName"})
"""Fields of a claim that `volume` has a word for."""

UNSAID: Mapping[str, object] = {"volumeMode": "Filesystem"}
"""Fields of a claim whose value is what a Project's claim has anyway."""


def entry_of(artifact: Artifact, section: str, taking: Taking) -> Taken | Stays:
    """The entry of an artifact."""
    why = _unsayable(artifact)
    if why:
        return Stays(why)
    kept = _keeps(artifact, taking)
    value: dict[str, Any] = {}
    if section == "models" and (name := _library_model(artifact, taking, kept=kept)):
        value["from"] = name
    value["source"] = _on_claim(artifact) if kept else _source(artifact, taking)
    if artifact.secret and not kept:
        value["secret"] = artifact.secret
    if not kept and artifact.source.type.placement in {Placement.LOADED, Placement.EMPTY}:
        value |= {"volume": volume} if (volume := _volume(artifact, taking)) else {}
    value |= {"mount": mount} if (mount := _mount(artifact, kept=kept)) else {}
    if artifact.share is not None:
        selector = artifact.share.selector
        value["share"] = True if selector is None else {"namespaces": dict(selector)}
    if artifact.round != 1 and not kept:
        value["round"] = artifact.round
    if section == "datasets" and artifact.format is not None:
        value["format"] = artifact.format.model_dump(by_alias=True, exclude_none=True)
    if section == "models" and (template := _template(artifact, taking)):
        value["template"] = template
    place = taking.names.places[taking.document]
    entry = Entry(section, place.entry, value, taking.document)
    return Taken((entry,), (artifact.names.claim,) if kept else ())


def _unsayable(artifact: Artifact) -> str:
    """Why a Project cannot say where the data lies; empty, where it can."""
    template = artifact.wanted.template or {}
    fields = [name for name in template if name not in SAID_BY_A_VOLUME and template[name] != UNSAID.get(name)]
    if fields:
        return f"Its claim asks for {_listed(fields)}, which `volume` has no word for."
    resources = template.get("resources") or {}
    if resources.get("limits") or set(resources.get("requests") or {}) - {"storage"}:
        return "Its claim asks for more than storage, which `volume` has no word for."
    if artifact.claim_reference is not None and artifact.source.type.placement is Placement.LOADED:
        return f"It is loaded onto the claim `{artifact.claim_reference.name}`, and a Project loads onto its own."
    return ""


def _keeps(artifact: Artifact, taking: Taking) -> bool:
    """Whether the entry goes on with the claim that is there. What lies on one by hand is nowhere else."""
    placement = artifact.source.type.placement
    return placement is Placement.EMPTY or (placement is Placement.LOADED and taking.keep)


def _on_claim(artifact: Artifact) -> str:
    reference = artifact.claim_reference
    if reference is not None:
        return _joined(reference.name, reference.sub_path, artifact.mount.path)
    return _joined(artifact.names.claim, artifact.mount.path)


def _joined(*parts: str) -> str:
    return "pvc://" + "/".join(part.strip("/") for part in parts if part.strip("/"))


def _source(artifact: Artifact, taking: Taking) -> str | dict[str, Any]:
    """The source: a URI alone, where that reads as the same, else type, URI and options."""
    source, written = artifact.source, artifact.written
    if source.type.placement is Placement.REFERENCE:
        key = (str(source.fields["owner"]), str(source.fields["name"]))
        project = taking.names.places[taking.document].project
        found = taking.names.reference(key, project)
        return f"dataset://{found}" if "/" in found else f"dataset://{project}/{found}"
    if artifact.claim_reference is not None:
        reference = artifact.claim_reference
        return _joined(reference.name, reference.sub_path or str(source.fields["path"]))
    options = {name: one for name, one in (written.options if written else {}).items() if name not in GENERAL_OPTIONS}
    uri = written.uri if written else source.uri
    at = artifact.source_at
    for short in _short(source, uri):
        if _same(read_source(Written(short, at)).value, source):
            return short
    given = {"type": source.type.name, "uri": uri, "options": options}
    return {name: one for name, one in given.items() if one}


def _short(source: Source, uri: str) -> Iterator[str]:
    """URIs that may say all of it, the plainest first."""
    repository, revision = source.fields.get("repo"), source.fields.get("revision")
    if repository:
        scheme = "modelscope" if source.type.name == "MODEL_SCOPE" else "hf"
        kind = "datasets/" if source.fields.get("kind") == "dataset" else ""
        yield f"{scheme}://{kind}{repository}" + (f"@{revision}" if revision else "")
    yield uri
    commit = source.fields.get("commit")
    if source.type.name == "GIT":
        url = str(source.fields["url"])
        plain = url.partition("://")[2].rpartition("@")[2]
        scheme = "git" if url.startswith("https://") else f"git+{url.partition('://')[0]}"
        yield f"{scheme}://{plain}" + (f"@{commit}" if commit else "")


def _same(read: Source | None, source: Source) -> bool:
    """Whether two sources load the same by the same means. What the original leaves to the hub is a model."""
    if read is None or read.type.name != source.type.name:
        return False
    usual = {"kind": "model"} if "repo" in source.fields else {}
    mine = {**source.fields, **({} if source.fields.get("kind") else usual)}
    return dict(read.fields) == mine and dict(read.content) == dict(source.content)


def _volume(artifact: Artifact, taking: Taking) -> dict[str, Any]:
    """The claim to ask for, as far as it is not what the cluster gives anyway."""
    template, wanted = artifact.wanted.template or {}, artifact.wanted
    default = taking.side.program.profile.storage
    requests = (template.get("resources") or {}).get("requests") or {}
    size = requests.get("storage") or wanted.size
    modes = template.get("accessModes") or wanted.access_modes
    storage_class = template.get("storageClassName") or wanted.storage_class
    volume: dict[str, Any] = {}
    if size and (str(size) != default.size or artifact.weights is not None):
        volume["size"] = str(size)
    if storage_class and storage_class != default.class_:
        volume["class"] = storage_class
    if modes and list(modes) != list(default.access_modes):
        volume["accessModes"] = list(modes)
    return volume


def _mount(artifact: Artifact, *, kept: bool) -> dict[str, Any]:
    plain, mount = Mounted(), artifact.mount
    fields = ("mode", "uid", "gid") if kept else ("path", "mode", "uid", "gid")
    return {name: getattr(mount, name) for name in fields if getattr(mount, name) != getattr(plain, name)}


def _library_model(artifact: Artifact, taking: Taking, *, kept: bool) -> str:
    """The library's entry of a model whose source does not say which one it is; empty, where it does, or has none."""
    if not kept and artifact.source.fields.get("repo") is not None:
        return ""
    entry = model_entry(artifact, taking.side.program.library)
    return str(entry.name) if entry is not None else ""


def _template(artifact: Artifact, taking: Taking) -> str | None:
    """The chat template, where the library does not say the same."""
    said = artifact.model.template if artifact.model else None
    entry = model_entry(artifact, taking.side.program.library)
    return said if entry is None or said != entry.template else None


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
