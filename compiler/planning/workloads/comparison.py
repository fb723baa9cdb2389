"""A comparison: a Job that asks services, and a claim for what they answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from compiler.diagnostics import Diagnostic, Severity, Staged
from compiler.emission.canonical import canonical_quantities
from compiler.emission.digests import run_digest
from compiler.emission.naming import object_name
from compiler.emission.quantities import quantity
from compiler.linking.program import Program
from compiler.linking.serving import Comparison, Service
from compiler.linking.workload import Finetune, OutputClaim, Reference, SecretKey
from compiler.planning.comparing.questions import wrong_lines
from compiler.planning.comparing.script import COMPARE, COMPARE_DIGEST
from compiler.planning.engines.base import Choice
from compiler.planning.finetuning.config import CONFIG, OUTPUT, pretty
from compiler.planning.finetuning.runs import data_digest
from compiler.planning.identity import Identity
from compiler.planning.images import pulled
from compiler.planning.plans import FilesPlan
from compiler.planning.pod_parts import check_output
from compiler.planning.promotions import run_served
from compiler.planning.results import ResultClaim, result_plans, size_of
from compiler.planning.serving import problems_of_services as problems
from compiler.planning.serving.choose import choose
from compiler.planning.serving.context import name_of_model
from compiler.planning.serving.routes import endpoint_of
from compiler.planning.summary import PodSummary, Summary
from compiler.planning.work import PodVolume, Replicas, WorkPlan, WorkPod
from compiler.planning.working import Planned, PlannerOf

if TYPE_CHECKING:
    from compiler.library.entries.client import Client

RETRIES = 2
QUESTIONS = "questions.jsonl"
KEY = "HYDRA_KEY_"


class _Asked(NamedTuple):
    """A service that is asked."""

    service: Service
    choice: Choice
    key: SecretKey | None


def plan_comparison(comparison: Comparison, program: Program) -> Staged[Planned]:
    """Every decision about a comparison; with an error, what is wrong and no plan."""
    client, found = program.library.find("client", "comparison")
    found = [*found, *_check(comparison, program)]
    asked = [_asked(comparison, one, program) for one in comparison.references]
    found += [finding for one in asked for finding in one.found]
    services = [one.value for one in asked if one.value is not None]
    wrong = any(one.level is Severity.ERROR for one in found)
    if client is None or wrong or len(services) < len(asked):
        return Staged(Planned(), found)
    run = _run(comparison, services, program)
    (output,) = comparison.outputs
    storage = result_plans(comparison, _claim(comparison, output, program), program)
    files = _files(comparison, services, run, program)
    work = _work(comparison, services, files, client, program)._replace(run=run)
    claim = _claim(comparison, output, program)
    summary = _summary(comparison, work, (claim.name, size_of(storage.value, claim)))._replace(
        asks=tuple(one.service.of for one in services), writes=f"{claim.name}/runs/{run}"
    )
    return Staged(Planned((*storage.value, files, work), summary), [*found, *storage.found])


def _check(comparison: Comparison, program: Program) -> list[Diagnostic]:
    wrong = wrong_lines(comparison.questions)
    at = comparison.at("questions")
    found = [
        problems.not_comparable(at, one, 'Write one JSON object a line, such as `{"prompt": "..."}`.') for one in wrong
    ]
    (output,) = comparison.outputs
    modes = output.access_modes or tuple(program.profile.storage.access_modes)
    found += check_output(modes, comparison.at("output", "accessModes"))
    names = [one.key for one in comparison.references]
    twice = [one for one in comparison.references if names.count(one.key) > 1]
    if twice:
        wrong_twice = f"`{twice[-1].name}` is asked twice."
        found.append(problems.not_comparable(twice[-1].at, wrong_twice, "Name each service once."))
    return found


def _asked(comparison: Comparison, reference: Reference, program: Program) -> Staged[_Asked | None]:
    """A service as it is asked. One that cannot be planned has said so itself."""
    service = program.services[comparison.of, reference.role]
    choice = choose(service, program).value
    if choice is None:
        return Staged(None)
    if choice.runtime.protocol != "openai":
        wrong = f"`{reference.name}` is served by `{choice.runtime.name}`, which does not speak OpenAI's API."
        return Staged(
            None, [problems.not_comparable(reference.at, wrong, "Leave it out, or use another runtime for it.")]
        )
    key = comparison.keys.get(reference.name) or service.api_key
    if key is not None and key is service.api_key and service.namespace != comparison.namespace:
        wrong = f"`{reference.name}` asks for an API key, whose Secret is in namespace `{service.namespace}`."
        do = f"Name a Secret of namespace `{comparison.namespace}` under `keys`."
        return Staged(None, [problems.not_comparable(reference.at, wrong, do)])
    return Staged(_Asked(service, choice, key))


def _run(comparison: Comparison, asked: list[_Asked], program: Program) -> str:
    """The digest of what is asked, and of what answers."""
    return run_digest(
        {
            "questions": comparison.questions,
            "parameters": dict(comparison.parameters),
            "services": [_content(one.service, one.choice, program) for one in asked],
            "attempt": comparison.attempt,
            "program": COMPARE_DIGEST,
        }
    )


def _content(service: Service, choice: Choice, program: Program) -> list[Any]:
    """What a service's answers depend on."""
    served = []
    for one in service.references:
        target = program.links[service.of, one.role]
        held = isinstance(target, Finetune)
        served.append(run_served(program, service.of, target).run if held else data_digest(target, program))  # type: ignore[arg-type]
    return [service.of, served, choice.runtime.name, choice.given.quantization, dict(choice.arguments)]


def _claim(comparison: Comparison, output: OutputClaim, program: Program) -> ResultClaim:
    size = quantity(output.size or program.profile.storage.size)
    at = output.at or comparison.origin._replace(key=False)
    return ResultClaim(output.claim, size, output.storage_class, output.access_modes, at)


def _files(comparison: Comparison, asked: list[_Asked], run: str, program: Program) -> FilesPlan:
    told = {
        "of": comparison.of,
        "run": run,
        "questions": f"{CONFIG}/{QUESTIONS}",
        "output": f"{OUTPUT}/runs/{run}",
        "services": [
            {
                "name": one.service.key[1],
                "url": endpoint_of(one.choice, program).url,
                "model": name_of_model(one.choice),
                "key": f"{KEY}{number}" if one.key is not None else "",
            }
            for number, one in enumerate(asked)
        ],
        "parameters": dict(comparison.parameters),
        "parallel": comparison.parallel,
        "timeout_seconds": comparison.timeout_seconds,
        "wait_seconds": _patience(comparison, program),
    }
    files = {"compare.json": pretty(told) + "\n", "compare.py": COMPARE, QUESTIONS: comparison.questions}
    return FilesPlan(_identity(comparison, comparison.names.files), files, run_digest(files))


def _patience(comparison: Comparison, program: Program) -> int:
    """How long it waits for services, which wait for their weights: a tenth of its time is left for asking."""
    deadline = comparison.deadline_seconds or program.profile.gate_seconds
    return min(program.profile.gate_seconds, deadline * 9 // 10)


def _identity(comparison: Comparison, name: str) -> Identity:
    return Identity(
        name, comparison.namespace, comparison.unit, comparison.origin, comparison.labels, comparison.annotations
    )  # fmt: skip


def _work(comparison: Comparison, asked: list[_Asked], files: FilesPlan, client: Client, program: Program) -> WorkPlan:
    profile = program.profile
    keys = {f"{KEY}{number}": one.key for number, one in enumerate(asked) if one.key is not None}
    amounts = client.resources.model_dump(by_alias=True, exclude_none=True)
    image = pulled(client.image, profile)
    pod = WorkPod(
        image=image,
        command=("python3", f"{CONFIG}/compare.py", f"{CONFIG}/compare.json"),
        arguments=(),
        environment={"HOME": "/tmp", "USER": "hydra", **keys},  # noqa: S108
        volumes=(
            PodVolume("config", CONFIG, config_map=f"{files.identity.name}-{files.digest}", read_only=True),
            PodVolume("output", OUTPUT, claim=comparison.outputs[0].claim),
            PodVolume("tmp", "/tmp", size="1Gi"),  # noqa: S108
        ),
        gates=(),
        gate_image=image,
        resources=canonical_quantities({"resources": amounts})["resources"],
        uid=comparison.mount.uid,
        gid=comparison.mount.gid,
        fs_group=profile.storage.fs_group,
        pull_secrets=profile.pull_secrets,
        service_account=profile.service_account,
        labels=profile.pod_labels,
        grace_seconds=5,
    )
    return WorkPlan(
        _identity(comparison, object_name([comparison.names.job])),
        "general",
        (Replicas("Worker", 1, pod),),
        backoff_limit=RETRIES,
        deadline_seconds=comparison.deadline_seconds,
        restart="Never",
    )


def _summary(comparison: Comparison, work: WorkPlan, storage: tuple[str, str]) -> Summary:
    asked = work.replicas[0].pod.resources.get("requests", {})
    pod = PodSummary("asks", 1, 0, asked.get("cpu"), asked.get("memory"), None)
    return Summary(
        comparison.of, "Job", comparison.namespace, comparison.origin, None, (pod,), (storage,)
    )  # fmt: skip


def cards(comparison: Comparison, program: Program) -> tuple[str | None, int]:
    """None: it asks others, who have them."""
    del comparison, program
    return None, 0


PLANNER = PlannerOf(Comparison, plan_comparison, cards)
