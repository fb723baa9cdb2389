"""An Inference with everything around it, as its readers hand it on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from compiler.dialects.cpodoperator.names import PREFIXES
from compiler.dialects.deferred import Around
from compiler.linking.labels import LAST_APPLIED
from compiler.source.document import Document, Origin

if TYPE_CHECKING:
    from compiler.spec.foreign.cpod_inference import Inference, InferenceSpec

KSERVE = "serving.kserve.io/"


class Inferring(NamedTuple):
    """An Inference being read."""

    inference: Inference
    document: Document
    unit: str
    around: Around

    @property
    def spec(self) -> InferenceSpec:
        """What it asks for."""
        return self.inference.spec

    @property
    def name(self) -> str:
        """Its name."""
        return self.inference.metadata.name

    @property
    def namespace(self) -> str:
        """Its namespace."""
        return str(self.inference.metadata.namespace)

    @property
    def of(self) -> str:
        """How messages name it."""
        return f"Inference/{self.namespace}/{self.name}"

    @property
    def annotations(self) -> dict[str, str]:
        """Annotations of what is made: without those that told the operator something, or KServe."""
        kept = self.inference.metadata.annotations.items()
        return {key: value for key, value in kept if key != LAST_APPLIED and not key.startswith((*PREFIXES, KSERVE))}

    def at(self, field: str, *, key: bool = False) -> Origin:
        """The place of a field of the spec."""
        return self.document.at("spec", field, key=key)
