"""The gate of a consumer: an init container that waits for the marker of what it reads."""

from __future__ import annotations

from typing import Any, NamedTuple

from compiler.lowering.pods import RESTRICTED, verbatim
from compiler.lowering.scripts import GATE


class Gate(NamedTuple):
    """A wait. Only the run digest, which is in the marker's path, crosses from the producer into the consumer."""

    name: str
    """Name of the container, e.g. `wait-for-base`."""

    image: str
    wanted: str
    """What is waited for, as its owner calls it: `support-bot/models/base`."""

    producer: str
    """Who makes it, without any digest: `Job nlp/support-bot-base-preload`."""

    marker: str
    """Absolute path of the marker in the container."""

    timeout_seconds: int
    volume: str
    """Name of the pod's volume with the claim."""

    mount_path: str
    sub_path: str = ""


def gate_container(gate: Gate) -> dict[str, Any]:
    """The init container. It exits with 1, and says why, when the time is over."""
    mount: dict[str, Any] = {"name": gate.volume, "mountPath": gate.mount_path, "readOnly": True}
    if gate.sub_path:
        mount["subPath"] = gate.sub_path
    environment = {
        "HYDRA_MARKER": gate.marker,
        "HYDRA_WANTED": gate.wanted,
        "HYDRA_PRODUCER": gate.producer,
        "HYDRA_TIMEOUT": str(gate.timeout_seconds),
    }
    return {
        "name": gate.name,
        "image": gate.image,
        "command": ["sh", "-c", GATE, "gate"],
        "env": [{"name": name, "value": verbatim(value)} for name, value in environment.items()],
        "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}, "limits": {"cpu": "100m", "memory": "64Mi"}},
        "securityContext": dict(RESTRICTED),
        "volumeMounts": [mount],
    }
