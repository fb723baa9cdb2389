"""KServe and KubeRay: what they write out, a Project leaves to planning. Their documents stay."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.importing.base import Import, Stays, Taking

SERVING = "Its server, arguments and pods are its own; a Project's service has them decided, and would be another one."
RUNTIME = "It is a server of the cluster's own; Hydra's servers are entries of the library."
RAY = "It describes a Ray cluster of its own; a Project has none."


def stay(why: str, *, meant: bool = False) -> Import:
    """An import that takes nothing."""

    def import_(taking: Taking) -> Stays:
        del taking
        return Stays(why, meant)

    return import_


IMPORTS: Mapping[str, Import] = {
    "serving.kserve.io/InferenceService": stay(SERVING),
    "serving.kserve.io/LLMInferenceService": stay(SERVING),
    "serving.kserve.io/ServingRuntime": stay(RUNTIME, meant=True),
    "serving.kserve.io/ClusterServingRuntime": stay(RUNTIME, meant=True),
    "ray.io/RayService": stay(SERVING),
    "ray.io/RayJob": stay(RAY),
    "ray.io/RayCluster": stay(RAY),
}
