"""The controllers that turn jobs into pods: Kubernetes' own for a Job, the training operator's for a PyTorchJob.

Source: training-operator v1.9.0, `pkg/controller.v1/pytorch/envvar.go`, `elastic.go`, `master.go`,
`pytorchjob_controller.go: UpdateJobStatus`, `pkg/core/job.go: PastBackoffLimit`.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.training.environment import PodFacts
from tests.training.node import Node
from tests.training.pods import Host, Phase, Pod, Spec
from tests.training.volumes import Storage

PORT = "23456"
"""What the operator's webhook adds as the port `pytorchjob-port`."""

STEP_SECONDS = 0.05

NOTICE_SECONDS = 10
"""From the end of a pod that decides a job to the operator's clean-up of the others."""


class Job(ABC):
    """A job and its pods; nothing happens but in `wait`."""

    def __init__(self, manifest: Spec, node: Node, storage: Storage, directory: Path) -> None:
        self.name: str = manifest["metadata"]["name"]
        self.succeeded: bool | None = None
        """How it ended; nothing while it goes on."""
        self.pods: list[Pod] = []
        self._manifest, self._node, self._storage, self._directory = manifest, node, storage, directory
        self._started = time.monotonic()

    @property
    def log(self) -> str:
        """What all its pods said."""
        return "".join(f"--- {pod.name}\n{pod.log}" for pod in self.pods)

    def wait(self, seconds: float, until: Callable[[], object] = lambda: False) -> None:
        """Run it to its end, or until something is so.

        Raises: TimeoutError, with all that was said, when neither comes in time.
        """
        deadline = time.monotonic() + seconds
        while self.succeeded is None and not until():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.name} goes on after {seconds} s:\n{self.log}")
            for pod in self.pods:
                pod.step()
            self._reconcile()
            time.sleep(STEP_SECONDS)

    def delete(self) -> None:
        """End what still runs, without grace."""
        for pod in self.pods:
            pod.kill_container()

    @abstractmethod
    def _reconcile(self) -> None:
        """Do what the controller does on seeing its pods."""

    def _end(self, succeeded: bool) -> None:
        self.succeeded = succeeded
        for pod in self.pods:
            pod.delete()

    def _late(self, policy: Spec) -> bool:
        limit = policy.get("activeDeadlineSeconds")
        return limit is not None and time.monotonic() - self._started >= limit

    def _pod(
        self, name: str, template: Spec, labels: Mapping[str, str], restart: str, added: Sequence[Spec] = ()
    ) -> Pod:
        metadata = template.get("metadata", {})
        facts = PodFacts(
            name, self._manifest["metadata"]["namespace"], "127.0.0.1", {**metadata.get("labels", {}), **labels}
        )
        host = Host(self._node, self._storage, self._directory, self._hosts())
        return Pod(host, facts, template["spec"], restart, added)

    def _hosts(self) -> str:
        return "127.0.0.1 localhost\n" + "".join(f"127.0.0.{10 + i} {name}\n" for i, name in enumerate(self._names()))

    @abstractmethod
    def _names(self) -> Sequence[str]:
        """The names of its pods, in the order of their addresses."""


class BatchJob(Job):
    """A Job of one completion: a pod that failed is followed by another, as often as the limit allows."""

    def __init__(self, manifest: Spec, node: Node, storage: Storage, directory: Path) -> None:
        super().__init__(manifest, node, storage, directory)
        self._follow()

    def _reconcile(self) -> None:
        spec, last = self._manifest["spec"], self.pods[-1]
        if last.phase is Phase.SUCCEEDED:
            self._end(succeeded=True)
        elif self._late(spec) or (last.phase is Phase.FAILED and len(self.pods) > spec.get("backoffLimit", 6)):
            self._end(succeeded=False)
        elif last.phase is Phase.FAILED:
            self._follow()

    def _names(self) -> Sequence[str]:
        return [f"{self.name}-{len(self.pods)}"]

    def _follow(self) -> None:
        template = self._manifest["spec"]["template"]
        labels = {"batch.kubernetes.io/job-name": self.name}
        self.pods.append(self._pod(self._names()[0], template, labels, template["spec"]["restartPolicy"]))


class PyTorchJob(Job):
    """Masters and workers, with the variables that torchrun and a plain script read."""

    def __init__(self, manifest: Spec, node: Node, storage: Storage, directory: Path) -> None:
        super().__init__(manifest, node, storage, directory)
        self.pods += [self._replica(kind, index) for kind, index in self._replicas()]

    def _replicas(self) -> list[tuple[str, int]]:
        specs = self._manifest["spec"]["pytorchReplicaSpecs"]
        return [
            (kind, index) for kind in ("Master", "Worker") if kind in specs for index in range(specs[kind]["replicas"])
        ]

    def _names(self) -> Sequence[str]:
        return [f"{self.name}-{kind.lower()}-{index}" for kind, index in self._replicas()]

    def _replica(self, kind: str, index: int) -> Pod:
        replica = self._manifest["spec"]["pytorchReplicaSpecs"][kind]
        labels = {
            "training.kubeflow.org/job-name": self.name,
            "training.kubeflow.org/operator-name": "pytorchjob-controller",
            "training.kubeflow.org/replica-index": str(index),
            "training.kubeflow.org/replica-type": kind.lower(),
            **({"training.kubeflow.org/job-role": "master"} if kind == "Master" else {}),
        }
        restart = {"Never": "Never", "ExitCode": "Never"}.get(replica.get("restartPolicy", "OnFailure"), "OnFailure")
        variables = [{"name": name, "value": value} for name, value in self._variables(kind, index).items()]
        return self._pod(f"{self.name}-{kind.lower()}-{index}", replica["template"], labels, restart, variables)

    def _reconcile(self) -> None:
        policy = self._manifest["spec"].get("runPolicy", {})
        if self._past_limit(policy) or self._late(policy) or any(pod.phase is Phase.FAILED for pod in self.pods):
            self._end(succeeded=False)
        elif all(pod.over for pod in self.pods) or self._complete():
            self._end(succeeded=True)

    def _past_limit(self, policy: Spec) -> bool:
        """The operator sums the restarts of the pods that run, and stops as soon as they reach the limit."""
        restarts = sum(pod.restarts for pod in self.pods if pod.phase is Phase.RUNNING)
        limit = policy.get("backoffLimit")
        return limit is not None and restarts >= max(limit, 1)

    def _complete(self) -> bool:
        """By its master, or where the job is elastic by any worker; the rest is then deleted."""
        elastic = "elasticPolicy" in self._manifest["spec"]
        decisive = [
            pod.finished
            for pod, (kind, _) in zip(self.pods, self._replicas(), strict=True)
            if pod.phase is Phase.SUCCEEDED and pod.finished and (kind == "Master" or elastic)
        ]
        return bool(decisive) and time.time() - min(decisive) > NOTICE_SECONDS

    def _variables(self, kind: str, index: int) -> dict[str, str]:
        spec = self._manifest["spec"]
        variables = {"PYTHONUNBUFFERED": "1"}
        if "Master" in spec["pytorchReplicaSpecs"]:
            variables |= self._of_master(index + (kind == "Worker"))
        if "nprocPerNode" in spec:
            variables["PET_NPROC_PER_NODE"] = spec["nprocPerNode"]
        if "elasticPolicy" in spec:
            return variables | self._of_elastic(spec["elasticPolicy"])
        return variables | {"PET_NNODES": str(len(self._replicas()))}

    def _of_master(self, rank: int) -> dict[str, str]:
        processes = str(self._manifest["spec"].get("nprocPerNode", "1"))
        address = f"{self.name}-master-0"
        return {
            "MASTER_PORT": PORT,
            "PET_MASTER_PORT": PORT,
            "MASTER_ADDR": address,
            "PET_MASTER_ADDR": address,
            "WORLD_SIZE": str(len(self._replicas()) * (int(processes) if processes.isdigit() else 1)),
            "RANK": str(rank),
            "PET_NODE_RANK": str(rank),
        }

    def _of_elastic(self, policy: Mapping[str, Any]) -> dict[str, str]:
        host = policy.get("rdzvHost", f"{self.name}-worker-0")
        variables = {
            "PET_RDZV_ENDPOINT": f"{host}:{policy.get('rdzvPort', PORT)}",
            "PET_RDZV_BACKEND": policy.get("rdzvBackend", "c10d"),
            "PET_NNODES": f"{policy['minReplicas']}:{policy['maxReplicas']}",
        }
        for name, field in (("PET_MAX_RESTARTS", "maxRestarts"), ("PET_RDZV_ID", "rdzvId")):
            if field in policy:
                variables[name] = str(policy[field])
        if policy.get("rdzvConf"):
            variables["PET_RDZV_CONF"] = ",".join(f"{one['key']}={one['value']}" for one in policy["rdzvConf"])
        return variables


KINDS: Mapping[str, type[Job]] = {"Job": BatchJob, "PyTorchJob": PyTorchJob}
