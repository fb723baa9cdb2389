"""Hubs of models, as sources and as the library name them."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.library.behaviour import Hub

HUBS: Mapping[str, Hub] = {"HUGGING_FACE": "huggingface", "MODEL_SCOPE": "modelscope"}
"""Source type -> the hub that it loads from, as library entries call it."""
