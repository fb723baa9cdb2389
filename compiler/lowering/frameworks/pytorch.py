"""PyTorchJob: one Master, or Workers that meet by the elastic form."""

from __future__ import annotations

from compiler.lowering.frameworks.base import kubeflow
from compiler.manifest import Body
from compiler.planning.work import Elasticity, WorkPlan


def special(plan: WorkPlan) -> Body:
    """Processes of a node, and how workers find each other."""
    found: Body = {}
    if plan.elastic is not None:
        found["elasticPolicy"] = elastic_policy(plan.elastic)
    if plan.processes is not None:
        found["nprocPerNode"] = plan.processes
    return found


def elastic_policy(elastic: Elasticity) -> Body:
    """The meeting of the workers, at the first of them.

    Both time-outs, since torch waits 600 s by itself, and each miss costs a restart.
    Source: torch.distributed.elastic, "Rendezvous", DynamicRendezvousHandler and C10dRendezvousBackend.
    """
    seconds = str(elastic.timeout_seconds)
    policy: Body = {
        "minReplicas": elastic.least,
        "maxReplicas": elastic.most,
        "rdzvBackend": "c10d",
        "rdzvId": elastic.rendezvous_id,
        "rdzvConf": [{"key": key, "value": seconds} for key in ("join_timeout", "read_timeout")],
    }
    # Without restarts is what torchrun does by itself.
    if elastic.restarts:
        policy["maxRestarts"] = elastic.restarts
    return policy


FRAMEWORK = kubeflow("PyTorchJob", "pytorchReplicaSpecs", "pytorch", special)
