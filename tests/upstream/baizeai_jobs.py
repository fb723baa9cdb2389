"""What a preload Job loads, from where to where: read from the original's arguments, and from ours."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

Container = Mapping[str, Any]
ORIGINAL_ROOT = "/baize/dataset/data"
KINDS = {"MODEL": "model", "model": "model", "DATASET": "dataset", "dataset": "dataset"}
KEYS = {
    "GIT": {"username", "password", "token"},
    "S3": {"access-key", "secret-key"},
    "HTTP": {"username", "password"},
    "HUGGING_FACE": {"token"},
    "MODEL_SCOPE": {"token"},
    "DATABASE": {"username", "password"},
}
"""Keys of the mounted Secret that the original's loader reads."""


class Load(NamedTuple):
    """A load in words that both sides have."""

    source: Mapping[str, Any]
    claim: str
    target: str
    """Directory on the claim."""

    mode: int
    uid: int
    gid: int
    secret: str | None
    keys: frozenset[str]
    devices: Mapping[str, str]


def original(job: Mapping[str, Any]) -> Load:
    """What the controller's Job does."""
    pod = job["spec"]["template"]["spec"]
    container = pod["containers"][0]
    kind, uri, *flags = container["args"]
    options = dict(flag.removeprefix("--options=").split("=", 1) for flag in flags if flag.startswith("--options="))
    options = {key: json.loads(value) if value.startswith('"') else value for key, value in options.items()}
    mount = dict(flag.removeprefix("--mount-").split("=", 1) for flag in flags if flag.startswith("--mount-"))
    volume = next(one for one in container["volumeMounts"] if one["mountPath"] == ORIGINAL_ROOT)
    secret = next((one["secret"]["secretName"] for one in pod["volumes"] if "secret" in one), None)
    keys = KEYS.get(kind, set()) if secret and not uri.startswith("git:") else set()
    return Load(
        {"type": kind, **ORIGINALS[kind](uri, options, container, pod)},
        _claim(pod, volume["name"]),
        posixpath.normpath(posixpath.join("/", volume.get("subPath", ""), mount["path"].strip("/"))),
        int(mount["mode"], 8),
        int(mount["uid"]),
        int(mount["gid"]),
        secret if keys else None,
        frozenset(keys),
        _devices(container),
    )


def _hub(uri: str, options: Mapping[str, str], *_: Any) -> dict[str, Any]:
    parts = urlsplit(uri)
    return {
        "repo": parts.netloc + parts.path,
        "kind": KINDS.get(options.get("repoType", ""), "model"),
        "revision": options.get("revision"),
        "include": options.get("include", "").split(),
        "exclude": options.get("exclude", "").split(),
        "endpoint": options.get("endpoint"),
    }


def _git(uri: str, options: Mapping[str, str], *_: Any) -> dict[str, Any]:
    wanted = {key: options.get(key, "") for key in ("branch", "commit", "depth")}
    return {"url": uri, **wanted, "submodules": bool(options.get("submodules"))}


def _s3(uri: str, options: Mapping[str, str], *_: Any) -> dict[str, Any]:
    parts = urlsplit(uri)
    provider = {"AWS": "AWS", "MINIO": "Minio"}.get(options.get("provider", "AWS"), "Other")
    return {
        "remote": f"{parts.netloc}/{unquote(parts.path).strip('/')}".rstrip("/"),
        "provider": "Other" if options.get("endpoint") and "provider" not in options else provider,
        "region": options.get("region"),
        "endpoint": options.get("endpoint"),
        "mode": options.get("syncMode", "sync"),
    }


def _http(uri: str, options: Mapping[str, str], *_: Any) -> dict[str, Any]:
    return {"url": uri, "mode": options.get("syncMode", "sync")}


def _conda(uri: str, options: Mapping[str, str], container: Container, pod: Container) -> dict[str, Any]:
    del uri
    return {
        "name": options["name"],
        "index": options.get("pipIndexUrl", ""),
        "extra": options.get("pipExtraIndexUrl", ""),
        "files": next((one["configMap"]["name"] for one in pod["volumes"] if "configMap" in one), None),
    }


def _hadoop(uri: str, options: Mapping[str, str], container: Container, pod: Container) -> dict[str, Any]:
    return {
        "nameNode": None if options.get("coreSiteXml") else f"hdfs://{urlsplit(uri).netloc}",
        "path": options["sourcePath"],
        "user": options.get("username"),
        "settings": _settings(container, pod),
    }


def _database(uri: str, options: Mapping[str, str], *_: Any) -> dict[str, Any]:
    lower = {key.lower(): value for key, value in options.items()}
    host, _colon, port = urlsplit(uri).netloc.partition(":")
    return {
        "host": lower.get("host", host),
        "port": lower.get("port", port or "3306"),
        "database": lower["dbname"],
        "tables": lower["tables"].split(","),
    }


ORIGINALS: Mapping[str, Callable[..., dict[str, Any]]] = {
    "HUGGING_FACE": _hub, "MODEL_SCOPE": _hub, "GIT": _git, "S3": _s3, "HTTP": _http, "CONDA": _conda,
    "HADOOP": _hadoop, "DATABASE": _database,
}  # fmt: skip


def ours(job: Mapping[str, Any], kind: str) -> Load:
    """What our Job does."""
    pod = job["spec"]["template"]["spec"]
    container = pod["containers"][0]
    values = {one["name"]: one["value"] for one in container["env"] if "value" in one}
    references = [
        one["valueFrom"]["secretKeyRef"] for one in container["env"] if "secretKeyRef" in one.get("valueFrom", {})
    ]
    volume = next(one for one in container["volumeMounts"] if one["name"] == "volume")
    target = posixpath.relpath(values["HYDRA_TARGET"], volume["mountPath"])
    assert any(argument.endswith(values["HYDRA_TARGET"]) for argument in container["args"]), (
        "the loader writes elsewhere"
    )
    security = pod["securityContext"]
    return Load(
        {"type": kind, **OURS[kind](container["args"], values, container, pod)},
        _claim(pod, "volume"),
        posixpath.normpath(posixpath.join("/", volume.get("subPath", ""), target)),
        int(values["HYDRA_FILE_MODE"], 8),
        security["runAsUser"],
        security["runAsGroup"],
        next((one["name"] for one in references), None),
        frozenset(one["key"] for one in references),
        _devices(container),
    )


def _our_huggingface(args: list[str], values: Mapping[str, str], *_: Any) -> dict[str, Any]:
    assert args[:2] == ["huggingface-cli", "download"]
    return {
        "repo": args[2],
        "kind": _flag(args, "repo-type") or "model",
        **_our_patterns(args),
        "endpoint": values.get("HF_ENDPOINT"),
    }


def _our_modelscope(args: list[str], values: Mapping[str, str], *_: Any) -> dict[str, Any]:
    assert args[4:6] == ["modelscope", "download"]
    kind = "dataset" if _flag(args, "dataset") else "model"
    return {
        "repo": _flag(args, kind),
        "kind": kind,
        **_our_patterns(args),
        "endpoint": values.get("MODELSCOPE_DOMAIN"),
    }


def _our_patterns(args: list[str]) -> dict[str, Any]:
    lists = {}
    for flag in ("include", "exclude"):
        after = args[args.index(f"--{flag}") + 1 :] if f"--{flag}" in args else []
        stop = next((position for position, one in enumerate(after) if one.startswith("--")), len(after))
        lists[flag] = after[:stop]
    return {"revision": _flag(args, "revision"), **lists}


def _our_git(args: list[str], *_: Any) -> dict[str, Any]:
    url, branch, commit, depth, submodules, _target, *_mirror = args[4:]
    return {"url": url, "branch": branch, "commit": commit, "depth": depth, "submodules": bool(submodules)}


def _our_s3(args: list[str], values: Mapping[str, str], *_: Any) -> dict[str, Any]:
    assert args[0] == "rclone"
    return {
        "remote": args[2].removeprefix("SRC:"),
        "provider": values["RCLONE_CONFIG_SRC_PROVIDER"],
        "region": values.get("RCLONE_CONFIG_SRC_REGION"),
        "endpoint": values.get("RCLONE_CONFIG_SRC_ENDPOINT"),
        "mode": args[1],
    }


def _our_http(args: list[str], values: Mapping[str, str], *_: Any) -> dict[str, Any]:
    assert args[4] == "rclone"
    return {"url": values["RCLONE_CONFIG_SRC_URL"], "mode": args[5]}


def _our_conda(args: list[str], values: Mapping[str, str], container: Container, pod: Container) -> dict[str, Any]:
    name, _prefix, _requirements, index, extra, _target, _channels = args[4:]
    files = next((one["configMap"]["name"] for one in pod["volumes"] if "configMap" in one), None)
    return {"name": name, "index": index, "extra": extra, "files": files}


def _our_hadoop(args: list[str], values: Mapping[str, str], container: Container, pod: Container) -> dict[str, Any]:
    assert args[:2] == ["hdfs", "dfs"]
    return {
        "nameNode": args[args.index("-fs") + 1] if "-fs" in args else None,
        "path": args[args.index("--") + 1],
        "user": values.get("HADOOP_USER_NAME"),
        "settings": _settings(container, pod),
    }


def _our_database(args: list[str], *_: Any) -> dict[str, Any]:
    host, port, database, _target, *tables = args[4:]
    return {"host": host, "port": port, "database": database, "tables": tables}


OURS: Mapping[str, Callable[..., dict[str, Any]]] = {
    "HUGGING_FACE": _our_huggingface, "MODEL_SCOPE": _our_modelscope, "GIT": _our_git, "S3": _our_s3, "HTTP": _our_http,
    "CONDA": _our_conda, "HADOOP": _our_hadoop, "DATABASE": _our_database,
}  # fmt: skip


def _flag(args: list[str], name: str) -> str | None:
    return next((one.partition("=")[2] for one in args if one.startswith(f"--{name}=")), None)


def _claim(pod: Container, volume: str) -> str:
    found: str = next(one["persistentVolumeClaim"]["claimName"] for one in pod["volumes"] if one["name"] == volume)
    return found


def _devices(container: Container) -> dict[str, str]:
    sides = [container["resources"].get(side, {}) for side in ("requests", "limits")]
    found: list[dict[str, str]] = [{name: amount for name, amount in side.items() if "/" in name} for side in sides]
    assert found[0] == found[1]
    return found[0]


def _settings(container: Container, pod: Container) -> dict[str, str]:
    """Files of the client's settings -> the ConfigMap that has them."""
    maps = {one["name"]: one["configMap"]["name"] for one in pod["volumes"] if "configMap" in one}
    mounts = [one for one in container["volumeMounts"] if re.match("/opt/hadoop/", one["mountPath"])]
    return {one["mountPath"]: f"{maps[one['name']]}/{one['subPath']}" for one in mounts}
