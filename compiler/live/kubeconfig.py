"""Which cluster a context of a kubeconfig means, and who asks there.

The `kubernetes` client reads it: certificates, tokens, plugins, proxies. What is wrong is found out here first, or
worded here, since the client's own messages may hold a whole entry, with its token.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from compiler.diagnostics import Diagnostic
from compiler.live import problems

DEFAULT = "~/.kube/config"
MOST = 300
"""Characters that are shown of what a plugin says."""


class UnusableError(Exception):
    """The kubeconfig cannot be used. Carries the finding."""

    def __init__(self, finding: Diagnostic) -> None:
        super().__init__(finding.wrong)
        self.finding = finding


@contextmanager
def configured(context: str) -> Iterator[Any]:
    """The client's configuration for a context; what it wrote to temporary files is gone afterwards.

    Raises: UnusableError; ImportError, where the client is not installed.
    """
    from kubernetes.client import Configuration
    from kubernetes.config import kube_config

    # Not `Configuration()`: that may be a copy of a default that others have set.
    configuration = type.__call__(Configuration)
    files = _files()
    cluster = _cluster_of(context, _entries(files))
    try:
        loaded = _loaded(kube_config, os.pathsep.join(map(str, files)), context, configuration)
        _set_proxy(loaded, cluster)
        yield loaded
    finally:
        # Private keys: the process may end without what Python does at its end.
        getattr(kube_config, "_cleanup_temp_files", lambda: None)()


def _files() -> list[Path]:
    """The files that there are. Raises: UnusableError."""
    named = os.environ.get("KUBECONFIG") or DEFAULT
    paths = [Path(one).expanduser() for one in named.split(os.pathsep) if one]
    files = [one for one in paths if one.is_file()]
    if not files:
        shown = ", ".join(f"`{one}`" for one in named.split(os.pathsep))
        raise UnusableError(
            problems.bad_kubeconfig(
                f"There is no kubeconfig: {shown} does not exist.",
                "Set `KUBECONFIG` to the file that names the cluster.",
            )
        )
    return files


def _entries(files: list[Path]) -> dict[str, dict[str, Any]]:
    """The contexts, users and clusters by name: `context/prod`, the first of each. Raises: UnusableError."""
    found: dict[str, dict[str, Any]] = {}
    for file in files:
        document = _document(file)
        for section in ("contexts", "clusters", "users"):
            entries = document.get(section) or []
            if not isinstance(entries, list) or not all(isinstance(one, dict) and one.get("name") for one in entries):
                raise _unusable(file, f"`{section}` is not a list of entries with a `name`")
            for one in entries:
                found.setdefault(f"{section[:-1]}/{one['name']}", one)
    return found


def _document(file: Path) -> dict[str, Any]:
    import yaml

    try:
        document = yaml.load(file.read_text("utf-8"), yaml.CSafeLoader)  # safe, and in C
    except (OSError, UnicodeDecodeError) as error:
        raise _unusable(file, getattr(error, "strerror", None) or "it is not UTF-8") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        # The error's text quotes the line, which may be the one with the token.
        mark = getattr(error, "problem_mark", None)
        raise _unusable(file, "it is no YAML" + (f", see line {mark.line + 1}" if mark else "")) from None
    if not isinstance(document, dict):
        raise _unusable(file, "it is no kubeconfig")
    return document


def _cluster_of(context: str, entries: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """The cluster of a context, which has a user as well. Raises: UnusableError."""
    named = entries.get(f"context/{context}")
    if named is None:
        known = sorted(name.partition("/")[2] for name in entries if name.startswith("context/"))
        raise UnusableError(
            problems.bad_kubeconfig(
                f"No context of the kubeconfig is called `{context}`.",
                f"Use one that there is: {', '.join(f'`{one}`' for one in known)}." if known else "It has no contexts.",
                context,
                known,
            )
        )
    body = named.get("context")
    names = body if isinstance(body, dict) else {}
    cluster = _described(context, "cluster", names.get("cluster"), entries)
    if "user" in names:
        _described(context, "user", names["user"], entries)
    if not str(cluster.get("server")).startswith(("https://", "http://")):
        wrong = f"The cluster `{names['cluster']}` of the kubeconfig has no `server` that begins with `https://`."
        raise UnusableError(problems.bad_kubeconfig(wrong, "Correct its address."))
    return cluster


def _described(context: str, what: str, name: Any, entries: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """The cluster or user that a context names. Raises: UnusableError."""
    entry = entries.get(f"{what}/{name}")
    body = None if entry is None else entry.get(what) or {}
    if isinstance(body, dict):
        return body
    raise UnusableError(
        problems.bad_kubeconfig(
            f"The context `{context}` names the {what} `{name}`, which the kubeconfig does not describe.",
            "Correct the kubeconfig: `kubectl config view` shows it without secrets.",
        )
    )


def _loaded(kube_config: Any, files: str, context: str, configuration: Any) -> Any:
    """The configuration, filled. Raises: UnusableError."""
    said = _Said()
    root = logging.getLogger()
    root.addHandler(said)
    try:
        kube_config.load_kube_config(files, context, configuration, persist_config=False)
    except Exception as error:  # whatever a kubeconfig can hold, and its text may hold a token
        missing = str(error) if str(error).startswith("File does not exist: ") else ""
        raise UnusableError(
            problems.bad_kubeconfig(
                f"The context `{context}` of the kubeconfig cannot be used: "
                f"{missing or f'its entries are not complete ({type(error).__name__})'}.",
                "Correct its cluster and its user: `kubectl config view` shows them without secrets.",
            )
        ) from None
    finally:
        root.removeHandler(said)
    if said.lines:
        raise UnusableError(
            problems.bad_kubeconfig(
                f"The plugin that gives the credentials of the context `{context}` failed: {said.lines[0][:MOST]}",
                "Run `kubectl get namespaces` with this context, which asks the same plugin.",
            )
        )
    return configuration


def _set_proxy(configuration: Any, cluster: Mapping[str, Any]) -> None:
    """The proxy that the kubeconfig or the environment names. Older releases of the client know some of them."""
    from urllib.request import getproxies

    around = getproxies()
    scheme = str(configuration.host).partition(":")[0]
    configuration.no_proxy = configuration.no_proxy or around.get("no")
    if cluster.get("proxy-url") or not configuration.proxy:
        configuration.proxy = cluster.get("proxy-url") or around.get(scheme)


class _Said(logging.Handler):
    """The client logs that a plugin failed, and goes on without credentials."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        from compiler.report.printable import printable

        self.lines.append(printable(" ".join(record.getMessage().split())))


def _unusable(file: Path, why: str) -> UnusableError:
    return UnusableError(
        problems.bad_kubeconfig(f"`{file}` cannot be read as a kubeconfig: {why}.", "Correct it, or name another one with `KUBECONFIG`.")
    )  # fmt: skip
