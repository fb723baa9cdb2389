"""The Job that copies a result into a bucket, once its marker stands."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from compiler.diagnostics import Diagnostic, Staged
from compiler.emission.canonical import canonical_quantities
from compiler.emission.digests import run_digest
from compiler.emission.naming import object_name
from compiler.library import problems as library_problems
from compiler.library.plain import TemplateFault
from compiler.library.templates import render, render_values
from compiler.linking.program import Program
from compiler.linking.workload import Finetune, SecretKey, TrainingJob, Upload
from compiler.planning.identity import Identity
from compiler.planning.images import pulled
from compiler.planning.job_script import JOB
from compiler.planning.plans import Plan
from compiler.planning.problems import NOT_UPLOADED
from compiler.planning.work import PodVolume, Replicas, Waiting, WorkPlan, WorkPod

ROOT = "/mnt/output"
LOADER = "s3-upload"
RETRIES = 4
DIALECT = "cpod"
"""The system whose documents ask for uploads."""


class Result(NamedTuple):
    """What is copied. Paths are from the claim's root."""

    workload: Finetune | TrainingJob
    claim: str
    directory: str
    marker: str
    """Marker of the result, which the copy waits for."""

    state: str
    """Directory of the copy's own marker."""

    run: str
    producer: str


class Bucket(NamedTuple):
    """Where it is copied to."""

    remote: str
    """Bucket and path."""

    endpoint: str | None
    secret: str | None

    @property
    def uri(self) -> str:
        """As people write it."""
        return f"s3://{self.remote}"


def bucket_of(uri: str, endpoint: str | None, secret: str | None) -> Bucket:
    """The bucket of a URI `s3://bucket/path`."""
    return Bucket(uri.removeprefix("s3://").rstrip("/"), endpoint, secret)


def bucket_of_upload(upload: Upload, program: Program, dialect: str = DIALECT) -> Staged[Bucket | None]:
    """The bucket that a dialect's settings on the cluster name; a finding where they name none."""
    settings = program.profile.dialects.get(dialect) or {}
    bucket = settings.get("bucket")
    if not bucket:
        wrong = f"The result is not uploaded: cluster `{program.profile.name}` names no bucket."
        do = f"Add `dialects: {{{dialect}: {{bucket: ..., endpoint: ..., secret: ...}}}}` to the cluster's spec."
        return Staged(None, [Diagnostic(NOT_UPLOADED, upload.at, wrong, do)])
    return Staged(Bucket(f"{bucket}/{upload.path}", settings.get("endpoint"), settings.get("secret")))


def plan_export(result: Result, bucket: Bucket, program: Program) -> Staged[tuple[Plan, ...]]:
    """The Job. Another bucket is another Job; the same one finds its marker and copies nothing again."""
    loader, found = program.library.find("loader", LOADER)
    if loader is None:
        return Staged((), found)
    context = _context(result, bucket)
    try:
        arguments = render(loader.arguments, context)
        environment = render_values(loader.environment, context)
    except TemplateFault as fault:
        return Staged((), [library_problems.template_fails(loader.origin.child(*fault.path), fault)])
    profile, workload = program.profile, result.workload
    copy = run_digest({"uri": bucket.uri, "endpoint": bucket.endpoint})
    marker = f"{ROOT}/{result.state}/exported-{copy}.json"
    image = pulled(loader.image, profile)
    patience = profile.gate_seconds + (workload.deadline_seconds or 0)
    pod = WorkPod(
        image=image,
        command=("sh", "-c", JOB, "export"),
        arguments=tuple(arguments),
        environment={**_own(result, bucket, marker), **environment, **_secrets(loader, bucket)},
        volumes=(
            PodVolume("output", ROOT, claim=result.claim),
            PodVolume("tmp", "/tmp", size="1Gi"),  # noqa: S108
        ),
        gates=(Waiting("wait-run", workload.of, result.producer, f"{ROOT}/{result.marker}", patience, "output"),),
        gate_image=image,
        resources=_resources(loader),
        uid=workload.mount.uid,
        gid=workload.mount.gid,
        fs_group=profile.storage.fs_group,
        pull_secrets=profile.pull_secrets,
        service_account=profile.service_account,
        labels=profile.pod_labels,
        grace_seconds=5,
    )
    identity = Identity(
        object_name([workload.names.job, "export"]),
        workload.namespace,
        workload.unit,
        workload.origin,
        workload.labels,
        workload.annotations,
    )
    return Staged(
        (
            WorkPlan(
                identity,
                "general",
                (Replicas("Worker", 1, pod),),
                backoff_limit=RETRIES,
                restart="Never",
                run=f"{result.run}-{copy}",
            ),
        )
    )


def _context(result: Result, bucket: Bucket) -> dict[str, Any]:
    return {
        "export": {
            "directory": f"{ROOT}/{result.directory}".rstrip("/"),
            "remote": bucket.remote,
            "endpoint": bucket.endpoint or "",
            "provider": "Other" if bucket.endpoint else "AWS",
            "identity": not bucket.secret,
        }
    }


def _own(result: Result, bucket: Bucket, marker: str) -> dict[str, str]:
    ready = json.dumps({"run": result.run, "of": result.workload.of, "to": bucket.uri})
    return {
        "HYDRA_MARKER": marker,
        "HYDRA_READY": ready,
        "HYDRA_REPLICA": "0",
        "HOME": "/tmp",  # noqa: S108
        "USER": "hydra",
    }


def _secrets(loader: Any, bucket: Bucket) -> Mapping[str, SecretKey]:
    if not bucket.secret:
        return {}
    return {name: SecretKey(bucket.secret, one.key) for name, one in loader.secrets.items()}


def _resources(loader: Any) -> dict[str, Any]:
    amounts = loader.resources.model_dump(by_alias=True, exclude_none=True)
    return canonical_quantities({"resources": amounts})["resources"]  # type: ignore[no-any-return]
