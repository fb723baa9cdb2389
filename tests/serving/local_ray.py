"""Ray on this machine, which runs what a RayService says as KubeRay has it run: by the text of its `serveConfigV2`."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

START_SECONDS = 180
POLL_SECONDS = 0.2
VARIABLES = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_SERVE_MAX_PER_REPLICA_RETRY_COUNT": "1"}
"""Nothing is reported, and a replica that cannot start is not tried again and again."""

Mounts = Mapping[str, Path]
"""Where what a pod mounts lies here, by the path in the pod."""


class LocalRay:
    """Ray with Serve behind one port; ended when the context ends.

    Processors are what Ray counts, so that replicas that ask for more than this machine has are started.
    """

    def __init__(self, port: int, processors: int = 64) -> None:
        self._port, self._processors = port, processors
        self._running: dict[str, dict[str, Any]] = {}
        self._numbers = itertools.count()

    def __enter__(self) -> LocalRay:
        os.environ.update(VARIABLES)
        import ray
        from ray import serve

        # Short, because the paths of sockets are.
        self._scratch = tempfile.mkdtemp(prefix="hydra-")
        ray.init(
            address="local",
            num_cpus=self._processors,
            num_gpus=0,
            include_dashboard=False,
            object_store_memory=128 << 20,
            _temp_dir=self._scratch,
            log_to_driver=False,
            logging_level="ERROR",
            _system_config={"prestart_worker_first_driver": False},
        )
        serve.start(http_options={"host": "127.0.0.1", "port": self._port})
        return self

    def __exit__(self, *_: object) -> None:
        import ray

        ray.shutdown()
        shutil.rmtree(self._scratch, ignore_errors=True)

    @contextmanager
    def serving(self, serve_config: str, mounts: Mounts, environment: Mapping[str, str] | None = None) -> Iterator[str]:
        """Run the one application of a `serveConfigV2`, and give its address without a slash at the end.

        `environment` is what the pods' containers have, e.g. `PYTHONPATH`. Paths in it and in the text's `args` that
        lie in a mount become those of this machine. Several may run at once: each has a route of its own.

        Raises: RuntimeError, with Ray's message, where it does not come up.
        """
        (application,) = yaml.safe_load(serve_config)["applications"]
        name = f"{application['name']}-{next(self._numbers)}"
        here = _placed(application, mounts, _local(environment or {}, mounts))
        self._deploy(self._running | {name: here | {"name": name, "route_prefix": f"/{name}"}})
        try:
            self._wait_for(name)
            yield f"http://127.0.0.1:{self._port}/{name}"
        finally:
            self._deploy({other: one for other, one in self._running.items() if other != name})
            self._wait_for_end_of(name)

    def _deploy(self, applications: Mapping[str, dict[str, Any]]) -> None:
        """What Ray's API of applications does with a document: it names all of them, and what it does not name ends."""
        from ray.serve.context import _get_global_client
        from ray.serve.schema import ServeDeploySchema

        self._running = dict(applications)
        document = {"applications": list(applications.values())}
        _get_global_client().deploy_apps(ServeDeploySchema.model_validate(document))

    def _wait_for(self, name: str) -> None:
        from ray import serve

        status = None
        for _ in _until(START_SECONDS):
            status = serve.status().applications.get(name)
            if status and status.status == "RUNNING" and self._routes_to(name):
                return
            if status and status.status in ("DEPLOY_FAILED", "UNHEALTHY"):
                deployments = "\n".join(one.message for one in status.deployments.values())
                raise RuntimeError(f"{name} is {status.status}: {status.message}\n{deployments}")
        raise RuntimeError(f"{name} does not run after {START_SECONDS} s: {status}")

    def _wait_for_end_of(self, name: str) -> None:
        from ray import serve

        for _ in _until(START_SECONDS):
            if name not in serve.status().applications and not self._routes_to(name):
                return
        raise RuntimeError(f"{name} still runs after {START_SECONDS} s")

    def _routes_to(self, name: str) -> bool:
        with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/-/routes", timeout=10) as routes:
            return f"/{name}" in json.load(routes)


def _until(seconds: float) -> Iterator[None]:
    """Again and again, for some time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        yield
        time.sleep(POLL_SECONDS)


def _placed(application: dict[str, Any], mounts: Mounts, environment: Mapping[str, str]) -> dict[str, Any]:
    """An application with this machine's paths, whose processes have the variables of the pods."""
    runtime = application.get("runtime_env", {})
    variables = {**environment, **runtime.get("env_vars", {})}
    return {
        **application,
        "args": _local(application.get("args", {}), mounts),
        "runtime_env": {**runtime, "env_vars": variables},
    }


def _local(value: Any, mounts: Mounts) -> Any:
    """A value with the paths in its strings as they are here.

    >>> _local({"a": ["/mnt/model/b"]}, {"/mnt/model": Path("/tmp")})
    {'a': ['/tmp/b']}
    """
    if isinstance(value, Mapping):
        return {key: _local(one, mounts) for key, one in value.items()}
    if isinstance(value, list):
        return [_local(one, mounts) for one in value]
    if isinstance(value, str):
        for mount in sorted(mounts, key=len, reverse=True):
            if value == mount or value.startswith(f"{mount}/"):
                return str(mounts[mount]) + value[len(mount) :]
    return value
