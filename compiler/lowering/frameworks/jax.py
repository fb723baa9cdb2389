"""JAXJob: Workers, the first of which coordinates."""

from __future__ import annotations

from compiler.lowering.frameworks.base import kubeflow

FRAMEWORK = kubeflow("JAXJob", "jaxReplicaSpecs", "jax")
