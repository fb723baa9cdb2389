"""What a training job says of its pods that cannot be: amounts of nothing, directories that nothing can be mounted at."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from compiler.diagnostics import Diagnostic
from compiler.emission.quantities import is_quantity, quantity
from compiler.linking.workload import TrainingJob
from compiler.planning import job_problems as problems
from compiler.source.document import Origin


def check_amounts(job: TrainingJob) -> Iterator[Diagnostic]:
    """Pods without a core or without memory."""
    from compiler.spec.problems import bad_value

    for name, amount in (("cpu", job.cpu), ("memory", job.memory)):
        if amount is not None and is_quantity(amount) and quantity(amount) == "0":
            wrong = f"No pod can run with {name} `{amount}`."
            yield bad_value(job.at("resources", name), wrong, "Write more than zero.")


def check_paths(job: TrainingJob, reserved: Iterable[str]) -> Iterator[Diagnostic]:
    """Directories that two volumes would be mounted at, that lie in data that is read-only, or that lead elsewhere."""
    taken = {"/": False, **dict.fromkeys(reserved, False)}
    for path, at, read_only in _places(job):
        clean = posixpath.normpath(path)
        around = next((one for one, fixed in taken.items() if fixed and clean.startswith(f"{one}/")), None)
        if clean != path:
            yield problems.bad_directory(at, f"`{path}` is no plain path.", "Remove `.` and `..` from it.")
        elif clean in taken:
            yield problems.bad_directory(at, f"Something else is mounted at `{path}`.", "Take another directory.")
        elif around is not None:
            wrong = f"`{path}` lies in `{around}`, where nothing can be added: it is mounted read-only."
            yield problems.bad_directory(at, wrong, f"Take a directory that is not below `{around}`.")
        taken[clean] = read_only


def _places(job: TrainingJob) -> list[tuple[str, Origin, bool]]:
    """Directories, where each was said, and whether it is read-only; the outer ones first."""
    said = job.places
    places = [
        (one.role, said.get(("mounts", one.role), _place(one.role, one.at)), not job.read_write) for one in job.mounts
    ]
    places += [
        (one.path, said.get(("output", one.path), (one.at or job.origin).child("path")), False) for one in job.outputs
    ]
    return sorted(places, key=lambda one: (one[0].count("/"), one[0]))


def _place(directory: str, at: Origin) -> Origin:
    """The key, where what is mounted stands under its directory."""
    return at._replace(path=at.path[:-1], key=True) if at.path[-2:-1] == (directory,) else at
