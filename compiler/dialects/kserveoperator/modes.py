"""How an InferenceService is deployed: said, said in the names of the cluster's KServe, and known to the other rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from compiler.diagnostics import Diagnostic
from compiler.dialects.kserveoperator import problems
from compiler.dialects.kserveoperator.components import annotation
from compiler.source.document import Document

if TYPE_CHECKING:
    from compiler.linking.profile import Profile

MODE = "deploymentMode"
STANDARD = "Standard"
KNATIVE = "Knative"

_FORMER = {"RawDeployment": STANDARD, "Serverless": KNATIVE}
_MODES = (STANDARD, KNATIVE, "ModelMesh")
_RENAMED = (0, 16)
"""The release of KServe that renamed them."""


def mode_of(document: Document, profile: Profile) -> str | None:
    """`Standard`, `Knative`, `ModelMesh`; None where neither the document nor the cluster says."""
    said = annotation(document, MODE)
    if said is not None:
        return _FORMER.get(said, said)
    return profile.inference.mode if profile.inference else None


def about_mode(document: Document, profile: Profile) -> Iterator[Diagnostic]:
    """What the cluster's KServe makes of the annotation."""
    said = annotation(document, MODE)
    version = profile.inference.version if profile.inference else ""
    former = {today: name for name, today in _FORMER.items()}
    older = bool(version) and _numbers(version) < _RENAMED
    at = document.at("metadata", "annotations", f"serving.kserve.io/{MODE}")
    if said is None:
        mode = profile.inference.mode if profile.inference else STANDARD
        yield problems.no_mode(document.at("metadata", key=True), former.get(mode, mode) if older else mode)
    elif said not in {*_FORMER, *_MODES}:
        names = [former.get(one, one) if older else one for one in _MODES]
        wrong = f"KServe knows no deployment mode `{said}`."
        yield problems.unknown_mode(at, wrong, f"Write one of {', '.join(f'`{one}`' for one in names)}.")
    elif said in _FORMER and version and not older:
        yield problems.rewritten(at, said, _FORMER[said], f"Write `{_FORMER[said]}`.")
    elif said in former and older:
        wrong = f"KServe {version.removeprefix('v')} of the cluster knows `{said}` as `{former[said]}`."
        yield problems.unknown_mode(at, wrong, f"Write `{former[said]}`, until KServe is 0.16 or later.")


def _numbers(version: str) -> tuple[int, ...]:
    """
    >>> _numbers("v0.16.0") < (0, 16), _numbers("0.15.2") < (0, 16)
    (False, True)
    """
    return tuple(map(int, version.removeprefix("v").split(".")))
