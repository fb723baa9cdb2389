"""Plans of workloads, as planning makes them."""

from __future__ import annotations

from compiler.linking.workload import Environment, FieldPath, SecretKey
from compiler.lowering.workload import work
from compiler.manifest import Body
from compiler.planning.identity import Identity
from compiler.planning.work import Elasticity, PodVolume, Replicas, Waiting, WorkPlan, WorkPod
from tests.unit.lowering.local import NOWHERE

IMAGE = "registry.acme.io/mirror/hiyouga/llamafactory:0.9.5"
SIZE = {"cpu": "64", "memory": "256Gi", "nvidia.com/gpu": "8"}

ENVIRONMENT: Environment = {
    "HOME": "/mnt/scratch",
    "USER": "hydra",
    "HF_HOME": "/mnt/scratch/huggingface",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "TORCH_EXTENSIONS_DIR": "/mnt/scratch/extensions",
    "TORCHINDUCTOR_CACHE_DIR": "/mnt/scratch/inductor",
    "TRITON_CACHE_DIR": "/mnt/scratch/triton",
    "DO_NOT_TRACK": "1",
    "PYTORCH_CUDA_ALLOC_CONF": "expandable_segments:True",
    "NCCL_DEBUG": "WARN",
    "HYDRA_REPLICA": FieldPath("metadata.labels['training.kubeflow.org/replica-index']"),
}

VOLUMES = (
    PodVolume("config", "/mnt/config", config_map="support-bot-dolly-full-tmgmctdmgh"),
    PodVolume("model", "/mnt/model", claim="support-bot-base", read_only=True),
    PodVolume("dataset", "/mnt/dataset", claim="support-bot-dolly", read_only=True),
    PodVolume("output", "/mnt/output", claim="support-bot-dolly-full"),
    PodVolume("scratch", "/mnt/scratch", size="50Gi"),
    PodVolume("shm", "/dev/shm", size="64Gi", in_memory=True),
)

GATES = (
    Waiting("wait-base", "support-bot/models/base", "Job nlp/support-bot-base-preload", "/mnt/model/bgg8h5cct2/ready.json", 86400, "model"),
    Waiting("wait-dolly", "support-bot/datasets/dolly", "Job nlp/support-bot-dolly-preload", "/mnt/dataset/67g58956gd/ready.json", 86400, "dataset"),
)  # fmt: skip

POD = WorkPod(
    image=IMAGE,
    command=("python3", "/mnt/config/run.py", "/mnt/config/run.json"),
    arguments=(),
    environment=ENVIRONMENT,
    volumes=VOLUMES,
    gates=GATES,
    gate_image=IMAGE,
    resources={"requests": SIZE, "limits": SIZE},
    uid=1000,
    gid=1000,
    fs_group=True,
    node_selector={"nvidia.com/gpu.product": "NVIDIA-A100-SXM4-80GB"},
    tolerations=[{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}],
    pull_secrets=("acme",),
)
"""The pod of a full fine-tuning on a node of eight cards."""

FULL = POD._replace(
    arguments=("--cost", "$(rm) $5"),
    environment={**ENVIRONMENT, "TOKEN": SecretKey("hub", "token")},
    groups=(2000,),
    service_account="trainer",
    labels={"team": "support"},
    workdir="/workspace",
    capabilities=("IPC_LOCK",),
)
"""A pod with everything that a pod can have."""

BARE = WorkPod("acme.io/train:1", (), (), {}, (), (), "", {}, uid=1000, gid=1000, fs_group=False)
"""A pod with nothing that it can do without."""

LABELS = {
    "team": "support",
    "kueue.x-k8s.io/queue-name": "ml",
    "app.kubernetes.io/managed-by": "hydra",
    "app.kubernetes.io/part-of": "support-bot",
    "app.kubernetes.io/component": "finetune",
}

ROLES = {
    "pytorch": ("Master", "Worker"),
    "mpi": ("Launcher", "Worker"),
    "tensorflow": ("Chief", "PS", "Worker", "Evaluator"),
    "xgboost": ("Master", "Worker"),
    "paddle": ("Master", "Worker"),
    "jax": ("Worker",),
    "general": ("Worker",),
}
"""Every role of a framework."""

NUMBERS = {"Worker": 2}


def plan(framework: str, pod: WorkPod = POD, name: str = "support-bot-dolly-full") -> WorkPlan:
    """A job with pods of every role of its framework."""
    replicas = tuple(Replicas(role, NUMBERS.get(role, 1), pod) for role in ROLES[framework])
    return WorkPlan(Identity(name, "nlp", "support-bot", NOWHERE, LABELS), framework, replicas)


def full(framework: str) -> WorkPlan:
    """A job that says all that it can."""
    return plan(framework, FULL)._replace(
        processes="8", backoff_limit=3, deadline_seconds=86400, volcano_queue="training", restart="Never"
    )


def elastic() -> WorkPlan:
    """Two nodes of eight cards that meet by the elastic form."""
    return plan("pytorch")._replace(
        replicas=(Replicas("Worker", 2, POD),),
        processes="8",
        backoff_limit=6,
        elastic=Elasticity(2, 2, "7km6gcb7th"),
    )


def body(of: WorkPlan) -> Body:
    """The object of a plan."""
    return work(of).body
