"""The Job that makes the directory of a volume that Hydra places."""

from __future__ import annotations

import posixpath

from compiler.lowering.jobs import job
from compiler.lowering.pods import container_security, run_once_pod
from compiler.lowering.scripts import DIRECTORY
from compiler.manifest import Manifest
from compiler.planning.plans import DirectoryPlan

ROOT = "/mnt/export"


def directory_job(plan: DirectoryPlan) -> Manifest:
    """The Job. Until it has run, the volume cannot be mounted, and the pods that want it wait."""
    directory = f"{ROOT}/{plan.path}"
    container = {
        "name": "directory",
        "image": plan.image,
        "command": ["sh", "-c", DIRECTORY, "directory"],
        "env": [
            {"name": "HYDRA_PARENT", "value": posixpath.dirname(directory)},
            {"name": "HYDRA_DIRECTORY", "value": directory},
        ],
        "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"cpu": "500m", "memory": "128Mi"}},
        "securityContext": container_security(as_root=False),
        "volumeMounts": [{"name": "export", "mountPath": ROOT}],
    }
    volumes = [{"name": "export", "persistentVolumeClaim": {"claimName": plan.claim}}]
    template = run_once_pod(plan.pod, container, volumes)
    return job(plan.identity, template, plan.pod.deadline_seconds, run=plan.path)


LOWERING = (DirectoryPlan, directory_job)
