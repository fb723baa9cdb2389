"""Findings about documents of KubeRay that are passed through: what the operator, or Ray itself, would refuse later.

Source of the operator's rules: ray-project/kuberay at feeaf72, ray-operator/controllers/ray/utils/validation.go.
"""

from __future__ import annotations

from collections.abc import Iterable

from compiler.diagnostics import Code, Diagnostic, Located, Severity, closest

_RULES = "https://github.com/ray-project/kuberay/blob/master/ray-operator/controllers/ray/utils/validation.go"
_SERVE = "https://docs.ray.io/en/latest/serve/production-guide/config.html"

BAD_SCALING = Code(
    "HYD541",
    Severity.ERROR,
    "Worker groups or an autoscaler of Ray that contradict themselves.",
    "KubeRay accepts the document and then starts no cluster; two groups of one name are one to the autoscaler.",
    bad="workerGroupSpecs: [{groupName: gpu, minReplicas: 4, maxReplicas: 2}]",
    good="workerGroupSpecs: [{groupName: gpu, minReplicas: 2, maxReplicas: 4}]",
    source=_RULES,
)
SAID_TWICE = Code(
    "HYD542",
    Severity.ERROR,
    "Resources or labels of a Ray group in two places.",
    "`rayStartParams` and the fields of the group say the same thing, and KubeRay takes only one of them.",
    bad='{groupName: gpu, rayStartParams: {num-gpus: "1"}, resources: {GPU: "1"}}',
    good='{groupName: gpu, resources: {GPU: "1"}}',
    source=_RULES,
)
BAD_FAULT_TOLERANCE = Code(
    "HYD543",
    Severity.ERROR,
    "Two descriptions of where Ray's control store is kept.",
    "With `gcsFaultToleranceOptions` the operator sets variables and parameters itself, and refuses a cluster that "
    "brings its own.",
    bad="gcsFaultToleranceOptions: {redisAddress: redis:6379}\n# and in the head's container\nenv: [{name: RAY_REDIS_ADDRESS, value: redis:6379}]",
    good="gcsFaultToleranceOptions: {redisAddress: redis:6379}",
    source=_RULES,
)
BAD_JOB = Code(
    "HYD544",
    Severity.ERROR,
    "Fields of a RayJob that exclude each other.",
    "The operator sets the job to ValidationFailed and does not run it.",
    bad="{ttlSecondsAfterFinished: 600, shutdownAfterJobFinishes: false}",
    good="{ttlSecondsAfterFinished: 600, shutdownAfterJobFinishes: true}",
    source=_RULES,
)
BAD_TEXT = Code(
    "HYD545",
    Severity.ERROR,
    "A text that has to be YAML and is not.",
    "`serveConfigV2` and `runtimeEnvYAML` are documents of their own, which neither the API server nor KubeRay looks into "
    "before the cluster runs.",
    bad='serveConfigV2: "applications: ["',
    good="serveConfigV2: |\n  applications:\n    - {name: chat, import_path: chat:app}",
    source=_SERVE,
)
BAD_SERVICE = Code(
    "HYD546",
    Severity.ERROR,
    "A RayService whose cluster says what the service decides.",
    "The operator makes clusters and Services for it, with names of its own and by the service's upgrade strategy.",
    bad="rayClusterConfig: {upgradeStrategy: {type: Recreate}}",
    good="upgradeStrategy: {type: NewCluster}",
    source=_RULES,
)
BAD_SERVING = Code(
    "HYD547",
    Severity.ERROR,
    "Applications that Ray Serve refuses.",
    "The cluster starts, takes its cards, and then serves nothing.",
    bad="applications: [{name: a, route_prefix: chat, import_path: chat:app}]",
    good="applications: [{name: a, route_prefix: /chat, import_path: chat:app}]",
    source=_SERVE,
)
UNKNOWN_KEY = Code(
    "HYD548",
    Severity.ERROR,
    "A key that Ray Serve does not know.",
    "Ray ignores it without a word: the deployment runs with the default.",
    bad="deployments: [{name: a, max_concurrent_queries: 8}]",
    good="deployments: [{name: a, max_ongoing_requests: 8}]",
    source=_SERVE,
)
SCALED_BY_RAY = Code(
    "HYD549",
    Severity.WARNING,
    "A number of workers that Ray's autoscaler changes.",
    "A GitOps controller puts back what the repo says: it stops workers that the autoscaler has started.",
    bad="enableInTreeAutoscaling: true\nworkerGroupSpecs: [{groupName: gpu, replicas: 2, minReplicas: 1, maxReplicas: 4}]",
    good="enableInTreeAutoscaling: true\nworkerGroupSpecs: [{groupName: gpu, minReplicas: 1, maxReplicas: 4}]",
    source="https://docs.ray.io/en/latest/cluster/kubernetes/user-guides/configuring-autoscaling.html",
)
REMOVES_ITSELF = Code(
    "HYD550",
    Severity.WARNING,
    "A RayJob that goes away when it is done.",
    "A GitOps controller sees that the job of the repo is gone, makes it again, and it runs again, for ever.",
    bad="deletionStrategy: {deletionRules: [{policy: DeleteSelf, condition: {jobStatus: SUCCEEDED, ttlSeconds: 60}}]}",
    good="deletionStrategy: {deletionRules: [{policy: DeleteCluster, condition: {jobStatus: SUCCEEDED, ttlSeconds: 60}}]}",
    source="https://docs.ray.io/en/latest/cluster/kubernetes/getting-started/rayjob-quick-start.html",
)


def bad_scaling(at: Located, wrong: str, do: str) -> Diagnostic:
    """Worker groups or an autoscaler that the operator refuses."""
    return Diagnostic(BAD_SCALING, at, wrong, do)


def said_twice(at: Located, wrong: str, do: str) -> Diagnostic:
    """Resources or labels beside `rayStartParams`."""
    return Diagnostic(SAID_TWICE, at, wrong, do)


def bad_fault_tolerance(at: Located, wrong: str, do: str) -> Diagnostic:
    """A control store that is described twice."""
    return Diagnostic(BAD_FAULT_TOLERANCE, at, wrong, do)


def bad_job(at: Located, wrong: str, do: str) -> Diagnostic:
    """A RayJob that the operator refuses."""
    return Diagnostic(BAD_JOB, at, wrong, do)


def bad_text(at: Located, field: str, wrong: str) -> Diagnostic:
    """A field whose text is not the YAML that it should be."""
    return Diagnostic(BAD_TEXT, at, f"`{field}` {wrong}.", "Write YAML below it, after `|`.")


def bad_service(at: Located, wrong: str, do: str) -> Diagnostic:
    """A RayService that the operator refuses."""
    return Diagnostic(BAD_SERVICE, at, wrong, do)


def bad_serving(at: Located, wrong: str, do: str) -> Diagnostic:
    """Applications that Ray Serve refuses."""
    return Diagnostic(BAD_SERVING, at, wrong, do)


def unknown_key(at: Located, where: str, key: str, known: Iterable[str], renamed: str | None) -> Diagnostic:
    """A key that Ray Serve ignores; `renamed` is what it is called today."""
    near = (renamed,) if renamed else closest(key, known)
    do = "Use today's name." if renamed else "Remove it, or spell it as Ray does."
    return Diagnostic(UNKNOWN_KEY, at, f"Ray Serve knows no `{key}` in {where}, and ignores it.", do, near)


def scaled_by_ray(at: Located, group: str) -> Diagnostic:
    """`replicas` of a group that the autoscaler scales."""
    return Diagnostic(
        SCALED_BY_RAY,
        at,
        f"Ray's autoscaler changes `replicas` of `{group}`, and a GitOps controller would change it back.",
        "Remove it; `minReplicas` and `maxReplicas` are what the autoscaler keeps to.",
    )


def removes_itself(at: Located) -> Diagnostic:
    """`DeleteSelf`."""
    return Diagnostic(
        REMOVES_ITSELF,
        at,
        "`DeleteSelf` removes the job when it is done, and a GitOps controller makes it again.",
        "Use `DeleteCluster`, which frees the cards and keeps the job.",
    )
