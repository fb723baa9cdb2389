"""XGBoostJob: a Master with the tracker, and Workers."""

from __future__ import annotations

from compiler.lowering.frameworks.base import kubeflow

FRAMEWORK = kubeflow("XGBoostJob", "xgbReplicaSpecs", "xgboost")
