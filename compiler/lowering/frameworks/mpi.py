"""MPIJob of the MPI operator: a Launcher that runs `mpirun`, Workers that it reaches by ssh.

The image has a user 1000 called `mpiuser`, ssh clients and servers on one port above 1023, and the configuration of the
server in the user's home, as the operator's own base images do.
Source: kubeflow/mpi-operator v0.8.0, build/base and examples/v2beta1/pi.
"""

from __future__ import annotations

from compiler.lowering.frameworks.base import Framework, in_order, role, run_policy
from compiler.manifest import Body
from compiler.planning.work import Replicas, WorkPlan

HOME = "/home/mpiuser"
SERVER = ("/usr/sbin/sshd", "-De", "-f", f"{HOME}/.sshd_config")
CAPABILITY = "NET_BIND_SERVICE"
"""What the server in the operator's base images has as a capability of its file.

The kernel does not start such a program where the capability is dropped. It is the one that the Pod Security level
"restricted" lets a container have. Source: capabilities(7), "Safety checking for capability-dumb binaries".
"""


def spec(plan: WorkPlan) -> Body:
    """The spec. The launcher is made when its workers can be reached, which they cannot while they wait at a gate."""
    found: Body = {
        "launcherCreationPolicy": "WaitForWorkersReady",
        "mpiReplicaSpecs": {one.role: role(plan, _reachable(one), one.role.lower()) for one in plan.replicas},
        "runPolicy": run_policy(plan),
        "sshAuthMountPath": f"{HOME}/.ssh",
    }
    if plan.processes is not None and plan.processes.isdecimal():
        found["slotsPerWorker"] = int(plan.processes)
    return in_order(found)


def _reachable(replicas: Replicas) -> Replicas:
    """Workers without a program of their own are reached by ssh."""
    pod = replicas.pod
    if replicas.role != "Worker" or pod.command or pod.arguments:
        return replicas
    capabilities = tuple(dict.fromkeys((*pod.capabilities, CAPABILITY)))
    return replicas._replace(pod=pod._replace(command=SERVER, capabilities=capabilities))


FRAMEWORK = Framework("kubeflow.org/v2beta1", "MPIJob", spec)
