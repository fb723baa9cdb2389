"""Two services at one address."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.diagnostics import Diagnostic
from compiler.linking.program import Program
from compiler.linking.serving import Predictor, Service
from compiler.planning.serving.address_problems import same_address
from compiler.planning.serving.routes import host_of


def check_addresses(program: Program) -> Iterator[Diagnostic]:
    """Services of a cluster that are reached from outside by one host, the path of one being that of the other or below
    it: which one answers would be left to the controller."""
    reached: dict[str, list[Service | Predictor]] = {}
    for one in program.workloads:
        if not isinstance(one, Service | Predictor) or one.expose is None:
            continue
        host = host_of(one, program.profile.endpoints)
        if host is None:
            continue
        for earlier in reached.setdefault(host, []):
            if _overlap(path_of(one), path_of(earlier)):
                yield same_address(one.at("expose"), one.of, f"{host}{path_of(one)}", earlier.of, earlier.at("expose"))
                break
        reached[host].append(one)


def path_of(service: Service | Predictor) -> str:
    """The path that a service is given."""
    return service.expose.path if service.expose is not None else "/"


def _overlap(one: str, other: str) -> bool:
    """Whether one path lies below the other, or both are the same.

    >>> _overlap("/", "/chat"), _overlap("/chat", "/chat/"), _overlap("/chat", "/chatter")
    (True, True, False)
    """
    first, second = (f"{path.rstrip('/')}/" for path in (one, other))
    return first.startswith(second) or second.startswith(first)
