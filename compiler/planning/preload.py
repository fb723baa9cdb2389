"""The preload of an artifact: which program, with which arguments, into which directory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from compiler.diagnostics import Diagnostic, Staged
from compiler.emission.canonical import canonical_quantities
from compiler.emission.digests import run_digest
from compiler.library.plain import TemplateFault
from compiler.library.templates import render, render_text, render_values
from compiler.linking.artifact import Artifact, ModelInfo
from compiler.linking.program import Program
from compiler.planning.identity import Identity
from compiler.planning.images import pulled
from compiler.planning.plans import ConfigFiles, FilesPlan, Plan, PreloadPlan, SecretFiles
from compiler.planning.pods import pod_of
from compiler.planning.runs import Run, produced, ready_text, run_of
from compiler.planning.storage import Storage

if TYPE_CHECKING:
    from compiler.library.entries.loader import Loader

ROOT = "/mnt/volume"
FOREIGN_ROOT = "/baize/dataset/data"
"""Where the Dataset controller mounts the claim: its users' tools may look there."""


class _Asked(NamedTuple):
    """An artifact being planned."""

    artifact: Artifact
    program: Program
    storage: Storage
    loader: Loader
    run: Run
    root: str


def plan_preload(artifact: Artifact, program: Program, storage: Storage) -> Staged[list[Plan]]:
    """The Job that loads an artifact, and the ConfigMap with the files it needs; nothing where nothing is loaded."""
    if not produced(artifact):
        return Staged([], _unused_secret(artifact))
    loader, found = program.library.find("loader", str(artifact.source.loader), artifact.source_at)
    if loader is None:
        return Staged([], found)
    root = FOREIGN_ROOT if artifact.in_place else ROOT
    asked = _Asked(artifact, program, storage, loader, run_of(artifact), root)
    context = _context(asked)
    try:
        files = _files(asked, context)
        job = _job(asked, context, files)
    except TemplateFault as fault:
        return Staged([], [_fault(asked, fault)])
    unused = [] if _sends_credentials(asked) else _unused_secret(artifact)
    return Staged([*([files] if files else []), job], unused)


def _job(asked: _Asked, context: Mapping[str, Any], files: FilesPlan | None) -> PreloadPlan:
    artifact, loader, run = asked.artifact, asked.loader, asked.run
    secrets = _secrets(asked)
    environment = _at("environment", render_values, loader.environment, context)
    return PreloadPlan(
        identity=Identity(
            artifact.names.job,
            artifact.namespace,
            artifact.unit,
            artifact.origin,
            artifact.labels,
            artifact.annotations,
            {"secret": artifact.secret_at or artifact.origin, "source": artifact.source_at},
        ),
        pod=pod_of(artifact, asked.program.profile),
        image=pulled(loader.image, asked.program.profile),
        claim=asked.storage.claim,
        claim_path=asked.storage.sub_path,
        root=asked.root,
        target=_below(asked.root, run.target),
        state=_below(asked.root, run.state),
        marker=_below(asked.root, run.marker),
        ready=ready_text(artifact, run),
        arguments=_at("arguments", render, loader.arguments, context),
        environment={name: value for name, value in environment.items() if name not in secrets},
        secrets=secrets,
        secret_files=_secret_files(asked),
        config_files=_config_files(asked, context, files),
        resources=_resources(asked),
        writable={**loader.writable, **artifact.source.scratch},
        as_root=loader.run_as_root is not None,
        run=run.digest,
        download=_download(artifact.model),
    )


def _download(model: ModelInfo | None) -> int:
    """Bytes of a model's weights; 0 for what is no model, or one that is not known."""
    if model is None or model.facts is None:
        return 0
    from compiler.library.behaviour import MissingFact
    from compiler.planning.weights import weights_bytes

    try:
        return weights_bytes(model.facts, model.dtype)
    except MissingFact:
        return 0


def _context(asked: _Asked) -> dict[str, Any]:
    """What a loader's templates see."""
    artifact, offline = asked.artifact, asked.program.profile.offline
    return {
        "source": artifact.source.fields,
        "endpoint": artifact.source.fields.get("endpoint") or offline.get(asked.loader.mirror or "") or "",
        "offline": {name: offline.get(name, "") for name in ("huggingface", "modelscope", "pip", "conda", "git")},
        "root": asked.root,
        "target": _below(asked.root, asked.run.target),
        "mount": {"uid": artifact.mount.uid, "gid": artifact.mount.gid, "path": artifact.mount.path},
        "inPlace": artifact.in_place,
        "anonymous": not _sends_credentials(asked),
    }


def _at(field: str, function: Any, value: Any, context: Mapping[str, Any]) -> Any:
    try:
        return function(value, context)
    except TemplateFault as fault:
        raise fault.below(field) from None


def _below(root: str, path: str) -> str:
    return f"{root}/{path}" if path else root


def _files(asked: _Asked, context: Mapping[str, Any]) -> FilesPlan | None:
    """Texts of the source and of the loader, in one ConfigMap."""
    artifact = asked.artifact
    files = dict(artifact.source.files)
    files |= {
        name: _at(f"texts.{name}", render_text, text.content, context) for name, text in asked.loader.texts.items()
    }
    if not files:
        return None
    identity = Identity(
        artifact.names.files, artifact.namespace, artifact.unit, artifact.origin, artifact.labels, {},
        {"source": artifact.source_at},
    )  # fmt: skip
    # The Dataset controller's name has no digest, and other tools may read that ConfigMap.
    return FilesPlan(identity, dict(sorted(files.items())), "" if artifact.foreign else run_digest(files))


def _config_files(asked: _Asked, context: Mapping[str, Any], files: FilesPlan | None) -> list[ConfigFiles]:
    mounts: list[ConfigFiles] = []
    loader, artifact = asked.loader, asked.artifact
    if files is not None:
        name = "-".join(part for part in (files.identity.name, files.digest) if part)
        inside = {text.path: key for key, text in loader.texts.items()}
        if loader.source_files is not None:
            inside |= {f"{loader.source_files}/{key}": key for key in artifact.source.files}
        mounts.append(ConfigFiles("files", name, inside))
    if loader.config_map is not None:
        name = _at("configMap", render_text, loader.config_map.name, context)
        keys = artifact.source.fields.get("files") or ()
        if name and keys:
            mounts.append(ConfigFiles("settings", name, {f"{loader.config_map.path}/{key}": str(key) for key in keys}))
    return mounts


def _sends_credentials(asked: _Asked) -> bool:
    """Whether there is a secret, and a use for it."""
    artifact, loader = asked.artifact, asked.loader
    return artifact.secret is not None and artifact.source.credentials and bool(loader.secrets or loader.files)


def _secrets(asked: _Asked) -> dict[str, tuple[str, str, bool]]:
    secret = asked.artifact.secret
    if secret is None or not _sends_credentials(asked):
        return {}
    return {name: (secret, one.key, one.optional) for name, one in asked.loader.secrets.items()}


def _secret_files(asked: _Asked) -> SecretFiles | None:
    secret = asked.artifact.secret
    if secret is None or not _sends_credentials(asked) or not asked.loader.files:
        return None
    files = {
        path: (one.key, _readable(asked, int(one.mode, 8)), one.optional) for path, one in asked.loader.files.items()
    }
    return SecretFiles(secret, files)


def _readable(asked: _Asked, mode: int) -> int:
    """The mode of a Secret's file. Without `fsGroup` it belongs to root alone, and the loader is one of the others."""
    return mode if asked.program.profile.storage.fs_group else mode | (mode & 0o070) >> 3


def _resources(asked: _Asked) -> dict[str, dict[str, str]]:
    """Requests and limits: the spec's, else the cluster's, else the loader's; and devices on both sides."""
    own = asked.artifact.resources or asked.program.profile.resources
    given = dict(own) if own else asked.loader.resources.model_dump(exclude_none=True)
    sides = {side: {**(given.get(side) or {}), **asked.artifact.extra_resources} for side in ("requests", "limits")}
    canonical = canonical_quantities({"resources": {side: amounts for side, amounts in sides.items() if amounts}})
    return dict(canonical["resources"])


def _unused_secret(artifact: Artifact) -> list[Diagnostic]:
    """A secret that no loader of the source would read."""
    if artifact.secret is None or artifact.secret_at is None:
        return []
    from compiler.sources.problems import unused_secret

    return [
        unused_secret(
            artifact.secret_at,
            f"Nothing reads this secret: the {artifact.source.type.name} source sends no credentials to its URI.",
            "Remove the secret, or use a URI that can carry them.",
        )
    ]


def _fault(asked: _Asked, fault: TemplateFault) -> Diagnostic:
    from compiler.library.problems import template_fails

    return template_fails(asked.loader.origin.child(*fault.path), fault)
