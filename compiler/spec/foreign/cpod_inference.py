"""`cpod.cpod` and `cpod.sxwl.ai`: Inference, as its CRD has it.

Source: the CRD of NascentCore/3k at 17b19cf1 (cpodoperator/config/crd), which embeds KServe's PredictorSpec.
"""

from __future__ import annotations

from typing import Any, Literal

from compiler.spec.base import SpecModel
from compiler.spec.foreign.cpod import Amount, ApiVersion, StorageName
from compiler.spec.foreign.metadata import ForeignMetadata


class AutoscalerOptions(SpecModel):
    """How many replicas there are, with the backend `ray`."""

    min_replicas: Amount | None = None
    """Least. Left out or 0, 1."""

    max_replicas: Amount | None = None
    """Most. Left out or 0, 1."""


class InferenceSpec(SpecModel):
    """What an Inference asks for."""

    model_id: StorageName | None = None
    """Name of a ModelStorage."""

    model_is_public: bool | None = None
    """Whether the ModelStorage is that of namespace `public`."""

    backend: str | None = None
    """`ray` serves with vLLM under Ray; anything else, also nothing, is KServe."""

    predictor: dict[str, Any] | None = None
    """KServe's predictor: a container of one's own or one of KServe's servers, `nodeSelector`, replicas. It is held against the
    schema of InferenceServices. With `ray`, its `nodeSelector` counts alone."""

    gpu_count: Amount | None = None
    """GPUs of a replica, with `ray`. Left out or 0, the fewest that the model fits on."""

    autoscaler_options: AutoscalerOptions | None = None
    """How many replicas there are, with `ray`."""

    params: str | None = None
    """Flags of vLLM as a JSON object, with `ray`; the value of a switch is the empty text."""


class Inference(SpecModel):
    """An Inference of cpodoperator: a model that answers requests, read as it is."""

    api_version: ApiVersion
    """Version of the API."""

    kind: Literal["Inference"]
    """An Inference."""

    metadata: ForeignMetadata
    """Name and namespace; its objects are named after it and get its labels. Annotations name an adapter."""

    spec: InferenceSpec
    """What the Inference asks for."""

    status: dict[str, Any] | None = None
    """Written by the operator; ignored."""
