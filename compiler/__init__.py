"""Hydra: a compiler from LLM platform specs to Kubernetes manifests that GitOps can apply."""

__version__ = "0.1.0"
