"""PaddleJob: Workers, with or without a Master."""

from __future__ import annotations

from compiler.lowering.frameworks.base import kubeflow

FRAMEWORK = kubeflow("PaddleJob", "paddleReplicaSpecs", "paddle")
