"""Stands in for torchaudio, which LLaMA-Factory imports for audio models and which needs a GPU's libraries."""

__version__ = "0"
