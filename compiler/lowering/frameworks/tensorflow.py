"""TFJob: parameter servers and workers that read `TF_CONFIG`."""

from __future__ import annotations

from compiler.lowering.frameworks.base import kubeflow

FRAMEWORK = kubeflow("TFJob", "tfReplicaSpecs", "tensorflow")
