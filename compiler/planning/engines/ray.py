"""KubeRay: a RayService whose workers load the model, under Ray Serve.

Source: Ray 2.56, "Serve LLM" and `ServeDeploySchema`; KubeRay 1.5, ray-operator/controllers/ray.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from compiler.diagnostics import Diagnostic, Staged
from compiler.emission.naming import object_name
from compiler.library.plain import TemplateFault
from compiler.library.problems import template_fails
from compiler.linking.profile import Profile
from compiler.linking.program import Program
from compiler.linking.serving import Service
from compiler.planning.engines.base import Choice, Endpoint, Engine, Made
from compiler.planning.engines.files import files_plan
from compiler.planning.engines.ray_applications import deployment_of, serve_config
from compiler.planning.identity import Identity
from compiler.planning.serving import problems_of_services as problems
from compiler.planning.serving.apps import app_text
from compiler.planning.serving.context import APPLICATION, context_of, environment_of
from compiler.planning.serving.plans import RayGroup, RayPlan
from compiler.planning.serving.pods import image_of, probes_of, serving_pod
from compiler.planning.serving.rollout import has_spare
from compiler.planning.summary import PodSummary
from compiler.planning.training.placement import usable
from compiler.planning.training.values import Pool
from compiler.planning.work import PodVolume, WorkPod

if TYPE_CHECKING:
    from compiler.library.entries.runtime import Ray, Runtime

LIMIT = 47
"""Characters of a RayService's name that KubeRay allows."""

SERVICE_LIMIT = 50
"""Characters of a Service's name that it makes: the last ones are kept."""

SERVE_PORT = 8000
GIB = 1 << 30
PORTS = {"gcs-server": 6379, "dashboard": 8265, "client": 10001, "serve": SERVE_PORT}
HEAD = {"requests": {"cpu": "2", "memory": "8Gi"}, "limits": {"cpu": "4", "memory": "8Gi"}}
"""The head schedules and forwards requests; nothing is computed there."""

HEAD_SHM = "2Gi"
HEAD_OBJECTS = 1 << 30
RAY_MEMORY = 16 * GIB
"""Main memory of Ray's own processes on a worker, its object store included."""

SMALL_RAY_MEMORY = 4 * GIB
"""The same beside a model that processors serve."""

WORKER_SHM = 4 * GIB
"""Shared memory of the object store on a worker, beside the server's own."""

IDLE_SECONDS = 600
"""How long a worker without a replica is kept: loading a model takes minutes, and requests come in waves."""

JOINING_SECONDS = 3600
"""How long the autoscaler leaves a pod that has not joined, where nothing is waited for: Ray's own."""

ENGINE_SECONDS = 3600
"""How long Ray Serve LLM lets an engine start. Source: Ray 2.56, llm/_internal/serve/constants.py."""

COUNTED = frozenset({"concurrency"})


def check(choice: Choice, program: Program) -> Iterator[Diagnostic]:
    """What Ray Serve does not do."""
    del program
    service, scale = choice.service, choice.service.scale
    if scale.metric is not None and not scale.fixed and scale.metric not in COUNTED:
        wrong = f"Ray Serve counts replicas by requests at once, and not by `{scale.metric}`."
        yield problems.bad_scale(service.at("replicas", "target", "metric"), wrong, "Use `concurrency`.")
    if service.canary is not None:
        wrong = "A RayService moves all requests to the new cluster at once."
        yield problems.no_canary(
            service.at("canary"), wrong, "Remove `canary`, or make a second service and compare the two."
        )
    ray = choice.runtime.ray
    if ray is not None and service.port is not None:
        wrong = f"Ray Serve listens on {SERVE_PORT}."
        yield problems.bad_argument(service.at("port"), wrong, "Remove `port`.")
    if ray is not None and service.command:
        yield problems.bad_argument(service.at("command"), "Ray starts the server itself.", "Remove `command`.")
    known = frozenset(ray.parameters) if ray is not None else frozenset()
    for name in choice.arguments if known else ():
        if name not in known:
            at = service.at("arguments", name)._replace(key=True)
            wrong = (
                f"`{name}` is an argument of the server's command line, which Ray does not use: it starts the engine."
            )
            yield problems.bad_argument(at, wrong, "Remove it, or use `engine: kserve`.")


def plan(choice: Choice, program: Program) -> Staged[Made | None]:
    """The RayService, and the ConfigMap of an application that Hydra ships."""
    try:
        made = _made(choice, program)
    except TemplateFault as fault:
        return Staged(None, [template_fails(choice.runtime.origin.child(*fault.path), fault)])
    return Staged(made, list(_about_upgrade(choice, program)))


def _about_upgrade(choice: Choice, program: Program) -> Iterator[Diagnostic]:
    """A service that no second cluster could take over from. Source: KubeRay 1.5, `shouldPrepareNewCluster`."""
    service, cards = choice.service, choice.plan.cards * choice.service.scale.least
    if cards and not has_spare(choice.resolved, cards, program):
        yield problems.no_second(service.origin, choice.resolved.id, cards)


def _made(choice: Choice, program: Program) -> Made:
    serving, ray = choice.plan, _ray(choice.runtime)
    context = context_of(choice)
    shipped = {f"{APPLICATION}/{ray.program}.py": app_text(ray.program)} if ray.program is not None else {}
    files = files_plan(choice, context, shipped)
    environment = _environment(choice, environment_of(choice, context), shipped=bool(shipped))
    scale = choice.service.scale
    worker = serving_pod(
        choice,
        program,
        image=image_of(choice, program, ray.image),
        line=((), ()),
        environment=environment,
        files=files.paths,
        config_map=files.name,
        ports={},
        probes=None,
        extra_memory=_memory(choice),
        extra_shm=WORKER_SHM,
    )
    made = RayPlan(
        identity=_identity(choice),
        version=ray.version,
        serve=serve_config(choice, context, ray),
        head=RayGroup(_head(choice, program, worker), _head_parameters()),
        workers=RayGroup(worker, _worker_parameters(choice)),
        group="cpu" if choice.processors else "gpu",
        least=scale.least * serving.nodes,
        most=scale.most * serving.nodes,
        idle_seconds=None if scale.fixed else IDLE_SECONDS,
        joining_seconds=program.profile.gate_seconds + JOINING_SECONDS,
    )
    return Made((*files.plans, made), tuple(_summaries(choice, made)), deployment_of(choice)[0])


def _ray(runtime: Runtime) -> Ray:
    if runtime.ray is None:
        raise AssertionError(f"{runtime.name} is planned under Ray, and its entry does not say how")
    return runtime.ray


def _environment(choice: Choice, environment: Mapping[str, Any], *, shipped: bool) -> dict[str, Any]:
    """HOME and USER are those of Ray's image, whose user is 1000, where the service does not name others."""
    own = choice.service.environment
    kept = {name: value for name, value in environment.items() if name in own or name not in {"HOME", "USER"}}
    kept["RAY_USAGE_STATS_ENABLED"] = "0"
    seconds = probes_of(choice, SERVE_PORT).startup_seconds
    if seconds > ENGINE_SECONDS:
        kept.setdefault("RAYLLM_ENGINE_START_TIMEOUT_S", str(seconds))
    if shipped:
        # The application is found first, and beside it what the service names.
        further = kept.get("PYTHONPATH")
        kept["PYTHONPATH"] = f"{APPLICATION}:{further}" if isinstance(further, str) and further else APPLICATION
    return kept


def _memory(choice: Choice) -> int:
    """Main memory for Ray's own processes, as far as the pod's part of its node has it: no node could take more."""
    pool, serving = choice.resolved.pool, choice.plan
    limit = usable(pool)
    if limit is None:
        return _own(pool)
    share = limit * serving.per_node // max(1, pool.per_node) // GIB * GIB
    return min(_own(pool), max(0, share - serving.memory.host))


def _own(pool: Pool) -> int:
    """Main memory of Ray's own processes in a pod; less where models are small enough for processors."""
    return RAY_MEMORY if pool.card.resource is not None else SMALL_RAY_MEMORY


def _head(choice: Choice, program: Program, worker: WorkPod) -> WorkPod:
    """The head: it loads no weights, so it waits for none."""
    kept = [one for one in worker.volumes if one.name == "scratch" or one.config_map]
    shm = PodVolume("shm", "/dev/shm", size=HEAD_SHM, in_memory=True)  # noqa: S108
    scaled = not choice.service.scale.fixed
    return worker._replace(
        volumes=(*kept, shm),
        gates=(),
        groups=(),
        resources=HEAD,
        node_selector={},
        tolerations=(),
        ports=PORTS,
        # Ray's autoscaler asks the API server for pods.
        token=scaled,
        service_account=None if scaled else program.profile.service_account,
    )


def _head_parameters() -> dict[str, str]:
    """No work lands on the head, whose object store fits into its shared memory."""
    return {"dashboard-host": "0.0.0.0", "num-cpus": "0", "object-store-memory": str(HEAD_OBJECTS)}  # noqa: S104


def _worker_parameters(choice: Choice) -> dict[str, str]:
    return {"object-store-memory": str((choice.plan.shm + WORKER_SHM) // 2)}


def _summaries(choice: Choice, made: RayPlan) -> Iterator[PodSummary]:
    for role, number, cards, pod in (
        ("head", 1, 0, made.head.pod),
        ("worker", made.most, 0 if choice.processors else choice.plan.per_node, made.workers.pod),
    ):
        asked = pod.resources["requests"]
        shm = next((one.size for one in pod.volumes if one.in_memory), None)
        yield PodSummary(role, number, cards, asked["cpu"], asked["memory"], shm)


def _identity(choice: Choice) -> Identity:
    service = choice.service
    labels = dict(service.labels)
    if choice.loaded.model_id is not None:
        labels["hydra.io/model-id"] = choice.loaded.model_id
    places = {"image": service.at("image")} if service.image else {}
    return Identity(
        name_of(service), service.namespace, service.unit, service.origin, labels, service.annotations, places
    )  # fmt: skip


def name_of(service: Service) -> str:
    """Name of the RayService."""
    return object_name([service.names.job], limit=LIMIT)


def endpoint(service: Service, profile: Profile, runtime: Runtime) -> Endpoint:
    """Where it answers: KubeRay makes a Service, of whose name it keeps the end."""
    del profile
    name = f"{name_of(service)}-serve-svc"[-SERVICE_LIMIT:]
    if not name[0].isalpha():
        name = f"r{name[1:]}"
    base = runtime.base.rstrip("/")
    return Endpoint(name, SERVE_PORT, f"http://{name}.{service.namespace}.svc.cluster.local:{SERVE_PORT}{base}")


def _never(runtime: Runtime) -> bool:
    """What Ray Serve does for no runtime."""
    del runtime
    return False


def _image(runtime: Runtime, vendor: str) -> str | None:
    """Ray's images are for NVIDIA's cards; an application on processors needs no card."""
    if runtime.ray is None:
        return None
    return runtime.ray.image if vendor in {"nvidia", "cpu"} and vendor in {*runtime.vendors, *runtime.images} else None


ENGINE = Engine(
    name="ray",
    kind="RayService",
    limit=LIMIT,
    there=lambda profile: profile.ray_operator is not None,
    nodes=lambda runtime: runtime.pipeline,
    # Ray Serve LLM loads adapters from buckets alone.
    adapters=_never,
    keys=_never,
    image=_image,
    host=_own,
    check=check,
    plan=plan,
    endpoint=endpoint,
)
