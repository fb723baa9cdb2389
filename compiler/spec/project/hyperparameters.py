"""`hyperparameters`: sets that fine-tunings name."""

from __future__ import annotations

from compiler.spec.base import Name
from compiler.spec.training import HyperparameterSet

SECTION = dict[Name, HyperparameterSet]
