"""Data that people put there themselves: a claim like that of loaded data, without a preload."""

from __future__ import annotations

from compiler.planning.placements.loaded import place
from compiler.sources.base import Placement

PLACEMENT = Placement.EMPTY

__all__ = ["PLACEMENT", "place"]
