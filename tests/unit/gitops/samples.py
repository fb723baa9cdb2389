"""Objects in every phase that their operators write, and what a controller is to make of each."""

from __future__ import annotations

from typing import Any, NamedTuple

HEALTHY, PROGRESSING, DEGRADED, SUSPENDED = "Healthy", "Progressing", "Degraded", "Suspended"
"""What Argo CD calls them."""

CURRENT, WAITING, FAILED = "Current", "InProgress", "Failed"
"""What Flux calls them."""

KUBEFLOW = ("PyTorchJob", "MPIJob", "TFJob", "XGBoostJob", "PaddleJob", "JAXJob")


class Sample(NamedTuple):
    """An object in a phase."""

    name: str
    kind: tuple[str, str]
    body: dict[str, Any]
    argocd: str
    flux: str


def conditions(*true: str, false: tuple[str, ...] = (), **reasons: str) -> dict[str, Any]:
    """A status with those conditions."""
    said = [(one, "True") for one in true] + [(one, "False") for one in false]
    return {
        "conditions": [
            {
                "type": one,
                "status": status,
                "reason": reasons.get(one, one),
                "message": f"{one} is {status}",
                "lastTransitionTime": "2026-01-01T00:00:00Z",
            }
            for one, status in said
        ]
    }


def body(status: dict[str, Any] | None, spec: dict[str, Any] | None = None, generation: int = 2) -> dict[str, Any]:
    """An object with that status."""
    found: dict[str, Any] = {"metadata": {"name": "one", "generation": generation}, "spec": spec or {"a": 1}}
    return found if status is None else found | {"status": status}


def _kubeflow(kind: str) -> list[Sample]:
    def one(
        name: str, status: dict[str, Any] | None, argocd: str, flux: str, spec: dict[str, Any] | None = None
    ) -> Sample:
        return Sample(f"{kind}-{name}", ("kubeflow.org", kind), body(status, spec), argocd, flux)

    suspend = {"runPolicy": {"suspend": True}}
    return [
        one("without-status", None, PROGRESSING, WAITING),
        one("queued-before-the-operator-saw-it", None, SUSPENDED, WAITING, suspend),
        one("empty-status", {}, PROGRESSING, WAITING),
        one("no-conditions", {"conditions": []}, PROGRESSING, WAITING),
        one("created", conditions("Created"), PROGRESSING, WAITING),
        one("queued", conditions("Created", "Suspended"), SUSPENDED, WAITING, suspend),
        one("evicted", conditions("Created", "Suspended", false=("Running",)), SUSPENDED, WAITING, suspend),
        one("resumed", conditions("Created", false=("Suspended",)), PROGRESSING, WAITING),
        one("resumed-and-running", conditions("Created", "Running", false=("Suspended",)), PROGRESSING, CURRENT),
        one("running", conditions("Created", "Running"), PROGRESSING, CURRENT),
        one("restarting", conditions("Created", "Restarting", false=("Running",)), PROGRESSING, WAITING),
        one("succeeded", conditions("Created", "Succeeded", false=("Running",)), HEALTHY, CURRENT),
        one("failed", conditions("Created", "Failed", false=("Running",)), DEGRADED, FAILED),
        one(
            "failed-after-restarts", conditions("Created", "Failed", false=("Running", "Restarting")), DEGRADED, FAILED
        ),
    ]


def _rayjob() -> list[Sample]:
    def one(
        name: str,
        phase: str | None,
        argocd: str,
        flux: str,
        job: str = "",
        spec: dict[str, Any] | None = None,
        seen: int | None = None,
    ) -> Sample:
        said = {"jobDeploymentStatus": phase, "jobStatus": job, "observedGeneration": seen}
        status = None if phase is None else {key: value for key, value in said.items() if value}
        return Sample(f"RayJob-{name}", ("ray.io", "RayJob"), body(status, spec), argocd, flux)

    return [
        one("without-status", None, PROGRESSING, WAITING),
        one("queued-before-the-operator-saw-it", None, SUSPENDED, WAITING, spec={"suspend": True}),
        one("new", "", PROGRESSING, WAITING),
        one("initializing", "Initializing", PROGRESSING, WAITING),
        one("waiting-for-its-submitter", "Waiting", PROGRESSING, WAITING),
        one("pending", "Running", PROGRESSING, CURRENT, "PENDING"),
        one("running", "Running", PROGRESSING, CURRENT, "RUNNING"),
        one("suspending", "Suspending", SUSPENDED, WAITING, "RUNNING", {"suspend": True}),
        one("queued", "Suspended", SUSPENDED, WAITING, spec={"suspend": True}),
        one("retrying", "Retrying", PROGRESSING, WAITING, "FAILED"),
        one("succeeded", "Complete", HEALTHY, CURRENT, "SUCCEEDED"),
        one("stopped", "Complete", DEGRADED, FAILED, "STOPPED"),
        one("failed-of-an-older-operator", "Complete", DEGRADED, FAILED, "FAILED"),
        one("failed", "Failed", DEGRADED, FAILED, "FAILED"),
        one("failed-before-it-was-submitted", "Failed", DEGRADED, FAILED),
        one("refused-by-the-operator", "ValidationFailed", DEGRADED, FAILED),
        # No operator has kept the generation of a RayJob up to date: what ended has ended.
        one("succeeded-and-old", "Complete", HEALTHY, WAITING, "SUCCEEDED", seen=1),
        one("running-and-old", "Running", PROGRESSING, WAITING, "RUNNING", seen=1),
    ]


def _rayservice() -> list[Sample]:
    kind = ("ray.io", "RayService")

    def one(name: str, status: dict[str, Any] | None, argocd: str, flux: str, seen: int = 2) -> Sample:
        status = None if status is None else status | {"observedGeneration": seen}
        return Sample(f"RayService-{name}", kind, body(status), argocd, flux)

    def serving(cluster: str, state: str) -> dict[str, Any]:
        return {cluster: {"applicationStatuses": {"llm": {"status": state, "message": "no card"}}}}

    ready, upgrading = conditions("Ready", false=("UpgradeInProgress",)), conditions("Ready", "UpgradeInProgress")
    starting = conditions(false=("Ready",), Ready="Initializing")
    return [
        one("without-status", None, PROGRESSING, WAITING),
        one("starting", starting, PROGRESSING, WAITING),
        one("ready", ready, HEALTHY, CURRENT),
        one("ready-for-an-old-generation", ready, PROGRESSING, WAITING, seen=1),
        one("second-cluster", upgrading, PROGRESSING, WAITING),
        one("ready-and-deployed", ready | serving("activeServiceStatus", "RUNNING"), HEALTHY, CURRENT),
        one("deploying", starting | serving("pendingServiceStatus", "DEPLOYING"), PROGRESSING, WAITING),
        one("cannot-be-deployed", starting | serving("pendingServiceStatus", "DEPLOY_FAILED"), DEGRADED, FAILED),
        one("broken-second-cluster", upgrading | serving("pendingServiceStatus", "DEPLOY_FAILED"), DEGRADED, FAILED),
        one("broken-while-it-serves", ready | serving("activeServiceStatus", "UNHEALTHY"), DEGRADED, FAILED),
        one("without-endpoints", conditions(false=("Ready",), Ready="ZeroServeEndpoints"), DEGRADED, FAILED),
        one("timed-out", conditions(false=("Ready",), Ready="InitializingTimeout"), DEGRADED, FAILED),
        one("refused-by-the-operator", conditions(false=("Ready",), Ready="ValidationFailed"), DEGRADED, FAILED),
        # Flux looks at the generation before it asks for an expression.
        one("refused-and-old", conditions(false=("Ready",), Ready="ValidationFailed"), DEGRADED, WAITING, seen=1),
        one("suspended", conditions("Suspended", false=("Ready",), Ready="SuspendComplete"), SUSPENDED, WAITING),
        one("suspending", conditions("Suspending", false=("Ready",), Ready="SuspendInProgress"), SUSPENDED, WAITING),
    ]


def _raycluster() -> list[Sample]:
    kind = ("ray.io", "RayCluster")

    def one(name: str, status: dict[str, Any] | None, argocd: str, flux: str, seen: int = 2) -> Sample:
        status = None if status is None else status | {"observedGeneration": seen}
        return Sample(f"RayCluster-{name}", kind, body(status), argocd, flux)

    ready = conditions("HeadPodReady", "RayClusterProvisioned", false=("RayClusterSuspended",))
    return [
        one("without-status", None, PROGRESSING, WAITING),
        one("starting", conditions(false=("HeadPodReady", "RayClusterProvisioned")), PROGRESSING, WAITING),
        one("without-workers", conditions("HeadPodReady", false=("RayClusterProvisioned",)), PROGRESSING, WAITING),
        one("ready", ready, HEALTHY, CURRENT),
        one("ready-for-an-old-generation", ready, PROGRESSING, WAITING, seen=1),
        one("head-gone", conditions("RayClusterProvisioned", false=("HeadPodReady",)), PROGRESSING, WAITING),
        one("pods-refused", conditions("HeadPodReady", "RayClusterProvisioned", "ReplicaFailure"), DEGRADED, FAILED),
        one("suspending", conditions("RayClusterSuspending", "RayClusterProvisioned"), SUSPENDED, WAITING),
        one("suspended", conditions("RayClusterSuspended", "RayClusterProvisioned"), SUSPENDED, WAITING),
        one("ready-of-an-older-operator", {"state": "ready"}, HEALTHY, WAITING),
    ]


def _job() -> list[Sample]:
    def one(name: str, status: dict[str, Any] | None, argocd: str, spec: dict[str, Any] | None = None) -> Sample:
        return Sample(f"Job-{name}", ("batch", "Job"), body(status, spec), argocd, "")

    return [
        one("without-status", None, PROGRESSING),
        one("queued-before-the-controller-saw-it", None, SUSPENDED, {"suspend": True}),
        one("running", {"active": 1}, PROGRESSING),
        one("queued", conditions("Suspended"), SUSPENDED, {"suspend": True}),
        one("resumed-and-running", {"active": 1} | conditions(false=("Suspended",)), PROGRESSING, {"suspend": False}),
        one("complete", conditions("Complete", false=("Suspended",)), HEALTHY),
        one("about-to-fail", conditions("FailureTarget"), PROGRESSING),
        one("failed", conditions("FailureTarget", "Failed"), DEGRADED),
    ]


def _claim() -> list[Sample]:
    def one(phase: str, flux: str) -> Sample:
        kind = ("", "PersistentVolumeClaim")
        return Sample(f"PersistentVolumeClaim-{phase}", kind, body({"phase": phase}), "", flux)

    return [one("Pending", CURRENT), one("Bound", CURRENT), one("Lost", FAILED)]


SAMPLES = (
    *(one for kind in KUBEFLOW for one in _kubeflow(kind)),
    *_rayjob(),
    *_rayservice(),
    *_raycluster(),
    *_job(),
    *_claim(),
)
