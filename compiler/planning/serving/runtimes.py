"""Which runtimes can serve a model, and on which cards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from compiler.diagnostics import Diagnostic, Staged
from compiler.linking.artifact import ModelInfo
from compiler.linking.program import Program
from compiler.linking.serving import Service
from compiler.planning.serving import problems_of_services as problems

if TYPE_CHECKING:
    from compiler.library.entries.accelerator import Accelerator
    from compiler.library.entries.runtime import Runtime

ANY = "any"


def runtimes_for(service: Service, info: ModelInfo, program: Program) -> Staged[list[Runtime]]:
    """The runtime that the service names, else those that can serve its model, the usual one first."""
    model = service.references[0]
    if service.runtime is None:
        able = [one for one in all_runtimes(program) if not unable(one, info) and not _leaves_out(one, service)]
        if service.arguments:
            # One whose arguments nobody knows would be the one that takes a misspelt name.
            able = [one for one in able if one.parameters or one.switches] or able
        what = f"its weights are {info.dtype}, and it is for {info.task}"
        return Staged(able, [] if able else [problems.nothing_serves(model.at, model.name, what)])
    at = service.at("runtime")
    found = program.library.find("runtime", service.runtime, at)
    runtime: Runtime | None = found.value
    if runtime is None:
        return Staged([], found.found)
    wrong = [*found.found, *_check(service, runtime)]
    reason = unable(runtime, info)
    if reason:
        others = [one.name for one in all_runtimes(program) if info.dtype in one.weights and not unable(one, info)]
        wrong.append(problems.cannot_serve(at, runtime.name, reason, others))
    return Staged([] if wrong else [runtime], wrong)


def all_runtimes(program: Program) -> list[Runtime]:
    """Every runtime of the library, the usual ones first. Those with mistakes are left out."""
    return program.memo.once(("runtimes",), lambda: _all(program))


def _all(program: Program) -> list[Runtime]:
    read = (program.library.find("runtime", name).value for name in program.library.names("runtime"))
    return sorted((one for one in read if one is not None), key=lambda one: (one.rank, one.name))


def unable(runtime: Runtime, info: ModelInfo) -> str:
    """Why a runtime cannot serve a model; empty where it can."""
    if info.task not in runtime.tasks:
        return f"it serves models for {_listed(runtime.tasks)}, and this one is for {info.task}"
    if runtime.weights and info.dtype not in runtime.weights:
        return f"the weights are {info.dtype}, and it loads {_listed(runtime.weights)}"
    return ""


def _listed(names: object) -> str:
    return ", ".join(str(one) for one in names)  # type: ignore[attr-defined]


def _leaves_out(runtime: Runtime, service: Service) -> bool:
    """Whether a runtime leaves to the service what the service does not say."""
    return any(True for _ in _check(service, runtime))


def _check(service: Service, runtime: Runtime) -> Iterator[Diagnostic]:
    at = service.at("runtime") if service.runtime else service.origin
    own = runtime.image is not None or runtime.ray is not None
    if not own and service.image is None:
        yield problems.needs(at, runtime.name, "image")


def check_card(service: Service, runtime: Runtime, image: str | None, card: Accelerator, info: ModelInfo) -> list[Diagnostic]:  # fmt: skip
    """A card that the server's image, or the type of the weights, is not for. An image of one's own is not judged."""
    at = service.at("accelerator", "type") if service.accelerator else service.origin
    if image is None and service.image is None:
        vendors = sorted({*runtime.vendors, *runtime.images})
        wrong = f"The runtime `{runtime.name}` has no image for `{card.name}`, whose vendor is `{card.vendor}`."
        do = f"Use cards of {_listed(vendors)}, or give an `image` that runs on it."
        return [problems.card_cannot(at, wrong, do)]
    needed = runtime.weights.get(info.dtype, {}).get(card.vendor) if runtime.weights else ANY
    if needed is None:
        wrong = f"The runtime `{runtime.name}` does not compute with {info.dtype} on cards of `{card.vendor}`."
        return [problems.card_cannot(at, wrong, "Use other cards, or other weights of the model.")]
    if needed != ANY and card.compute_capability is not None and _version(card.compute_capability) < _version(needed):
        wrong = f"`{card.name}` has compute capability {card.compute_capability}, and `{runtime.name}` needs {needed} for {info.dtype}."  # fmt: skip
        return [problems.card_cannot(at, wrong, "Use a newer card, or other weights of the model.")]
    return []


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))
